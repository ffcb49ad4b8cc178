import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { CHROMIUM, CHROMIUM_ARGS } from "./browser.ts";

const HLS_JS = join(import.meta.dirname, "../../node_modules/hls.js/dist/hls.min.js");
const PAGE = join(import.meta.dirname, "hls-player.html");

/** The page's observations so far. */
export interface PlayerState {
  readonly errors: readonly {
    readonly details: string;
    readonly fatal: boolean;
    readonly status?: number;
  }[];
  /** Times that playback ran out of media. */
  readonly stalls: number;
  /** Timed metadata, in the order of parsing. */
  readonly metadata: readonly { readonly pts: number; readonly text: string }[];
  readonly dateRanges: readonly {
    readonly id: string;
    readonly class: string;
    readonly duration: number;
  }[];
  /** Media time of the frame that is shown. */
  readonly seconds: number;
  readonly latencyMs?: number;
}

/** A page with hls.js in chromium, of an origin of its own. */
export interface HlsPlayer {
  readonly origin: string;
  /** Plays in a new tab. */
  play(url: string, config?: object): Promise<PlayingTab>;
  close(): Promise<void>;
}

export interface PlayingTab {
  state(): Promise<PlayerState>;
  /** Resolves when the state, asked for again and again, is as wanted. */
  until(wanted: (state: PlayerState) => boolean): Promise<PlayerState>;
  close(): Promise<void>;
}

const POLL_MS = 100;
const DEADLINE_MS = 60_000;

export async function startHlsPlayer(): Promise<HlsPlayer> {
  const server = createServer((request, response) => {
    const isScript = request.url === "/hls.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(readFileSync(isScript ? HLS_JS : PAGE));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const profile = await mkdtemp(join(tmpdir(), "rolecast-hls-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: [...CHROMIUM_ARGS, "--autoplay-policy=no-user-gesture-required"],
  });
  return {
    origin,
    play: (url, config = {}) => play(context, origin, url, config),
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function play(
  context: BrowserContext,
  origin: string,
  url: string,
  config: object,
): Promise<PlayingTab> {
  const page = await context.newPage();
  await page.goto(origin);
  await page.evaluate(
    ([source, options]) => {
      const { start } = globalThis as unknown as { start(url: unknown, config: unknown): void };
      start(source, options);
    },
    [url, config],
  );
  const state = () => stateOf(page);
  return {
    state,
    close: () => page.close(),
    async until(wanted) {
      const deadlineMs = Date.now() + DEADLINE_MS;
      for (;;) {
        const now = await state();
        if (wanted(now)) return now;
        if (Date.now() > deadlineMs) throw new Error(`never seen: ${JSON.stringify(now)}`);
        await page.waitForTimeout(POLL_MS);
      }
    },
  };
}

function stateOf(page: Page): Promise<PlayerState> {
  return page.evaluate(() => {
    const { state } = globalThis as unknown as { state(): PlayerState };
    return state();
  });
}
