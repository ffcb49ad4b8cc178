import {
  type CompositionSummary,
  type EncoderConfigurationSummary,
  IVSRealTimeClient,
  type ParticipantSummary,
  paginateListCompositions,
  paginateListEncoderConfigurations,
  paginateListParticipants,
  paginateListStageSessions,
  paginateListStages,
  paginateListStorageConfigurations,
  type StageSessionSummary,
  type StageSummary,
  type StorageConfigurationSummary,
} from "@aws-sdk/client-ivs-realtime";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { pagesOf } from "../../wire/read-pages.ts";

type Pages<Item> = AsyncIterable<readonly Item[]>;

export function realTimeOf(aws: AwsClients): IVSRealTimeClient {
  return aws.client("ivs-realtime", (options) => new IVSRealTimeClient(options));
}

export function stagePages(aws: AwsClients): Pages<StageSummary> {
  return pagesOf(paginateListStages({ client: realTimeOf(aws) }, {}), (page) => page.stages);
}

export function listStages(aws: AwsClients): Promise<readonly StageSummary[]> {
  return allPages(stagePages(aws), (page) => page);
}

export function storagePages(aws: AwsClients): Pages<StorageConfigurationSummary> {
  const client = realTimeOf(aws);
  return pagesOf(
    paginateListStorageConfigurations({ client }, {}),
    (page) => page.storageConfigurations,
  );
}

export function encoderPages(aws: AwsClients): Pages<EncoderConfigurationSummary> {
  const client = realTimeOf(aws);
  return pagesOf(
    paginateListEncoderConfigurations({ client }, {}),
    (page) => page.encoderConfigurations,
  );
}

export function compositionPages(aws: AwsClients): Pages<CompositionSummary> {
  const client = realTimeOf(aws);
  return pagesOf(paginateListCompositions({ client }, {}), (page) => page.compositions);
}

export function sessionPages(aws: AwsClients, stageArn: string): Pages<StageSessionSummary> {
  const client = realTimeOf(aws);
  return pagesOf(paginateListStageSessions({ client }, { stageArn }), (page) => page.stageSessions);
}

export function participantPages(
  aws: AwsClients,
  stageArn: string,
  sessionId: string,
): Pages<ParticipantSummary> {
  const client = realTimeOf(aws);
  return pagesOf(
    paginateListParticipants({ client }, { stageArn, sessionId }),
    (page) => page.participants,
  );
}
