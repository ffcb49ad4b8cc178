import { expect, test } from "vitest";
import { ingestPortsOf } from "../../config/ingest-ports.ts";
import { loadConfig } from "../../config/load-config.ts";
import { INGEST_PROTOCOLS } from "./ingest-protocols.ts";

const config = loadConfig({ environment: {}, given: {} });

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

test("a server that begins again listens where it did", () => {
  const again = { rtmp: 1, rtmps: 2, srt: 3, webrtc: 4 };
  expect(ingestPortsOf(config, again)).toEqual({
    rtmp: { port: 1 },
    rtmps: { port: 2 },
    srt: { port: 3 },
    webrtc: { port: 4 },
  });
});
