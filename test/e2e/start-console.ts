import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { hasChromium, SKIPPED, startBrowser, type TestBrowser } from "./browser.ts";

/** The server and browser of one file's tests. */
export interface StartedConsole {
  readonly server: ServerProcess;
  readonly browser: TestBrowser;
}

/** Tests of the console, skipped where there is no browser. */
export function describeConsole(tests: () => void): void {
  describe.skipIf(!hasChromium)(SKIPPED, tests);
}

/**
 * Starts a server and a browser for the tests around the call, then calls `ready`. Of a test that
 * fails pictures are kept, named after `name`; pages that complained fail the tests at their end.
 */
export function startConsole(
  name: string,
  ready: (started: StartedConsole) => Promise<void> | void,
): void {
  let started: StartedConsole;
  beforeAll(async () => {
    const [server, browser] = await Promise.all([
      startServerProcess(["--data", "memory"]),
      startBrowser(),
    ]);
    started = { server, browser };
    await ready(started);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await started.browser.takePictures(`${name}-failed`);
  });
  afterAll(async () => {
    const { server, browser } = started;
    await browser.close();
    await server.stop();
    expect(browser.complaints, "what the pages complained about").toEqual([]);
  });
}
