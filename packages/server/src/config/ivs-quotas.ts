import { z } from "zod";

const count = z.number().int().min(0).max(10_000_000).exactOptional();

/** The service quotas of IVS: numbers for an account in a Region. */
export const ivsQuotasSchema = z.strictObject({
  channels: count,
  recordingConfigurations: count,
  playbackKeyPairs: count,
  playbackRestrictionPolicies: count,
  adConfigurations: count,
  concurrentStreams: count,
  concurrentViews: count,
});
