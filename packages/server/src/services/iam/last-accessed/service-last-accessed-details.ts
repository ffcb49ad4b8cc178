import type * as iam from "@aws-sdk/client-iam";
import { type Decidable, defineOperations, withSubject } from "../../../kernel/operations.ts";
import { noSuchEntity } from "../errors.ts";
import { onAccount, onPolicy } from "../identities/authorization.ts";
import { onIdentityArn } from "../identities/identity-arns.ts";
import { pageOf } from "../pagination.ts";
import type { IamParts } from "../parts.ts";
import type { IamTables } from "../tables.ts";
import type { ReportSubject } from "./access-report.ts";
import {
  type AccessReport,
  isPolicyArn,
  makeAccessReport,
  type ReportedAccess,
  type ReportedEntity,
} from "./access-report.ts";
import { requireReport, storeReport } from "./report-jobs.ts";

export function serviceLastAccessedOperations(
  parts: Pick<IamParts, "awsPolicies" | "lastUsed" | "ids">,
) {
  return defineOperations<typeof iam>()({
    GenerateServiceLastAccessedDetails: withSubject({
      authorize: ({ Arn: arn }, context): Promise<Decidable<ReportSubject>> =>
        isPolicyArn(arn) ? onPolicy(context, arn) : onIdentityArn(context, arn),
      handle: async (input, context, subject) => {
        // The report covers everything up to now.
        await parts.lastUsed.flush();
        const { accountId, nowMs } = context;
        const about = { accountId, arn: input.Arn, nowMs };
        const granularity = input.Granularity ?? "SERVICE_LEVEL";
        const db = context.db<IamTables>();
        const report = await makeAccessReport(parts, db, subject, about, granularity);
        return { JobId: await storeReport(parts, context, report) };
      },
    }),
    GetServiceLastAccessedDetails: {
      authorize: (_input, context) => onAccount(context),
      handle: async (input, context) => {
        const { createdMs, report } = await requireReport(context, input.JobId, isAccessReport);
        const page = await pageOf(input, report.services, ({ namespace }) => namespace);
        return {
          JobStatus: "COMPLETED" as const,
          JobType: report.granularity,
          JobCreationDate: new Date(createdMs),
          JobCompletionDate: new Date(createdMs),
          ServicesLastAccessed: page.items.map((service) => shownService(report, service)),
          ...page.output,
        };
      },
    },
    GetServiceLastAccessedDetailsWithEntities: {
      authorize: (_input, context) => onAccount(context),
      handle: async (input, context) => {
        const { createdMs, report } = await requireReport(context, input.JobId, isAccessReport);
        const { ServiceNamespace: namespace } = input;
        const service = report.services.find((each) => each.namespace === namespace);
        if (!service) throw noSuchEntity(`Service ${namespace} is not in the report.`);
        const details = report.entities
          .map((entity) => ({
            entity,
            latest: service.accesses.find((access) => access.entity === entity.id),
          }))
          .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
        const page = await pageOf(input, details, keyOf);
        return {
          JobStatus: "COMPLETED" as const,
          JobCreationDate: new Date(createdMs),
          JobCompletionDate: new Date(createdMs),
          EntityDetailsList: page.items.map(({ entity, latest }) => ({
            EntityInfo: shownEntity(entity),
            ...(latest ? { LastAuthenticated: new Date(latest.atMs) } : {}),
          })),
          ...page.output,
        };
      },
    },
  });
}

/** Orders details from the most recent, then by ARN. */
function keyOf(detail: {
  readonly entity: ReportedEntity;
  readonly latest: ReportedAccess | undefined;
}): string {
  const before = Number.MAX_SAFE_INTEGER - (detail.latest?.atMs ?? 0);
  return `${before} ${detail.entity.arn}`;
}

function shownService(
  { entities, granularity }: AccessReport,
  { namespace, name, accesses }: AccessReport["services"][number],
): iam.ServiceLastAccessed {
  const [latest] = accesses;
  const arnOf = (access: ReportedAccess) => entities.find(({ id }) => id === access.entity)?.arn;
  return {
    ServiceName: name,
    ServiceNamespace: namespace,
    TotalAuthenticatedEntities: new Set(accesses.map(({ entity }) => entity)).size,
    ...(latest
      ? {
          LastAuthenticated: new Date(latest.atMs),
          LastAuthenticatedEntity: arnOf(latest),
          LastAuthenticatedRegion: latest.region,
        }
      : {}),
    ...(granularity === "ACTION_LEVEL"
      ? {
          TrackedActionsLastAccessed: latestPerAction(accesses).map((access) => ({
            ActionName: access.action.slice(namespace.length + 1),
            LastAccessedEntity: arnOf(access),
            LastAccessedTime: new Date(access.atMs),
            LastAccessedRegion: access.region,
          })),
        }
      : {}),
  };
}

/** `accesses` come with the latest first. */
function latestPerAction(accesses: readonly ReportedAccess[]): readonly ReportedAccess[] {
  const latest = new Map<string, ReportedAccess>();
  for (const access of accesses) if (!latest.has(access.action)) latest.set(access.action, access);
  return [...latest.values()].sort((one, other) => (one.action < other.action ? -1 : 1));
}

function shownEntity({ arn, name, kind, id, path }: ReportedEntity): iam.EntityInfo {
  return { Arn: arn, Name: name, Type: kind === "role" ? "ROLE" : "USER", Id: id, Path: path };
}

function isAccessReport(report: object): report is AccessReport {
  return "granularity" in report;
}
