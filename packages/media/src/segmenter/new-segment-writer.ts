import { FragmentWriter } from "../container/fmp4/fragment-writer.ts";
import { TsSegmentWriter } from "../container/mpegts/ts-segment-writer.ts";
import type { SegmentWriter } from "../container/segment-writer.ts";
import type { MediaContainer } from "../port/publish.ts";

export function newSegmentWriter(container: MediaContainer, hasVideo: boolean): SegmentWriter {
  return container === "fmp4" ? new FragmentWriter(hasVideo) : new TsSegmentWriter(hasVideo);
}
