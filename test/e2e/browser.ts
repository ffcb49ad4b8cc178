import { existsSync, mkdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import type { Key } from "../support/test-server.ts";

const SHELL = "/usr/bin/chromium-headless-shell";
/** Debian's; the one that never shows a window begins and draws with less. */
export const CHROMIUM = existsSync(SHELL) ? SHELL : "/usr/bin/chromium";
export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A camera that nobody has to allow.
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];
/** A busy machine takes its time. Below the tests' own limit, so that what was awaited is said. */
const WAIT_MS_MAX = 45_000;
/** Pictures of the pages as the tests saw them; not under version control. */
const PICTURES_DIR = join(import.meta.dirname, "../../.cache/console");

export const hasChromium = existsSync(CHROMIUM);
export const SKIPPED = `the console in chromium (skipped when there is no ${CHROMIUM})`;

/** A browser with a profile of its own. */
export interface TestBrowser {
  /** A new page that signs in as the root user, or with the key given. */
  open(endpoint: string, key?: Key): Promise<Page>;
  /** A new page with an empty cache, without a user signed in. */
  blank(): Promise<Page>;
  /** Pictures of all that is open. */
  takePictures(name: string): Promise<void>;
  /** Errors of the pages: scripts' errors, refused content. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function startBrowser(): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), "rolecast-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    viewport: { width: 1280, height: 900 },
    // An element that fades in has no contrast yet.
    reducedMotion: "reduce",
    args: CHROMIUM_ARGS,
  });
  context.setDefaultTimeout(WAIT_MS_MAX);
  const complaints: string[] = [];
  return {
    complaints,
    async open(endpoint, key) {
      const page = await context.newPage();
      listen(page, complaints);
      // Other tabs are signed in already, and would hand their key over.
      await page.goto(`${endpoint}/#/sign-in`);
      await signIn(page, key);
      return page;
    },
    async blank() {
      const page = await context.newPage();
      const session = await context.newCDPSession(page);
      await session.send("Network.clearBrowserCache");
      return page;
    },
    async takePictures(name) {
      for (const [index, page] of context.pages().entries()) {
        await takePicture(page, `${name}-${index}`);
      }
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

async function signIn(page: Page, key: Key | undefined): Promise<void> {
  if (key === undefined) {
    await page.getByRole("button", { name: "Sign in as root" }).click();
  } else {
    await page.getByLabel("Access key ID").fill(key.accessKeyId);
    await page.getByLabel("Secret access key").fill(key.secretAccessKey);
    if (key.sessionToken !== undefined) {
      await page.getByLabel("Session token").fill(key.sessionToken);
    }
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  }
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
}

/** The browser's messages for refusals and for a server that is gone. */
const OF_THE_NETWORK = /^Failed to load resource|Failed to fetch dynamically imported module/;

/** A denied call is an answer; what a page itself does wrong is a complaint. */
function listen(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !OF_THE_NETWORK.test(text)) {
      complaints.push(text);
    }
  });
}

/** Goes to a page of the console, and waits for its heading. */
export async function visit(page: Page, place: string, heading: string | RegExp): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#${place}`);
  await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
}

export async function takePicture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES_DIR, { recursive: true });
  await page.screenshot({ path: join(PICTURES_DIR, `${name}.png`) });
}
