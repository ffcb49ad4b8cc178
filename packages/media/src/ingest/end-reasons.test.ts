import { expect, test } from "vitest";
import { END_REASONS, isRefusal } from "./end-reasons.ts";

test.each([
  ["protocol", "protocol-error", false],
  ["limit", "protocol-error", false],
  ["unsupported-media", "unsupported-media", true],
  ["video-codec", "video-codec", true],
  ["multitrack-not-allowed", "multitrack-not-allowed", true],
  ["multitrack-track-count", "multitrack-track-count", true],
  ["multitrack-track-media", "multitrack-track-media", true],
  ["refused", "stopped", false],
  ["engine", "internal-error", false],
] as const)("an error %s ends a broadcast as %s; its media is refused: %s", (code, reason, is) => {
  expect(END_REASONS[code]).toBe(reason);
  expect(isRefusal(reason)).toBe(is);
});

test("media without the tracks that a channel requires is refused; other ends are none", () => {
  expect(isRefusal("multitrack-required")).toBe(true);
  for (const reason of ["publisher-finished", "engine-closed", "stopped"] as const)
    expect(isRefusal(reason)).toBe(false);
});
