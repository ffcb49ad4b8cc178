import { expect, test } from "vitest";
import { ingestPortsOf } from "../../config/ingest-ports.ts";
import { loadConfig } from "../../config/load-config.ts";
import { INGEST_PROTOCOLS } from "./ingest-protocols.ts";

const config = await loadConfig({ environment: {}, given: {} });

test("every protocol that has a port is shown, at the port that its setting has by default", () => {
  const shown = Object.entries(INGEST_PROTOCOLS).map(([name, { defaultPort }]) => [
    name,
    defaultPort,
  ]);
  const opened = Object.entries(ingestPortsOf(config, undefined)).map(([name, { port }]) => [
    name,
    port,
  ]);
  expect(opened.sort()).toEqual(shown.sort());
});

test("after a reset ports are the same, or others where any was good before", async () => {
  const again = { rtmp: 1, rtmps: 2, srt: 3, webrtc: 4 };
  const chosen = await loadConfig({ environment: {}, given: { rtmpsPort: 0, srtPort: 9_000 } });
  expect(ingestPortsOf(chosen, again)).toEqual({
    rtmp: { port: 1, orFree: false },
    rtmps: { port: 2, orFree: true },
    srt: { port: 3, orFree: false },
    webrtc: { port: 4, orFree: true },
  });
});
