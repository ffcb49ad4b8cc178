import type * as ivs from "@aws-sdk/client-ivs";
import type { MultitrackPlan } from "@rolecast/media";
import type { ChannelRow } from "../tables.ts";

/** Source: IVS user guide, "Multitrack Video", resolutions. */
export const MULTITRACK_HEIGHT_MAX: Readonly<Record<ivs.MultitrackMaximumResolution, number>> = {
  SD: 480,
  HD: 720,
  FULL_HD: 1_080,
};

/**
 * The renditions of an encoder's own that a channel takes; undefined where it takes one video
 * track.
 */
export function multitrackPlan(channel: ChannelRow): MultitrackPlan | undefined {
  const input: ivs.MultitrackInputConfiguration = JSON.parse(channel.multitrack_input);
  if (!input.enabled) return undefined;
  const { policy, maximumResolution = "FULL_HD" } = input;
  return { required: policy === "REQUIRE", heightMax: MULTITRACK_HEIGHT_MAX[maximumResolution] };
}
