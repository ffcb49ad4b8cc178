import type * as sdk from "@aws-sdk/client-accessanalyzer";
import type { Analyzed } from "../analysis/analysis.ts";
import {
  bodyOf,
  type ExternalBody,
  type InternalBody,
  sourceView,
} from "../finding/finding-body.ts";
import type { FindingRow } from "../tables.ts";

/** Members that all views of findings have. */
export function commonView(row: FindingRow, { atMs }: Pick<Analyzed, "atMs">) {
  const { error } = bodyOf(row);
  return {
    id: row.finding_id,
    resource: row.resource,
    resourceType: row.resource_type as sdk.ResourceType,
    resourceOwnerAccount: row.owner_account_id,
    status: row.status,
    createdAt: new Date(row.created_ms),
    // The request itself has looked at what isn't resolved.
    analyzedAt: new Date(row.status === "RESOLVED" ? row.analyzed_ms : atMs),
    updatedAt: new Date(row.updated_ms),
    ...(error !== undefined && { error }),
  };
}

/** Members of external access, in the first and the second version. */
export function externalView(external: ExternalBody) {
  return {
    principal: { ...external.principal },
    action: [...external.action],
    condition: { ...external.condition },
    isPublic: external.isPublic,
    ...(external.sources && { sources: external.sources.map(sourceView) }),
    resourceControlPolicyRestriction: external.restriction,
  };
}

function internalView(internal: InternalBody): sdk.InternalAccessDetails {
  const { resourceControlPolicy, serviceControlPolicy, sources, ...members } = internal;
  return {
    ...members,
    principal: { ...members.principal },
    action: [...members.action],
    condition: { ...members.condition },
    ...(sources && { sources: sources.map((type) => ({ type })) }),
    resourceControlPolicyRestriction: resourceControlPolicy,
    serviceControlPolicyRestriction: serviceControlPolicy,
  };
}

/** A finding of the first version, which knows external access alone. */
export function firstView(row: FindingRow, analyzed: Pick<Analyzed, "atMs">): sdk.FindingSummary {
  const { external } = bodyOf(row);
  return { condition: {}, ...commonView(row, analyzed), ...(external && externalView(external)) };
}

/** The details of a finding; an unused permission has one for each service. */
export function detailsOf(row: FindingRow): sdk.FindingDetails[] {
  const { external, internal, unused = {} } = bodyOf(row);
  const lastAccessed = accessedAt(unused);
  switch (row.type) {
    case "ExternalAccess":
      return [{ externalAccessDetails: external ? externalView(external) : { condition: {} } }];
    case "InternalAccess":
      return [{ internalAccessDetails: internal ? internalView(internal) : { condition: {} } }];
    case "UnusedIAMRole":
      return [{ unusedIamRoleDetails: lastAccessed }];
    case "UnusedIAMUserPassword":
      return [{ unusedIamUserPasswordDetails: lastAccessed }];
    case "UnusedIAMUserAccessKey": {
      const { accessKeyId = "" } = unused;
      return [{ unusedIamUserAccessKeyDetails: { accessKeyId, ...lastAccessed } }];
    }
    case "UnusedPermission":
      return (unused.services ?? []).map((each) => ({
        unusedPermissionDetails: {
          serviceNamespace: each.service,
          ...accessedAt(each),
          ...(each.actions && {
            actions: each.actions.map(({ action, ...times }) => ({ action, ...accessedAt(times) })),
          }),
        },
      }));
    default:
      return row.type satisfies never;
  }
}

function accessedAt({ lastAccessedMs: ms }: { readonly lastAccessedMs?: number | undefined }) {
  return ms === undefined ? {} : { lastAccessed: new Date(ms) };
}
