import type { OperationTable } from "../../kernel/operations.ts";
import type { ServiceApi } from "../../kernel/service.ts";
import { limitCallRates } from "../../kernel/tagged-resources/call-rates.ts";
import { adConfigurationOperations } from "./ad-configurations.ts";
import { ivsCallLimits } from "./call-rates.ts";
import { channelOperations } from "./channels/channels.ts";
import { streamKeyOperations } from "./channels/stream-keys.ts";
import { ivsConstraints } from "./constraints.ts";
import type { IvsDependencies } from "./dependencies.ts";
import type { LiveStreams } from "./live/live-streams.ts";
import { playbackKeyPairOperations } from "./playback/playback-key-pairs.ts";
import { playbackRestrictionPolicyOperations } from "./playback/playback-restriction-policies.ts";
import type { RevokedViewers } from "./playback/revoked-viewers.ts";
import { viewerSessionRevocationOperations } from "./playback/viewer-session-revocations.ts";
import type { IvsQuotas } from "./quotas.ts";
import { recordingConfigurationOperations } from "./recording-configurations/recording-configurations.ts";
import { ivsSchemas } from "./schema.ts";
import { streamSessionOperations } from "./streams/stream-sessions.ts";
import { streamOperations } from "./streams/streams.ts";
import { tagOperations } from "./tags/tags.ts";

interface IvsApiParts {
  readonly quotas: IvsQuotas;
  /** Calls are held to AWS's rates. */
  readonly rateLimits: boolean;
  readonly live: LiveStreams;
  readonly revokedViewers: RevokedViewers;
}

export function ivsApi(
  deps: IvsDependencies,
  { quotas, rateLimits, live, revokedViewers }: IvsApiParts,
): ServiceApi {
  const operations: OperationTable = {
    ...recordingConfigurationOperations(deps, quotas),
    ...channelOperations(deps, quotas),
    ...streamKeyOperations(deps, quotas),
    ...playbackKeyPairOperations(deps, quotas),
    ...playbackRestrictionPolicyOperations(deps, quotas),
    ...viewerSessionRevocationOperations(revokedViewers),
    ...adConfigurationOperations(deps, quotas),
    ...streamOperations(deps, live),
    ...streamSessionOperations(deps),
    ...tagOperations(quotas),
  };
  return {
    schemas: ivsSchemas,
    constraints: ivsConstraints,
    operations: rateLimits ? limitCallRates(operations, ivsCallLimits, deps.clock) : operations,
  };
}
