import { expect, test } from "vitest";
import { NO_THUMBNAILS, thumbnailConfiguration } from "./thumbnails.ts";

const SOME = { ...NO_THUMBNAILS, enabled: true };

test("settings of thumbnails that aren't recorded are left out", () => {
  expect(thumbnailConfiguration({ ...SOME, enabled: false, resolution: "HD" })).toEqual({
    recordingMode: "DISABLED",
  });
});

test.each([
  [SOME, { targetIntervalSeconds: 60, storage: ["SEQUENTIAL"] }],
  [
    { ...SOME, intervalSeconds: "5", resolution: "SD" as const, latest: true },
    { targetIntervalSeconds: 5, resolution: "SD", storage: ["SEQUENTIAL", "LATEST"] },
  ],
  [
    { ...SOME, sequential: false },
    { targetIntervalSeconds: 60, storage: [] },
  ],
])("%j is sent as IVS takes it", (chosen, expected) => {
  expect(thumbnailConfiguration(chosen)).toEqual({ recordingMode: "INTERVAL", ...expected });
});
