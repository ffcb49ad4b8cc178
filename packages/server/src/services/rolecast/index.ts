import { Readable } from "node:stream";
import type { ServiceDefinition, WireRequest } from "@rolecast/wire";
import { defineService } from "../../kernel/define-service.ts";
import type { Authorization } from "../../kernel/operations.ts";
import type { LinkedRoleReport } from "../../kernel/ports/linked-services.ts";
import type { OwnRoutes } from "../../kernel/ports/own-routes.ts";
import type { ServiceDependencies, ServiceFacts } from "../../kernel/service.ts";
import { type FeedDependencies, feedOperations } from "./feeds/feed-operations.ts";
import { FeedReaders } from "./feeds/feed-readers.ts";
import {
  createForwardAccessSession,
  type ForwardAccessSessionDependencies,
  type VerifiedRequest,
} from "./linked-services/forward-access-sessions.ts";
import { listServiceLinkedRoleUsage } from "./linked-services/service-linked-role-usage.ts";
import { rolecastSchemas } from "./schema.ts";
import { serverOperations } from "./server-operations.ts";

interface RolecastNeeds extends Pick<ServiceDependencies, "clock"> {
  readonly settings: {
    /** The account whose principals may be allowed what is about the whole server. */
    readonly account: string;
  };
  readonly ownRoutes: OwnRoutes;
  readonly events: FeedDependencies["events"];
  readonly readLog: FeedDependencies["logs"];
  readonly readDecisions: FeedDependencies["decisions"];
  readonly readRecords: FeedDependencies["records"];
  readonly outsideServices: ForwardAccessSessionDependencies["services"];
  readonly forwardAccessSessions: ForwardAccessSessionDependencies["sessions"];
  readonly linkedRoleReport: LinkedRoleReport;
  readonly authenticator: {
    verifyReceived(
      service: Pick<ServiceFacts, "definition">,
      request: WireRequest,
      body: Uint8Array,
    ): Promise<VerifiedRequest>;
  };
}

const definition: ServiceDefinition = {
  name: "rolecast",
  signingName: "rolecast",
  protocol: "restJson1",
  version: "2026-11-01",
  schemas: rolecastSchemas,
};

/**
 * Rolecast's own API, signed for `rolecast`: what AWS's services do among themselves and therefore
 * has no operation on AWS, and what the server tells of itself below `/_rolecast/`.
 */
export const rolecast = defineService({
  title: "Rolecast",
  definition,
  constraints: { errorCode: "ValidationException", members: {} },
  servesOwnRoutes: true,
  audit: {
    resourceTypePrefix: "Rolecast",
    readOnly: [
      "ReadCloudTrail",
      "ReadDecisions",
      "ReadEvents",
      "ReadHealth",
      "ReadLogs",
      "ReadMetrics",
    ],
  },
  create: createRolecast,
});

function createRolecast(needs: RolecastNeeds) {
  const readers = new FeedReaders();
  // Another account's policies can't allow what is the default account's.
  const serverWide = (action: string): Authorization => ({
    action,
    resource: "*",
    resourceAccountId: needs.settings.account,
  });
  return {
    operations: {
      CreateForwardAccessSession: createForwardAccessSession({
        clock: needs.clock,
        services: needs.outsideServices,
        sessions: needs.forwardAccessSessions,
        verify: (request) =>
          needs.authenticator.verifyReceived(
            { definition },
            { ...request, body: Readable.from([]) },
            request.body,
          ),
      }),
      ListServiceLinkedRoleUsage: listServiceLinkedRoleUsage(needs.linkedRoleReport),
      ...feedOperations({
        readers,
        serverWide,
        events: needs.events,
        logs: needs.readLog,
        decisions: needs.readDecisions,
        records: needs.readRecords,
      }),
      ...serverOperations(needs.ownRoutes, serverWide),
    },
    endReaders: () => readers.close(),
  };
}
