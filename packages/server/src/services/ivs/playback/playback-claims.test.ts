import { expect, test } from "vitest";
import { readPlaybackClaims } from "./playback-claims.ts";

/** A whole second, so that a claim in seconds can name it. */
const NOW_MS = Date.parse("2026-11-27T12:00:00Z");
const NOW_S = NOW_MS / 1_000;
const SKEW_S = 30;
const REMEMBERED_S = 600;
const channel = { "aws:channel-arn": "arn:aws:ivs:us-east-1:000000000000:channel/abcdefghijkl" };
const single = { "aws:single-use-uuid": "11111111-2222-3333-4444-555555555555" };
const viewer = { "aws:viewer-id": "somebody" };
const origins = (count: number) =>
  Array.from({ length: count }, (_, index) => `https://${index}.example`).join(",");

const FULL = "exp must be at most 10 minutes ahead with aws:single-use-uuid or aws:viewer-id";

test.each([
  ["a second before its end", { exp: NOW_S + 1 }, undefined],
  ["at its end", { exp: NOW_S }, "Token is expired"],
  ["that ended, in milliseconds, as on AWS", { exp: NOW_MS - 1 }, undefined],
  ["for one use that ended, in milliseconds", { exp: NOW_MS, ...single }, "Token is expired"],
  ["for one use, a millisecond before its end", { exp: NOW_MS + 1, ...single }, undefined],
  ["for one viewer that ended, in milliseconds", { exp: NOW_MS, ...viewer }, "Token is expired"],
  ["for any use, a year ahead", { exp: NOW_S + 31_536_000 }, undefined],
  ["for one use, as long as can be", { exp: NOW_S + REMEMBERED_S + SKEW_S, ...single }, undefined],
  ["for one use, longer", { exp: NOW_S + REMEMBERED_S + SKEW_S + 1, ...single }, FULL],
  ["for one viewer, longer", { exp: NOW_S + REMEMBERED_S + SKEW_S + 1, ...viewer }, FULL],
  [
    "for one use, a millisecond longer",
    { exp: NOW_MS + (REMEMBERED_S + SKEW_S) * 1_000 + 1, ...single },
    FULL,
  ],
  ["without an end", {}, "exp is missing"],
  ["whose end is text", { exp: String(NOW_S + 60) }, "exp is missing"],
  ["whose end is no number", { exp: Number.POSITIVE_INFINITY }, "exp is missing"],
  ["that begins within the skew", { exp: NOW_S + 60, nbf: NOW_S + SKEW_S }, undefined],
  ["that begins later", { exp: NOW_S + 60, nbf: NOW_S + SKEW_S + 1 }, "Token is not valid yet"],
  ["whose beginning is text", { exp: NOW_S + 60, nbf: "0" }, "Token is not valid yet"],
  [
    "with as many strict origins as can be",
    {
      ...{ exp: NOW_S + 60, "aws:strict-origin-enforcement": true },
      "aws:access-control-allow-origin": origins(5),
    },
    undefined,
  ],
  [
    "with one strict origin more",
    {
      ...{ exp: NOW_S + 60, "aws:strict-origin-enforcement": true },
      "aws:access-control-allow-origin": origins(6),
    },
    "aws:strict-origin-enforcement allows at most 5 origins",
  ],
  [
    "with more origins that aren't strict",
    { exp: NOW_S + 60, "aws:access-control-allow-origin": origins(6) },
    undefined,
  ],
  [
    "whose use has the longest name",
    { exp: NOW_S + 60, "aws:single-use-uuid": "u".repeat(128) },
    undefined,
  ],
  [
    "whose use has a longer name",
    { exp: NOW_S + 60, "aws:single-use-uuid": "u".repeat(129) },
    "aws:single-use-uuid is invalid",
  ],
  [
    "for a viewer with the longest id",
    { exp: NOW_S + 60, "aws:viewer-id": "v".repeat(40) },
    undefined,
  ],
])("a token %s", (_what, claims, refusal) => {
  const read = readPlaybackClaims({ ...channel, ...claims }, NOW_MS);
  if (refusal === undefined) expect(read).toHaveProperty("channelArn", channel["aws:channel-arn"]);
  else expect(read).toBe(refusal);
});

test("is remembered until it ends, whichever way its end is written", () => {
  for (const exp of [NOW_S + 60, NOW_MS + 60_000])
    expect(readPlaybackClaims({ ...channel, ...single, exp }, NOW_MS)).toMatchObject({
      singleUse: { uuid: single["aws:single-use-uuid"], expiresAtMs: NOW_MS + 60_000 },
    });
});
