import type { Locator, Page } from "playwright-core";
import type { Effort } from "./effort.ts";

/** A person's hand on a page: whatever it does is counted. */
export class Hand {
  readonly page: Page;
  readonly #effort: Effort;

  constructor(page: Page, effort: Effort) {
    this.page = page;
    this.#effort = effort;
  }

  async click(what: Locator): Promise<void> {
    await what.click();
    this.#effort.click();
  }

  async button(name: string | RegExp): Promise<void> {
    await this.click(this.page.getByRole("button", { name, exact: true }).first());
  }

  async link(name: string | RegExp): Promise<void> {
    await this.click(this.page.getByRole("link", { name, exact: true }).first());
  }

  async type(field: Locator, text: string): Promise<void> {
    await this.#enter(field);
    await field.fill(text);
    this.#effort.press(text.length);
  }

  async paste(field: Locator, text: string): Promise<void> {
    await this.#enter(field);
    await field.fill(text);
    this.#effort.paste();
  }

  /** Puts another word into a text: a double click on the old one, then the new one's letters. */
  async replaceWord(field: Locator, old: string, next: string): Promise<void> {
    const text = ((await field.textContent()) ?? "").replaceAll("\u00a0", " ");
    if (!text.includes(old)) throw new Error(`${JSON.stringify(old)} isn't in ${text}`);
    await field.fill(text.replace(old, next));
    this.#effort.click(2);
    this.#effort.press(Math.max(1, next.length));
  }

  /** Opens an address that a link in a terminal, an e-mail or a QR code leads to. */
  async follow(address: string): Promise<void> {
    await this.page.goto(address);
    this.#effort.click();
  }

  /** A page of the console's side, whose group or menu may be folded. */
  async side(group: string, name: string): Promise<void> {
    const { page } = this;
    const link = page.getByRole("navigation").getByRole("link", { name, exact: true });
    const menu = page.getByRole("button", { name: /^Open (?:services|navigation)/ });
    const folded = page.getByRole("button", { name: group, exact: true });
    await link.or(menu).or(folded).first().waitFor();
    const isShown = (await link.isVisible()) || (await folded.isVisible());
    if (!isShown && (await menu.isVisible())) await this.click(menu);
    await link.or(folded).first().waitFor();
    if (!(await link.isVisible())) await this.click(folded);
    await this.click(link);
  }

  heading(name: string | RegExp): Promise<void> {
    return this.page.getByRole("heading", { name, level: 1 }).waitFor();
  }

  /** Whether the first of two things comes, the newer build's, or the second. */
  async hasFirst(first: Locator, second: Locator): Promise<boolean> {
    await first.or(second).first().waitFor();
    return first.first().isVisible();
  }

  /** Resolves when a video, whose label begins so, has drawn pictures. */
  async plays(label: string): Promise<void> {
    const labelled = label === "" ? "video" : `video[aria-label^="${label}"]`;
    const video = this.page.locator(labelled).last();
    await video.waitFor();
    const element = await video.elementHandle();
    await this.page.waitForFunction((shown) => {
      const player = shown as unknown as {
        getVideoPlaybackQuality(): { totalVideoFrames: number };
      };
      return player.getVideoPlaybackQuality().totalVideoFrames > 10;
    }, element);
  }

  async #enter(field: Locator): Promise<void> {
    await field.waitFor();
    const isIn = await field.evaluate((element) =>
      element.contains(element.ownerDocument.activeElement),
    );
    if (!isIn) await this.click(field);
  }
}
