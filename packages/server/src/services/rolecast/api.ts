import type { Authorization } from "../../kernel/authorization.ts";
import type { Invoke } from "../../kernel/invoke.ts";
import type { DecideAgain } from "../../kernel/ports/decisions.ts";
import type { LinkedRoleReport } from "../../kernel/ports/linked-services.ts";
import { DRAIN_SECONDS_MAX, type OwnRoutes } from "../../kernel/ports/own-routes.ts";
import type { PermissionUses } from "../../kernel/ports/permission-uses.ts";
import type { ServiceApi } from "../../kernel/service.ts";
import { explainSimulation } from "./explain-simulation.ts";
import { type FeedDependencies, feedOperations } from "./feeds/feed-operations.ts";
import { downloadRecording } from "./films/download-recording.ts";
import {
  createForwardAccessSession,
  type ForwardAccessSessionDependencies,
} from "./linked-services/forward-access-sessions.ts";
import { listServiceLinkedRoleUsage } from "./linked-services/service-linked-role-usage.ts";
import { listPermissionUses } from "./list-permission-uses.ts";
import { listUnusedPermissions } from "./list-unused-permissions.ts";
import { rolecastSchemas } from "./schema.ts";
import { serverOperations } from "./server-operations.ts";
import { startTestPicture } from "./test-pictures/start-test-picture.ts";
import type { TestPictures } from "./test-pictures/test-pictures.ts";
import { type DecisionTrials, tryPolicyChange } from "./try-policy-change.ts";

export interface RolecastApiParts
  extends Pick<ForwardAccessSessionDependencies, "clock" | "verify">,
    Pick<FeedDependencies, "readers" | "events"> {
  readonly settings: {
    /** The account whose principals may be allowed actions on the whole server. */
    readonly account: string;
  };
  readonly ownRoutes: OwnRoutes;
  readonly readLog: FeedDependencies["logs"];
  readonly readDecisions: FeedDependencies["decisions"];
  readonly readRecords: FeedDependencies["records"];
  readonly outsideServices: ForwardAccessSessionDependencies["services"];
  readonly forwardAccessSessions: ForwardAccessSessionDependencies["sessions"];
  readonly linkedRoleReport: LinkedRoleReport;
  readonly testPictures: TestPictures;
  readonly permissionUses: Pick<PermissionUses, "list">;
  readonly keptDecision: DecisionTrials["keptDecision"];
  readonly decideAgain: DecideAgain;
  readonly invoke: Invoke;
}

export function rolecastApi(parts: RolecastApiParts): ServiceApi {
  const { clock, verify, readers, events } = parts;
  // Another account's policies can't allow actions on the default account's server.
  const serverWide = (action: string): Authorization => ({
    action,
    resource: "*",
    resourceAccountId: parts.settings.account,
  });
  return {
    schemas: rolecastSchemas,
    constraints: {
      errorCode: "ValidationException",
      members: {
        Timeout: { min: 0, max: DRAIN_SECONDS_MAX },
        AuthorizationId: { min: 1, max: 64 },
        PolicyDocument: { min: 1, max: 131_072 },
        PrincipalArn: { min: 20, max: 2_048 },
      },
    },
    operations: {
      CreateForwardAccessSession: createForwardAccessSession({
        clock,
        verify,
        services: parts.outsideServices,
        sessions: parts.forwardAccessSessions,
      }),
      DownloadRecording: downloadRecording(),
      StartTestPicture: startTestPicture(parts.testPictures),
      ListServiceLinkedRoleUsage: listServiceLinkedRoleUsage(parts.linkedRoleReport),
      ...feedOperations({
        readers,
        events,
        serverWide,
        logs: parts.readLog,
        decisions: parts.readDecisions,
        records: parts.readRecords,
      }),
      ...serverOperations(parts.ownRoutes, serverWide),
      ListPermissionUses: listPermissionUses(parts.permissionUses),
      ListUnusedPermissions: listUnusedPermissions(parts.permissionUses),
      TryPolicyChange: tryPolicyChange(parts),
      ExplainSimulation: explainSimulation(parts.invoke),
    },
  };
}
