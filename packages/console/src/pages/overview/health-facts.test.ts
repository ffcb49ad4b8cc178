import { expect, test } from "vitest";
import { healthFacts } from "./health-facts.ts";

const WELL = {
  services: { iam: "running", s3: "running" },
  store: { condition: "ok" },
  disk: { freeBytes: 67_962_146_816, takesBodies: 1 },
  ivs: {
    ...{ listening: true, ffmpeg: "/usr/bin/ffmpeg", transcoding: "on" },
    ...{ rtmpPort: 1935, rtmpsPort: 4443, srtPort: 0, webrtcPort: 8189 },
  },
};
const shown = (health: unknown) =>
  healthFacts(health).map(({ label, text, type }) => `${label}: ${text} (${type})`);

test("a server that is well, with the ports that are open", () => {
  expect(shown(WELL)).toEqual([
    "Services: 2 running (success)",
    "Database: Writable (success)",
    "Disk: 68.0 GB free (success)",
    "Ingest: RTMPS 4443, RTMP 1935, WebRTC 8189 (success)",
    "ffmpeg: Encodes renditions (success)",
  ]);
});

test.each([
  [{ services: { s3: "starting" } }, "Services: Not running: s3 (error)"],
  [{ store: { condition: "unavailable" } }, "Database: unavailable (error)"],
  [{ disk: { freeBytes: 1e8, takesBodies: 0 } }, "Disk: Full: 0.1 GB free (error)"],
  [{ ivs: { listening: false, rtmpsPort: 4443 } }, "Ingest: RTMPS 4443 (error)"],
  [{ ivs: { ffmpeg: "none" } }, "ffmpeg: Not found: no renditions, no thumbnails (stopped)"],
  [{ ivs: { ffmpeg: "/f", transcoding: "source only" } }, "ffmpeg: Thumbnails only (success)"],
])("%j", (health, expected) => {
  expect(shown(health)).toEqual([expected]);
});

test.each([undefined, null, "down", {}, { store: 1, services: [] }])(
  "%j says nothing",
  (health) => {
    expect(healthFacts(health)).toEqual([]);
  },
);
