import type { Page } from "playwright-core";

/** A page that shows something new all the time is looked at as it is then. */
const SETTLES_WITHIN_MS = 5_000;

/**
 * Resolves once the page has drawn some frames without a change of its elements, and what fades or
 * moves has ended: colours in between have no contrast, and a click may meet what goes. What turns
 * for ever isn't waited for.
 */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const STILL_FRAMES = 4;
    let still = 0;
    const observer = new MutationObserver(() => {
      still = 0;
    });
    observer.observe(document, { attributes: true, childList: true, subtree: true });
    const moves = () => document.getAnimations().some(({ playState, effect }) =>
      playState === "running" && Number.isFinite(effect?.getComputedTiming().endTime));
    let over = false;
    const end = () => {
      over = true;
      observer.disconnect();
      clearTimeout(late);
      resolve();
    };
    // A page that isn't drawn has no frames.
    const late = setTimeout(end, ${SETTLES_WITHIN_MS});
    const look = () => {
      if (over) return;
      still = moves() ? 0 : still + 1;
      if (still <= STILL_FRAMES) requestAnimationFrame(look);
      else end();
    };
    requestAnimationFrame(look);
  })`);
}

/** Gives the window another size; the console then lays some of its pages out anew. */
export async function resize(
  page: Page,
  size: { readonly width: number; readonly height: number },
): Promise<void> {
  await page.setViewportSize(size);
  await settled(page);
}
