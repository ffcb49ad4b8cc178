import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { cloudFormationOf } from "../contract/cloudformation/support.ts";
import { chatOf } from "../contract/ivs-chat/support.ts";
import { realTimeOf } from "../contract/ivs-realtime/support.ts";
import { organizationsOf } from "../contract/organizations/support.ts";
import { overflow } from "./axe.ts";
import { type TestBrowser, visit } from "./browser.ts";
import { furnish, PAGES } from "./every-page.ts";
import { layoutFaults } from "./layout.ts";
import { resize, settled } from "./settled.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
/** The pages of each width are looked at in as many tests, each with a test's time. */
const PARTS = 2;
const LOOKS = [DESK, PHONE].flatMap((size) =>
  Array.from({ length: PARTS }, (_, part) => ({ ...size, part })),
);
const ROUTES = join(import.meta.dirname, "../../packages/console/src/pages/pages.ts");
/** A recording's page needs a recording: `recorded-stream.ts` has one for its own tests. */
const ELSEWHERE = ["/ivs/recordings/:bucket"];

test("every page of the console is in the table of pages", () => {
  const source = readFileSync(ROUTES, "utf8");
  const routes = [...source.matchAll(/pageRoute\(\s*"([^"]+)"/g)].map(([, route = ""]) => route);
  expect(routes).toContain("/ivs/channels/:arn");
  const places = PAGES.map(([place]) => place.replace(/\?.*/, ""));
  const missing = routes.filter((route) => {
    const fits = new RegExp(`^${route.replaceAll(/:\w+/g, "[^/]+")}$`);
    return !places.some(
      (place) => fits.test(place) && (place === route || !routes.includes(place)),
    );
  });
  expect(missing).toEqual(ELSEWHERE);
});

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let arns: Record<string, string>;

  startConsole("layout", async (started) => {
    ({ server, browser } = started);
    arns = await furnish(
      server.root,
      organizationsOf(server),
      cloudFormationOf(server),
      chatOf(server),
      realTimeOf(server),
    );
  });

  test.each(LOOKS)(
    "pages are laid out well, $width wide, part $part",
    async ({ part, ...size }) => {
      const page = await browser.open(server.endpoint);
      await resize(page, size);
      const found: string[] = [];
      // A denial's page needs somebody who was denied.
      const looked = PAGES.filter(([place]) => !place.includes(":denial"));
      for (const [place, heading] of looked.filter((_, index) => index % PARTS === part)) {
        await visit(page, addressOf(place), heading);
        await loaded(page);
        await settled(page);
        const faults = [...(await overflow(page)), ...(await layoutFaults(page))];
        found.push(...faults.map((text) => `${place}: ${text}`));
      }
      expect(found).toEqual([]);
      await page.close();
    },
  );

  function addressOf(place: string): string {
    return place.replace(/:(\w+)/, (_, name: string) => encodeURIComponent(arns[name] ?? ""));
  }
});

/** Waits until nothing on the page says any more that it loads. */
async function loaded(page: Page): Promise<void> {
  const loading = page
    .locator('[class*="awsui_status-loading"], [class*="awsui_rotator"]')
    .or(page.getByText(/^Loading /));
  await expect.poll(() => loading.allTextContents(), { message: page.url() }).toEqual([]);
}
