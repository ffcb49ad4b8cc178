import type * as ivs from "@aws-sdk/client-ivs";
import type { OperationName } from "../../kernel/operations.ts";
import type { CallLimits } from "../../kernel/tagged-resources/call-rates.ts";
import { throttled } from "./errors.ts";

/** The SDK has a class `$Command` too. */
type Operation = Exclude<OperationName<typeof ivs>, "$">;

/**
 * Calls a second of an account in a Region. Source: IVS user guide, "Service Quotas", "API call
 * rate quotas"; none can be raised. Those of ad configurations and breaks aren't published: here
 * they are a channel's.
 */
const ACCOUNT_RATES: Readonly<Record<Operation, number>> = {
  BatchGetChannel: 5,
  CreateChannel: 5,
  DeleteChannel: 5,
  GetChannel: 5,
  ListChannels: 5,
  UpdateChannel: 5,
  CreatePlaybackRestrictionPolicy: 5,
  DeletePlaybackRestrictionPolicy: 5,
  GetPlaybackRestrictionPolicy: 5,
  ListPlaybackRestrictionPolicies: 5,
  UpdatePlaybackRestrictionPolicy: 5,
  DeletePlaybackKeyPair: 3,
  GetPlaybackKeyPair: 3,
  ImportPlaybackKeyPair: 3,
  ListPlaybackKeyPairs: 3,
  BatchStartViewerSessionRevocation: 2,
  StartViewerSessionRevocation: 10,
  CreateRecordingConfiguration: 3,
  DeleteRecordingConfiguration: 3,
  GetRecordingConfiguration: 3,
  ListRecordingConfigurations: 3,
  GetStream: 5,
  GetStreamSession: 5,
  ListStreams: 5,
  ListStreamSessions: 5,
  PutMetadata: 155,
  StopStream: 5,
  BatchGetStreamKey: 5,
  CreateStreamKey: 5,
  DeleteStreamKey: 5,
  GetStreamKey: 5,
  ListStreamKeys: 5,
  ListTagsForResource: 10,
  TagResource: 10,
  UntagResource: 10,
  CreateAdConfiguration: 5,
  DeleteAdConfiguration: 5,
  GetAdConfiguration: 5,
  ListAdConfigurations: 5,
  UpdateAdConfiguration: 5,
  InsertAdBreak: 5,
};
/** PutMetadata has a rate for each channel beside its account's. */
const METADATA_CALLS_PER_CHANNEL = 5;

export const ivsCallLimits: CallLimits = {
  ofAccount: ACCOUNT_RATES,
  ofResource(operation, input: { readonly channelArn?: string }) {
    if (operation !== "PutMetadata" || input.channelArn === undefined) return undefined;
    return { resource: input.channelArn, callsPerSecond: METADATA_CALLS_PER_CHANNEL };
  },
  throttled,
};
