import type { ChannelType } from "@aws-sdk/client-ivs";
import type { LadderPlan, PlannedStep, SourceLimits } from "@rolecast/media";

/*
 * Source: Amazon IVS user guide, "Channel Types". It names landscape sizes only. Inputs below 480p
 * aren't in it: they keep the source on top (or, on ADVANCED channels, their own size) and get the
 * steps below it.
 */

const STANDARD: LadderPlan = {
  source: { above: 720, below: 480 },
  steps: [
    { height: 720, bitrate: 2_400_000, fastBitrate: 3_400_000, audio: "copy" },
    { height: 480, bitrate: 1_400_000, audio: "copy" },
    { height: 360, bitrate: 630_000, audio: 64_000 },
    { height: 160, bitrate: 230_000, audio: 48_000 },
  ],
};

const HIGHER_BANDWIDTH: readonly PlannedStep[] = [
  { height: 720, bitrate: 2_300_000, fastBitrate: 3_000_000, audio: 128_000 },
  { height: 480, bitrate: 1_300_000, audio: 128_000 },
  { height: 360, bitrate: 700_000, audio: 64_000 },
  { height: 160, bitrate: 270_000, audio: 48_000 },
];
const CONSTRAINED_BANDWIDTH: readonly PlannedStep[] = [
  { height: 720, bitrate: 1_900_000, fastBitrate: 2_200_000, audio: 128_000 },
  { height: 480, bitrate: 800_000, audio: 128_000 },
  { height: 360, bitrate: 400_000, audio: 64_000 },
  { height: 160, bitrate: 220_000, audio: 48_000 },
];
const AUDIO_ONLY_BITRATE = 64_000;

/**
 * The renditions that a channel makes of its source; undefined where it serves the source alone.
 */
export function ladderOf(type: ChannelType, preset: string): LadderPlan | undefined {
  switch (type) {
    case "BASIC":
      return undefined;
    case "STANDARD":
      return STANDARD;
    case "ADVANCED_SD":
      return advanced(preset, 480);
    case "ADVANCED_HD":
      return advanced(preset, 720);
    default:
      return type satisfies never;
  }
}

/** The preset is `CONSTRAINED_BANDWIDTH_DELIVERY`, or else the default, higher bandwidth. */
function advanced(preset: string, heightMax: number): LadderPlan {
  const isConstrained = preset === "CONSTRAINED_BANDWIDTH_DELIVERY";
  const steps = isConstrained ? CONSTRAINED_BANDWIDTH : HIGHER_BANDWIDTH;
  return {
    steps: steps.filter(({ height }) => height <= heightMax),
    audioOnlyBitrate: AUDIO_ONLY_BITRATE,
  };
}

/** Those of 1080p aren't published: taken exactly. */
const FULL_HD = { pixelsMax: 1_920 * 1_080, edgeMax: 1_920 };
/** Source: the guide's page on EventBridge, for the bounds of 480p. */
const SD = { pixelsMax: 495_000, edgeMax: 855 };

/** The limits of a channel's source. */
export function sourceLimitsOf(type: ChannelType): SourceLimits {
  return {
    ...FULL_HD,
    bitrates:
      type === "BASIC"
        ? [
            { ...SD, bitrateMax: 1_500_000 },
            { ...FULL_HD, bitrateMax: 3_500_000 },
          ]
        : [{ ...FULL_HD, bitrateMax: 8_500_000 }],
  };
}
