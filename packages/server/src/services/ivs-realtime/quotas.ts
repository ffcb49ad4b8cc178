/**
 * How many of each there may be per account and Region; all can be raised on AWS. Source: IVS
 * Real-Time user guide, "Service Quotas".
 */
export const QUOTAS = {
  stages: 1_000,
  publicKeys: 3,
  encoderConfigurations: 20,
  storageConfigurations: 5,
  ingestConfigurations: 100,
  compositions: 20,
  compositionsOfStage: 5,
  /** Per resource. Source: IVS Real-Time API Reference, "Tagging". */
  tags: 50,
};

/** Source: IVS Real-Time user guide, "Service Quotas". */
export const PUBLISHERS_MAX = 12;
export const SUBSCRIBERS_MAX = 25_000;
/** Each publisher thrice, since a page that was left still counts for a while; our own choice. */
export const SUBSCRIPTIONS_OF_PARTICIPANT_MAX = 3 * PUBLISHERS_MAX;
export const REPLICAS_MAX = 5;
