import type { Authorization } from "../../kernel/operations.ts";
import type { LinkedRoleReport } from "../../kernel/ports/linked-services.ts";
import type { OwnRoutes } from "../../kernel/ports/own-routes.ts";
import type { Service } from "../../kernel/service.ts";
import { type FeedDependencies, feedOperations } from "./feeds/feed-operations.ts";
import { FeedReaders } from "./feeds/feed-readers.ts";
import {
  createForwardAccessSession,
  type ForwardAccessSessionDependencies,
} from "./linked-services/forward-access-sessions.ts";
import { listServiceLinkedRoleUsage } from "./linked-services/service-linked-role-usage.ts";
import { rolecastSchemas } from "./schema.ts";
import { serverOperations } from "./server-operations.ts";

export interface RolecastDependencies
  extends ForwardAccessSessionDependencies,
    Omit<FeedDependencies, "readers" | "serverWide"> {
  readonly report: LinkedRoleReport;
  /** The account whose principals may be allowed what is about the whole server. */
  readonly defaultAccount: string;
  /** Asked when they are called for: they are made after the services. */
  readonly routes: () => OwnRoutes;
}

export interface RolecastService extends Service {
  /** Ends the readers of feeds, so that the server can close. */
  endReaders(): void;
}

/**
 * Rolecast's own API, signed for `rolecast`: what AWS's services do among themselves and therefore
 * has no operation on AWS, and what the server tells of itself below `/_rolecast/`.
 */
export function createRolecastService(deps: RolecastDependencies): RolecastService {
  const readers = new FeedReaders();
  // Another account's policies can't allow what is the default account's.
  const serverWide = (action: string): Authorization => ({
    action,
    resource: "*",
    resourceAccountId: deps.defaultAccount,
  });
  return {
    definition: {
      name: "rolecast",
      signingName: "rolecast",
      protocol: "restJson1",
      version: "2026-11-01",
      schemas: rolecastSchemas,
    },
    operations: {
      CreateForwardAccessSession: createForwardAccessSession(deps),
      ListServiceLinkedRoleUsage: listServiceLinkedRoleUsage(deps.report),
      ...feedOperations({ ...deps, readers, serverWide }),
      ...serverOperations(deps.routes, serverWide),
    },
    constraints: { errorCode: "ValidationException", members: {} },
    migrations: [],
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
    endReaders: () => readers.close(),
  };
}
