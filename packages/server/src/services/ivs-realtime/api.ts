import type { OperationTable } from "../../kernel/operations.ts";
import type { ServiceApi } from "../../kernel/service.ts";
import { limitCallRates } from "../../kernel/tagged-resources/call-rates.ts";
import { realTimeCallLimits } from "./call-rates.ts";
import {
  type CompositionOperationOptions,
  compositionOperations,
} from "./compositions/compositions.ts";
import { realTimeConstraints } from "./constraints.ts";
import type { RealTimeDependencies } from "./dependencies.ts";
import { encoderConfigurationOperations } from "./encoder-configurations/encoder-configurations.ts";
import { ingestConfigurationOperations } from "./ingest-configurations/ingest-configurations.ts";
import { participantOperations } from "./participants/participants.ts";
import { stageSessionOperations } from "./participants/stage-sessions.ts";
import { publicKeyOperations } from "./public-keys/public-keys.ts";
import { replicationOperations } from "./replication/replications.ts";
import { realTimeSchemas } from "./schema.ts";
import type { StageMessages } from "./sessions/stage-messages.ts";
import { stageOperations } from "./stages/stages.ts";
import { storageConfigurationOperations } from "./storage-configurations/storage-configurations.ts";
import { tagOperations } from "./tags/tags.ts";

export interface RealTimeApiOptions extends CompositionOperationOptions {
  readonly rateLimits: boolean;
  readonly messages: StageMessages;
}

export function realTimeApi(
  deps: RealTimeDependencies,
  { rateLimits, messages, ...composing }: RealTimeApiOptions,
): ServiceApi {
  const operations: OperationTable = {
    ...stageOperations(deps, messages),
    ...stageSessionOperations(),
    ...participantOperations(messages),
    ...publicKeyOperations(deps),
    ...encoderConfigurationOperations(deps),
    ...storageConfigurationOperations(deps),
    ...ingestConfigurationOperations(deps, messages),
    ...replicationOperations(deps, messages),
    ...compositionOperations(deps, composing),
    ...tagOperations(),
  };
  return {
    schemas: realTimeSchemas,
    constraints: realTimeConstraints,
    operations: rateLimits
      ? limitCallRates(operations, realTimeCallLimits, deps.clock)
      : operations,
  };
}
