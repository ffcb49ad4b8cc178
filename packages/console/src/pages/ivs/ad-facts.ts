import type { AdConfigurationSummary } from "@aws-sdk/client-ivs";

/** The ARNs of MediaTailor's configurations that it names. */
export function playbackArns(ads: AdConfigurationSummary): readonly string[] {
  return (ads.mediaTailorPlaybackConfigurations ?? []).flatMap(
    ({ playbackConfigurationArn: arn }) => (arn === undefined ? [] : [arn]),
  );
}

/** The break at a stream's end. */
export function shownPostRoll({ postRollConfiguration: roll }: AdConfigurationSummary): string {
  return roll?.enabled ? `${roll.durationSeconds} s` : "None";
}
