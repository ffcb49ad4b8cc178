import type { LadderPlan, SourceLimits } from "../port/ladder.ts";

/** Four steps below the source. */
export const BELOW_SOURCE: LadderPlan = {
  source: { above: 720, below: 480 },
  steps: [
    { height: 720, bitrate: 2_400_000, fastBitrate: 3_400_000, audio: "copy" },
    { height: 480, bitrate: 1_400_000, audio: "copy" },
    { height: 360, bitrate: 630_000, audio: 64_000 },
    { height: 160, bitrate: 230_000, audio: 48_000 },
  ],
};

/** The same instead of the source, with a rendition of sound alone. */
export const INSTEAD_OF_SOURCE: LadderPlan = {
  steps: BELOW_SOURCE.steps.map((step) => ({ ...step, audio: 64_000 })),
  audioOnlyBitrate: 64_000,
};

const FULL_HD = { pixelsMax: 1_920 * 1_080, edgeMax: 1_920 };

/** Small pictures may have less than large ones. */
export const SOURCE_LIMITS: SourceLimits = {
  ...FULL_HD,
  bitrates: [
    { pixelsMax: 495_000, edgeMax: 855, bitrateMax: 1_500_000 },
    { ...FULL_HD, bitrateMax: 3_500_000 },
  ],
};
