import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { settled } from "./settled.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * The violations that axe-core judges as serious or critical, once the page is still. To compare
 * colours takes it as long as all the rest: `colours` is false where the same components were
 * looked at before.
 */
export async function violations(page: Page, colours = true): Promise<readonly string[]> {
  await settled(page);
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(AXE);
  const options = {
    resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21aa"],
    rules: { "color-contrast": { enabled: colours } },
  };
  const found: unknown = await page.evaluate(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => id + " " + nodes.map(({ html }) => html.slice(0, 160)).join(" | ")))`,
  );
  return Array.isArray(found) ? found.map(String) : ["axe didn't answer"];
}

/** The page itself never scrolls sideways; a table in it may. */
export async function overflow(page: Page): Promise<readonly string[]> {
  const [wide, seen] = (await page.evaluate(
    "[document.documentElement.scrollWidth, window.innerWidth]",
  )) as readonly [number, number];
  return wide > seen ? [`${wide} pixels wide in a window of ${seen}`] : [];
}
