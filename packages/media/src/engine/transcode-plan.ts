import type { TranscodePlan } from "../broadcast/broadcast-options.ts";
import type { AllowedPublish } from "../port/publish.ts";
import type { TranscodeCapacity } from "../transcode/transcode-capacity.ts";

/** Undefined where nothing is to be made of the source, or nothing can be. */
export function transcodePlan(
  program: string | undefined,
  { ladder }: AllowedPublish,
  capacity: TranscodeCapacity,
): TranscodePlan | undefined {
  if (program === undefined || ladder === undefined) {
    return undefined;
  }
  return capacity.cores > 0 ? { program, ladder, capacity } : undefined;
}
