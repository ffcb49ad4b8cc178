import { defaultMediaLimits } from "../port/limits.ts";
import { LeadingCutter } from "../segmenter/cutter.ts";
import { Segmenter } from "../segmenter/segmenter.ts";
import { Timeline } from "../segmenter/timeline.ts";
import { flvStreams } from "./corpus.ts";
import type { FlvTag } from "./flv-file.ts";
import { flvInto } from "./flv-segmenter.ts";

/** The corpus as transport streams. */
export const tsStreams: readonly Buffer[] = flvStreams.map(transportStreamOf);

function transportStreamOf(tags: readonly FlvTag[]): Buffer {
  const segments: Buffer[] = [];
  const segmenter = new Segmenter({
    limits: defaultMediaLimits,
    cutter: new LeadingCutter(defaultMediaLimits, () => 0),
    timeline: new Timeline(),
    onSegment: ({ body }) => segments.push(body),
  });
  tags.forEach(flvInto(segmenter));
  segmenter.finish();
  return Buffer.concat(segments);
}
