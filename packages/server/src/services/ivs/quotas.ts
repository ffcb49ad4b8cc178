/** How many of each there may be. Source: IVS user guide, "Service Quotas"; all can be raised. */
export interface IvsQuotas {
  /** Per account and Region. */
  readonly channels: number;
  /** Per account and Region. */
  readonly recordingConfigurations: number;
  /** Per account and Region. */
  readonly playbackKeyPairs: number;
  /** Per account and Region. AWS's number isn't published. */
  readonly playbackRestrictionPolicies: number;
  /** Per account and Region. AWS's number isn't published. */
  readonly adConfigurations: number;
  /** Per channel. */
  readonly streamKeys: number;
  /** Channels that are live at the same time, per account and Region; undefined for no limit. */
  readonly concurrentStreams?: number;
  /** Viewers of all of an account's channels in a Region; undefined for no limit. */
  readonly concurrentViews?: number;
  /** Per resource. Source: IVS API Reference, "Tagging". */
  readonly tags: number;
}

export const DEFAULT_QUOTAS: IvsQuotas = {
  channels: 5_000,
  recordingConfigurations: 20,
  playbackKeyPairs: 3,
  playbackRestrictionPolicies: 100,
  adConfigurations: 100,
  streamKeys: 1,
  tags: 50,
};
