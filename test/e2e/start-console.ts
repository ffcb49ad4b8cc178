import { join } from "node:path";
import { type ConfigInput, createServer } from "@rolecast/server";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { type Clients, clientsAt, type Key } from "../support/test-server.ts";
import { hasChromium, SKIPPED, startBrowser, type TestBrowser } from "./browser.ts";

const CONSOLE_DIR = join(import.meta.dirname, "../../packages/cli/dist/console");

/** A server with the console as it is built. */
export interface ConsoleServer {
  readonly endpoint: string;
  readonly rtmpsPort: number;
  readonly root: Clients;
  clients(key?: Key, region?: string): Clients;
  stop(): Promise<void>;
}

/** The server and browser of one file's tests. */
export interface StartedConsole {
  readonly server: ConsoleServer;
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
  further: ConfigInput = {},
): void {
  let started: StartedConsole;
  beforeAll(async () => {
    const [server, browser] = await Promise.all([startConsoleServer(further), startBrowser()]);
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

async function startConsoleServer(further: ConfigInput): Promise<ConsoleServer> {
  const ports = { port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0 };
  // The channel's page shows warnings of the log: publishers that were refused.
  const quiet = { data: "memory", transcodeCores: 0, logLevel: "warn" } as const;
  const settings = { ...ports, ...quiet, ...further };
  const server = await createServer(settings, { consoleDir: CONSOLE_DIR });
  const clients = clientsAt(server.endpoint);
  return {
    endpoint: server.endpoint,
    rtmpsPort: server.ports.rtmps,
    root: clients(),
    clients,
    stop: () => server.close(),
  };
}
