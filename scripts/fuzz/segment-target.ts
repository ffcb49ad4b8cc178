import assert from "node:assert";
import type { Segment } from "../../packages/media/src/container/segment.ts";
import { defaultMediaLimits } from "../../packages/media/src/port/limits.ts";
import { LeadingCutter } from "../../packages/media/src/segmenter/cutter.ts";
import { Segmenter } from "../../packages/media/src/segmenter/segmenter.ts";
import { Timeline } from "../../packages/media/src/segmenter/timeline.ts";
import { flvStreams } from "../../packages/media/src/testing/corpus.ts";
import type { FlvTag } from "../../packages/media/src/testing/flv-file.ts";
import { flvInto } from "../../packages/media/src/testing/flv-segmenter.ts";
import { demux } from "../../packages/media/src/testing/ts-demuxer.ts";
import { type Chance, type FuzzTarget, mutateBytes } from "./chance.ts";
import { accepted } from "./media-targets.ts";

const LIMITS = { ...defaultMediaLimits, segmentDurationMs: 500, segmentBytesMax: 256 * 1024 };
/** One frame past the limit may be written before it is looked at. */
const SEGMENT_BYTES_MAX = LIMITS.segmentBytesMax + 64 * 1024;
/** More than a segment may hold, of any tag. */
const FLOOD_TAGS = 4_000;

/**
 * Whatever an accepted publisher sends, what comes out is a transport stream, within its limits.
 */
export const segmentTarget: FuzzTarget = {
  name: "FLV tags into segments",
  next(chance) {
    const tags = mutateTags(chance.one(flvStreams), chance, flvStreams);
    return {
      input: tags.map(({ type, timestampMs, body }) => [type, timestampMs, body.toString("hex")]),
      run: () => check(tags),
    };
  },
};

/**
 * A few changes: tags left out, repeated, moved in time, taken from `streams`, with other bytes.
 */
export function mutateTags(
  tags: readonly FlvTag[],
  chance: Chance,
  streams: readonly (readonly FlvTag[])[],
): FlvTag[] {
  const mutated = [...tags];
  for (let change = chance.below(12); change >= 0; change--) {
    const at = chance.below(mutated.length);
    const tag = mutated[at];
    if (tag === undefined) continue;
    const { body, timestampMs } = tag;
    switch (chance.below(7)) {
      case 0:
        mutated.splice(at, 1 + chance.below(5));
        break;
      case 1:
        mutated.splice(
          at,
          0,
          ...Array.from({ length: chance.below(chance.rarely(20) ? FLOOD_TAGS : 40) }, () => tag),
        );
        break;
      case 2:
        mutated[at] = { ...tag, timestampMs: chance.below(2 ** 32) };
        break;
      case 3:
        mutated[at] = { ...tag, timestampMs: (timestampMs + chance.below(3_000) - 1_500) >>> 0 };
        break;
      case 4:
        mutated[at] = chance.one(chance.one(streams));
        break;
      case 5:
        mutated.splice(0, at);
        break;
      default:
        mutated[at] = { ...tag, body: mutateBytes(body, chance, [chance.one(tags).body]) };
    }
  }
  return mutated;
}

function check(tags: readonly FlvTag[]): void {
  const segments: Segment[] = [];
  const parts: Buffer[] = [];
  const segmenter = new Segmenter({
    limits: LIMITS,
    cutter: new LeadingCutter(LIMITS, () => 0),
    timeline: new Timeline(),
    onSegment: (segment) => segments.push(segment),
    // Its memory is reused.
    onPart: ({ body }) => parts.push(Buffer.from(body)),
  });
  const feed = flvInto(segmenter);
  accepted(() => {
    for (const tag of tags) feed(tag);
  });
  segmenter.finish();
  const whole = Buffer.concat(segments.map(({ body }) => body));
  demux(whole);
  assert(Buffer.concat(parts).equals(whole), "parts and segments differ");
  for (const segment of segments) checkSegment(segment);
}

function checkSegment({ body, durationMs, keyframeIntervals, videoFrames }: Segment): void {
  assert(body.length <= SEGMENT_BYTES_MAX, `a segment of ${body.length} bytes`);
  assert(durationMs > 0 && durationMs <= 2 * LIMITS.segmentDurationMaxMs, `${durationMs} ms`);
  assert(videoFrames > 0, "a segment without a picture");
  let offset = 0;
  for (const interval of keyframeIntervals) {
    assert.equal(interval.offset, offset);
    assert(interval.durationMs >= 0, "a keyframe interval runs backwards");
    offset += interval.length;
  }
  assert.equal(offset, body.length);
}
