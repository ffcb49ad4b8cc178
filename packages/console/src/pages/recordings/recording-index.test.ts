import { expect, test } from "vitest";
import { entryOf } from "./recording-index.ts";

test("a prefix shows when a recording began, in UTC", () => {
  const prefix = "ivs/v1/000000000000/AbCdEfGh1234/2026/2/7/9/5/Xy12/";
  expect(entryOf("films", `${prefix}media/hls/master.m3u8`)).toEqual({
    bucket: "films",
    prefix,
    id: "Xy12",
    startedAt: new Date("2026-02-07T09:05:00Z"),
  });
});

test.each(["ivs/v1/", "film.mp4", "ivs/v1/000000000000/Ab/2026/2/7/9/5/x"])(
  "%s belongs to none",
  (key) => {
    expect(entryOf("films", key)).toBeUndefined();
  },
);
