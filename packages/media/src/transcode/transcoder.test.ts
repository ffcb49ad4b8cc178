import { expect, test } from "vitest";
import { defaultMediaLimits } from "../port/limits.ts";
import { TimedMetadata } from "../segmenter/timed-metadata.ts";
import { Transcoder } from "./transcoder.ts";

test("keeps no cuts once it is over: the stream goes on for days", () => {
  const transcoder = new Transcoder({
    program: process.execPath,
    limits: defaultMediaLimits,
    metadata: new TimedMetadata(),
    container: "mpegts",
    onSegment: () => undefined,
    onPart: undefined,
    pace: "prompt",
    onFailed: () => undefined,
  });
  const cut = { timeMs: 0, shownMs: 0, discontinuity: false, programDateTimeMs: 0 };
  transcoder.cut({ ...cut, index: 0 });
  transcoder.kill();
  transcoder.cut({ ...cut, index: 1 });
  expect(transcoder.schedule.at(0)).toEqual({ ...cut, index: 0 });
  expect(transcoder.schedule.at(1)).toBeUndefined();
});
