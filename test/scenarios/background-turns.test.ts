import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../support/test-server.ts";
import { ANALYSIS_LOADS } from "./longest-turns/analysis-loads.ts";
import { EVENT_LOADS } from "./longest-turns/event-loads.ts";
import type { Load } from "./longest-turns/loads.ts";
import { longestTurnMs, slowness, TURN_MAX_MS } from "./longest-turns/turn-meter.ts";

/*
 * What requests have made takes long to work through, when another request comes or in the
 * background: it never holds the loop that serves all others either. `longest-turns.test.ts` does
 * the same for single requests.
 */

const LOADS: readonly Load[] = [...EVENT_LOADS, ...ANALYSIS_LOADS];
const RUNS_MAX = 3;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe.skipIf(!existsSync("/proc/thread-self/schedstat"))("the loop goes on while", () => {
  test.each(LOADS)(
    "$name",
    async ({ prepare, work }) => {
      await prepare(server);
      const maxMs = TURN_MAX_MS * slowness();
      let ms = Number.POSITIVE_INFINITY;
      for (let run = 0; run < RUNS_MAX && ms > maxMs; run++)
        ms = Math.min(ms, await longestTurnMs(() => work(server)));
      expect(ms).toBeLessThan(maxMs);
    },
    120_000,
  );
});
