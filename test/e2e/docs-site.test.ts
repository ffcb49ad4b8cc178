import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildSite } from "../../scripts/docs-site/build-site.ts";
import { startServerProcess } from "../support/server-process.ts";
import { violations } from "./axe.ts";
import { CHROMIUM, CHROMIUM_ARGS, hasChromium } from "./browser.ts";

/** The site as `npm run docs:site` writes it: plain files. */
const dir = mkdtempSync(join(tmpdir(), "rolecast-docs-"));

/** Pages that have between them everything that a page can have: axe looks at these. */
const EVERY_KIND = ["404.html", "adr/index.html", "index.html", "publish.html", "settings.html"];

let pages: readonly string[] = [];

beforeAll(async () => {
  await buildSite({ root: join(import.meta.dirname, "../.."), outDir: dir, base: "/" });
  pages = (await readdir(dir, { recursive: true })).filter((name) => name.endsWith(".html"));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(!hasChromium)(`the site in chromium (skipped without ${CHROMIUM})`, () => {
  let browser: Browser;
  const complaints: string[] = [];
  const elsewhere: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
  });
  afterAll(() => browser.close());

  /** A tab that shows pages from the file system, as after a double click. */
  async function openTab(width = 1280): Promise<Page> {
    const page = await browser.newPage({
      viewport: { width, height: 800 },
      reducedMotion: "reduce",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:")) elsewhere.push(request.url());
    });
    return page;
  }
  const addressOf = (name: string) => pathToFileURL(join(dir, name)).href;

  test("no page has a violation, asks for anything else or is wider than a phone", async () => {
    const page = await openTab(380);
    const found: string[] = [];
    for (const name of pages) {
      await page.goto(addressOf(name));
      if (EVERY_KIND.includes(name)) {
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          found.push(...(await violations(page)).map((text) => `${name}: ${text}`));
        }
      }
      const width = await page.evaluate("document.documentElement.scrollWidth");
      if (Number(width) > 380) found.push(`${name} is ${width} wide`);
    }
    expect(found).toEqual([]);
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("the search finds a setting and an operation, by the keyboard alone", async () => {
    const page = await openTab();
    await page.goto(addressOf("adr/index.html"));
    await page.keyboard.press("/");
    await page.keyboard.type("PutMetadata");
    await page.getByRole("status").filter({ hasText: "result" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/\w[\w-]*\.html(?:#.*)?$/);
    expect(await page.locator("main").textContent()).toContain("PutMetadata");

    await page.getByRole("searchbox").fill("transcodeCroes");
    await expect
      .poll(() => page.getByRole("link", { name: "Settings" }).count())
      .toBeGreaterThan(0);
    await page.getByRole("searchbox").fill("xylophone");
    await page.getByText("Nothing about “xylophone”.").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  test("operations are filtered by their names", async () => {
    const page = await openTab();
    await page.goto(addressOf("operations.html"));
    const services = page.locator("main h2");
    const all = await services.count();
    await page.getByRole("searchbox", { name: "Filter operations" }).fill("streamsess");
    await page.getByText("2 names have “streamsess”.").waitFor();
    expect(await services.filter({ visible: true }).allTextContents()).toEqual(["IVS"]);
    const left = page.locator("main .heading:has(h2) ~ p").filter({ visible: true });
    expect(await left.allTextContents()).toEqual(["Work: GetStreamSession, ListStreamSessions"]);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("searchbox", { name: "Filter operations" }).fill("");
    expect(await services.filter({ visible: true }).count()).toBe(all);
    await page.close();
  });

  test("colours are a person's choice that lasts, and code is copied without its prompts", async () => {
    const page = await openTab();
    await page.goto(addressOf("playback.html"));
    const dark = page.getByRole("button", { name: "Dark mode" });
    await dark.click();
    await page.reload();
    expect(await dark.getAttribute("aria-pressed")).toBe("true");

    const session = page.locator(".code", { hasText: "import-playback-key-pair" }).first();
    await session.getByRole("button", { name: "Copy" }).click();
    await session.getByText("Copied").waitFor();
    const copied = String(await page.evaluate("navigator.clipboard.readText()"));
    expect(copied).toMatch(/^openssl /);
    expect(copied).not.toContain("$ ");
    await page.close();
  });

  test("a server shows it to whoever has no other copy, under its own content security policy", async () => {
    const server = await startServerProcess(["--data", "memory"]);
    try {
      const page = await browser.newPage();
      const refused: string[] = [];
      page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
      page.on("pageerror", ({ message }) => refused.push(message));
      const answer = await page.goto(`${server.endpoint}/_rolecast/docs`);
      expect(answer?.headers()["content-security-policy"]).toContain("default-src 'none'");
      await page.getByRole("searchbox").fill("GetStreamSession");
      await page.getByRole("status").filter({ hasText: "result" }).waitFor();
      await page.getByRole("navigation").getByRole("link", { name: "Install and start" }).click();
      await page.waitForURL(/\/_rolecast\/docs\/start$/);
      await page.goto(`${server.endpoint}/_rolecast/docs/adr/`);
      await page.getByRole("heading", { name: "Decisions" }).first().waitFor();
      const missing = await page.goto(`${server.endpoint}/_rolecast/docs/adr/private-playback`);
      expect(missing?.status()).toBe(404);
      await page
        .getByRole("search")
        .getByRole("link", { name: "Private playback" })
        .first()
        .click();
      await page.waitForURL(/\/_rolecast\/docs\/private-playback$/);
      // A missing page is an error in chromium's console.
      expect(refused.splice(0)).toEqual([expect.stringContaining("404")]);
      const picture = await fetch(`${server.endpoint}/_rolecast/docs/images/console-live.webp`);
      expect(picture.headers.get("content-type")).toBe("image/webp");
      const outside = await fetch(`${server.endpoint}/_rolecast/docs/%2e%2e/index.html`);
      expect(outside.status).toBe(404);
      expect(refused).toEqual([]);
      await page.close();
    } finally {
      await server.stop();
    }
  });

  test("on a phone the pages are behind a button", async () => {
    const page = await openTab(380);
    await page.goto(addressOf("index.html"));
    const list = page.getByRole("navigation", { name: "Pages" });
    expect(await list.isVisible()).toBe(false);
    await page.getByRole("button", { name: "Pages" }).click();
    expect(await list.isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    expect(await list.isVisible()).toBe(false);
    await page.close();
  });
});
