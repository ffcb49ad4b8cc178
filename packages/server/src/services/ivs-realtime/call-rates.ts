import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { OperationName } from "../../kernel/operations.ts";
import type { CallLimits } from "../../kernel/tagged-resources/call-rates.ts";
import { throttled } from "./errors.ts";

/** The SDK has a class `$Command` too. */
type Operation = Exclude<OperationName<typeof realTime>, "$">;

/**
 * Calls a second of an account in a Region. Source: IVS Real-Time user guide, "Service Quotas",
 * "API call rate quotas"; none can be raised. Those of replication aren't published: here they are
 * a stage's.
 */
const ACCOUNT_RATES: Readonly<Record<Operation, number>> = {
  CreateParticipantToken: 50,
  DeletePublicKey: 3,
  GetPublicKey: 3,
  ImportPublicKey: 3,
  ListPublicKeys: 3,
  ListTagsForResource: 10,
  TagResource: 10,
  UntagResource: 10,
  CreateEncoderConfiguration: 5,
  CreateIngestConfiguration: 5,
  CreateStage: 5,
  CreateStorageConfiguration: 5,
  DeleteEncoderConfiguration: 5,
  DeleteIngestConfiguration: 5,
  DeleteStage: 5,
  DeleteStorageConfiguration: 5,
  DisconnectParticipant: 5,
  GetComposition: 5,
  GetEncoderConfiguration: 5,
  GetIngestConfiguration: 5,
  GetParticipant: 5,
  GetStage: 5,
  GetStageSession: 5,
  GetStorageConfiguration: 5,
  ListCompositions: 5,
  ListEncoderConfigurations: 5,
  ListIngestConfigurations: 5,
  ListParticipantEvents: 5,
  ListParticipantReplicas: 5,
  ListParticipants: 5,
  ListStageSessions: 5,
  ListStages: 5,
  ListStorageConfigurations: 5,
  StartComposition: 5,
  StartParticipantReplication: 5,
  StopComposition: 5,
  StopParticipantReplication: 5,
  UpdateIngestConfiguration: 5,
  UpdateStage: 5,
};

export const realTimeCallLimits: CallLimits = { ofAccount: ACCOUNT_RATES, throttled };
