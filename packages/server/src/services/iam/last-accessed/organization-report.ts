import type * as iam from "@aws-sdk/client-iam";
import type { Authorization } from "../../../kernel/authorization.ts";
import { defineOperations } from "../../../kernel/operations.ts";
import type { PlaceAnswer, ReportedPlace } from "../../../kernel/ports/organizations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onAccount } from "../identities/authorization.ts";
import { pageOf } from "../pagination.ts";
import type { IamParts } from "../parts.ts";
import { accessesOfAccount } from "../rows/uses.ts";
import type { Db, IamTables } from "../tables.ts";
import { TRACKING_PERIOD_MS } from "./access-report.ts";
import { deniesService, grantsService, namedServices } from "./granted-services.ts";
import { requireReport, storeReport } from "./report-jobs.ts";
import { SERVICE_NAMES } from "./service-names.ts";

/** The services that an organization's SCPs allow, and the accounts that used them. */
interface OrganizationReport {
  readonly details: readonly ServiceDetail[];
  /** The reason why there is no report. */
  readonly failure: { readonly Code: string; readonly Message: string } | undefined;
}

interface ServiceDetail {
  readonly namespace: string;
  readonly name: string;
  readonly accounts: number;
  readonly latest: ServiceUse | undefined;
}

interface ServiceUse {
  readonly atMs: number;
  readonly region: string;
  /** The account's. */
  readonly path: string;
}

/**
 * GenerateOrganizationsAccessReport and GetOrganizationsAccessReport. The first declares no errors
 * about what it is asked: a job fails, and says why when it is read.
 */
export function organizationReportOperations(
  parts: Pick<IamParts, "organizations" | "lastUsed" | "ids">,
) {
  return defineOperations<typeof iam>()({
    GenerateOrganizationsAccessReport: {
      authorize: ({ EntityPath, OrganizationsPolicyId }, context) => [
        reportPair(EntityPath, OrganizationsPolicyId, context),
        ...readPairs(EntityPath, OrganizationsPolicyId, context),
      ],
      handle: async ({ EntityPath, OrganizationsPolicyId }, context) => {
        // The report covers everything up to now.
        await parts.lastUsed.flush();
        const place = await findPlace(parts, EntityPath, OrganizationsPolicyId, context);
        const db = context.db<IamTables>();
        const report: OrganizationReport =
          typeof place === "string"
            ? { details: [], failure: FAILURES[place] }
            : { details: await detailsOf(place, db, context.nowMs), failure: undefined };
        return { JobId: await storeReport(parts, context, report) };
      },
    },
    GetOrganizationsAccessReport: {
      authorize: (_input, context) => onAccount(context),
      handle: async ({ SortKey, ...input }, context) => {
        const { createdMs, report } = await requireReport(context, input.JobId, isOfOrganization);
        const { details, failure } = report;
        const job = {
          JobCreationDate: new Date(createdMs),
          JobCompletionDate: new Date(createdMs),
        };
        if (failure)
          return {
            JobStatus: "FAILED" as const,
            ...job,
            IsTruncated: false,
            ErrorDetails: failure,
          };
        const sorted = sortedDetails(details, SortKey ?? "SERVICE_NAMESPACE_ASCENDING");
        const page = await pageOf(input, sorted, ({ key }) => key);
        return {
          JobStatus: "COMPLETED" as const,
          ...job,
          NumberOfServicesAccessible: details.length,
          NumberOfServicesNotAccessed: details.filter(({ latest }) => !latest).length,
          AccessDetails: page.items.map(({ detail }) => shown(detail)),
          ...page.output,
        };
      },
    },
  });
}

function reportPair(
  path: string,
  policyId: string | undefined,
  { accountId }: RequestContext,
): Authorization {
  return {
    action: "iam:GenerateOrganizationsAccessReport",
    resource: `arn:aws:iam::${accountId}:access-report/${path}`,
    context: { "iam:organizationspolicyid": policyId },
  };
}

/**
 * Organizations' reads of what the report is about. Source: IAM User Guide, "Refine permissions
 * using last accessed information", the permissions that reports need.
 */
function readPairs(
  path: string,
  policyId: string | undefined,
  { accountId }: RequestContext,
): readonly Authorization[] {
  const [organizationId = "", ...ids] = path.split("/").filter((part) => part !== "");
  const id = ids.at(-1) ?? "";
  const kind = id.startsWith("r-") ? "root" : id.startsWith("ou-") ? "ou" : "account";
  const arnOf = (rest: string) => `arn:aws:organizations::${accountId}:${rest}`;
  const place = arnOf(`${kind}/${organizationId}/${id}`);
  const policy = arnOf(`policy/${organizationId}/service_control_policy/${policyId}`);
  const reads: readonly (readonly [name: string, resource: string, isNeeded: boolean])[] = [
    ["ListRoots", "*", true],
    ["ListChildren", place, kind !== "account"],
    ["ListParents", place, kind !== "root"],
    ["ListPoliciesForTarget", place, true],
    ["DescribePolicy", policy, policyId !== undefined],
    ["ListTargetsForPolicy", policy, policyId !== undefined],
  ];
  return reads.flatMap(([name, resource, isNeeded]) =>
    isNeeded ? [{ action: `organizations:${name}`, resource }] : [],
  );
}

type Failure = Extract<PlaceAnswer, string> | "noOrganization" | "notManagement";

const FAILURES: Readonly<Record<Failure, { Code: string; Message: string }>> = {
  noOrganization: {
    Code: "AWSOrganizationsNotInUseException",
    Message: "Your account is not a member of an organization.",
  },
  notManagement: {
    Code: "AccessDeniedException",
    Message: "You don't have permissions to access this resource.",
  },
  noServiceControlPolicies: {
    Code: "PolicyTypeNotEnabledException",
    Message: "This operation can be performed only for enabled policy types.",
  },
  noPlace: {
    Code: "TargetNotFoundException",
    Message: "You specified a target that doesn't exist.",
  },
  noPolicy: {
    Code: "PolicyNotFoundException",
    Message: "You specified a policy that doesn't exist.",
  },
};

async function findPlace(
  { organizations: [ports] }: Pick<IamParts, "organizations">,
  path: string,
  policyId: string | undefined,
  context: RequestContext,
): Promise<ReportedPlace | Failure> {
  const facts = await ports?.features.find(context.accountId, context);
  if (!facts || !ports) return "noOrganization";
  if (facts.managementAccountId !== context.accountId) return "notManagement";
  return ports.features.findPlace(
    facts.organizationId,
    path.replace(/\/+$/, ""),
    policyId,
    context,
  );
}

async function detailsOf(
  { scpLevels, accounts }: ReportedPlace,
  db: Db,
  nowMs: number,
): Promise<readonly ServiceDetail[]> {
  const uses = new Map<string, ServiceUse[]>();
  for (const { id, path } of accounts) {
    const latest = new Map<string, ServiceUse>();
    for (const row of await accessesOfAccount(db, id, nowMs - TRACKING_PERIOD_MS)) {
      const [namespace = ""] = row.action.split(":");
      const atMs = Number(row.last_ms);
      if ((latest.get(namespace)?.atMs ?? 0) < atMs)
        latest.set(namespace, { atMs, region: row.region, path });
    }
    for (const [namespace, use] of latest)
      uses.set(namespace, [...(uses.get(namespace) ?? []), use]);
  }
  return allowedServices(scpLevels).map((namespace) => {
    const own = (uses.get(namespace) ?? []).toSorted((one, other) => other.atMs - one.atMs);
    const name = SERVICE_NAMES.get(namespace) ?? namespace;
    return { namespace, name, accounts: own.length, latest: own[0] };
  });
}

/** The services of which each level allows an action, in the order of their namespaces. */
function allowedServices(levels: ReportedPlace["scpLevels"]): readonly string[] {
  const named = (levels ?? []).flat().flatMap(namedServices);
  return [...new Set([...SERVICE_NAMES.keys(), ...named])]
    .filter((namespace) =>
      (levels ?? []).every(
        (texts) =>
          texts.some((text) => grantsService(text, namespace)) &&
          !texts.some((text) => deniesService(text, namespace)),
      ),
    )
    .toSorted();
}

/** In the order of the key that is asked for; `key` grows from one to the next. */
function sortedDetails(details: readonly ServiceDetail[], by: iam.SortKeyType) {
  const order = details.toSorted((one, other) => {
    const names = one.namespace < other.namespace ? -1 : 1;
    if (by.startsWith("SERVICE_NAMESPACE")) return names;
    return (one.latest?.atMs ?? 0) - (other.latest?.atMs ?? 0) || names;
  });
  const wanted = by.endsWith("DESCENDING") ? order.toReversed() : order;
  return wanted.map((detail, index) => ({ detail, key: String(index).padStart(6, "0") }));
}

function shown({ namespace, name, accounts, latest }: ServiceDetail): iam.AccessDetail {
  return {
    ServiceName: name,
    ServiceNamespace: namespace,
    TotalAuthenticatedEntities: accounts,
    ...(latest && {
      Region: latest.region,
      EntityPath: latest.path,
      LastAuthenticatedTime: new Date(latest.atMs),
    }),
  };
}

function isOfOrganization(report: object): report is OrganizationReport {
  return "details" in report;
}
