import type { Page } from "playwright-core";

/**
 * Runs in the page. A word may not be on two lines; those of a name are what its signs and its
 * capital letters divide.
 */
const FAULTS = `(() => {
  const found = [];
  const seen = (one) => one.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true });
  const nameOf = (one) => brief(one.ariaLabel || one.innerText);
  const brief = (text) => JSON.stringify(text.trim().slice(0, 60));

  // Longer ones are ARNs, addresses and ids, which break anywhere.
  const LONGEST_NAME = 24;
  // WCAG 2.2's success criterion 2.5.8, in pixels.
  const TARGET_MIN = 24;
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const parent = node.parentElement;
    if (!parent || !node.data.trim()) continue;
    if (parent.closest("script, style, svg, pre, code")) continue;
    if (!seen(parent)) continue;
    const whole = document.createRange();
    whole.selectNodeContents(node);
    if (whole.getClientRects().length < 2) continue;
    for (const { 0: token, index } of node.data.matchAll(/\\S+/g)) {
      if (token.length > LONGEST_NAME) continue;
      for (const { 0: word, index: at } of token.matchAll(/\\p{Lu}*[\\p{Ll}\\d]+|\\p{Lu}+/gu)) {
        const range = document.createRange();
        range.setStart(node, index + at);
        range.setEnd(node, index + at + word.length);
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        if (lines.size > 1) found.push("broken: " + word + " in " + brief(node.data));
      }
    }
  }

  const cells = document.querySelectorAll("th, td");
  for (const cell of cells) {
    const scroller = cell.closest("table").parentElement;
    const limit = Math.min(innerWidth, scroller.getBoundingClientRect().right) + 1;
    const { right, width } = cell.getBoundingClientRect();
    if (innerWidth >= 1280 && width > 0 && seen(cell) && right > limit)
      found.push("outside: " + brief(cell.innerText) + " by " + Math.round(right - limit));
  }

  const CONTROLS = "button, [role=button], [role=tab], input, select";
  const controls = [...document.querySelectorAll(CONTROLS)]
    .filter((one) => seen(one) && !one.closest("[aria-hidden=true]"));
  for (const one of controls) {
    if (innerWidth >= 600 || one.matches("input")) continue;
    const { width, height } = one.getBoundingClientRect();
    const isInText = getComputedStyle(one).display === "inline";
    if (!isInText && Math.min(width, height) > 1 && Math.min(width, height) < TARGET_MIN)
      found.push("small: " + Math.round(width) + "x" + Math.round(height) + " " + nameOf(one));
  }
  for (const [index, one] of controls.entries()) {
    const a = one.getBoundingClientRect();
    if (one.matches("input") || a.width < 2) continue;
    for (const other of controls.slice(index + 1)) {
      if (other.matches("input") || one.contains(other) || other.contains(one)) continue;
      // What is scrolled lies below the arrows that scroll it.
      if (one.matches("[role=tab]") || other.matches("[role=tab]")) continue;
      const b = other.getBoundingClientRect();
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (b.width > 1 && across > 2 && down > 2)
        found.push("overlap: " + nameOf(one) + " and " + nameOf(other));
    }
  }

  for (const header of document.querySelectorAll('[class*="awsui_actions_"]')) {
    const buttons = [...header.querySelectorAll("button, a[class*=awsui_button]")].filter(seen);
    if (buttons.length < 2) continue;
    const boxes = buttons.map((one) => one.getBoundingClientRect());
    const below = (box, index) => index > 0 && box.top >= boxes[index - 1].bottom;
    if (boxes.filter(below).length === buttons.length - 1)
      found.push("stacked: " + buttons.map((one) => nameOf(one)).join(" "));
  }
  return [...new Set(found)];
})()`;

/** Returns what is laid out badly on the page, by where its boxes are. */
export async function layoutFaults(page: Page): Promise<readonly string[]> {
  const found: unknown = await page.evaluate(FAULTS);
  return Array.isArray(found) ? found.map(String) : ["the page didn't answer"];
}
