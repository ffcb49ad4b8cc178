import type * as sdk from "@aws-sdk/client-accessanalyzer";
import { parseArn } from "../../../kernel/arn.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { CROSS_ACCOUNT, passRole, type RolePassing } from "../../../kernel/pass-role.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { dbOf, onEverything } from "../access.ts";
import { ANALYZER_PRINCIPAL } from "../analysis/zone.ts";
import { readAuthorizationData } from "../authorization-data.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";
import { accessDenied, invalidField, quotaExceeded } from "../errors.ts";
import { pageOf } from "../page.ts";
import { GENERATION, QUOTAS } from "../quotas.ts";
import type { Db } from "../rows/analyzers.ts";
import {
  endGeneration,
  findGeneration,
  generationsOf,
  insertGeneration,
  removeGenerationsBefore,
} from "../rows/generations.ts";
import type { AccessAnalyzerTables, GenerationRow } from "../tables.ts";
import { type GeneratedActions, generatedPolicies } from "./generated-policies.ts";
import type { GenerationWorker } from "./generation-worker.ts";
import type { TrailDetails } from "./trail-logs.ts";

const DAY_MS = 24 * 60 * 60_000;
const PASSED: RolePassing = {
  service: ANALYZER_PRINCIPAL,
  malformed: () => invalidField("accessRole", "accessRole must be a role's ARN"),
  crossAccount: () => accessDenied(CROSS_ACCOUNT),
};

/** StartPolicyGeneration, GetGeneratedPolicy, ListPolicyGenerations, CancelPolicyGeneration. */
export function policyGenerationOperations(
  { ids }: AnalyzerDependencies,
  worker: Pick<GenerationWorker, "wake">,
): OperationTable {
  return defineOperations<typeof sdk>()({
    StartPolicyGeneration: {
      authorize: ({ cloudTrailDetails: trails }, { accountId }) => {
        const start = onEverything("StartPolicyGeneration");
        return trails ? [start, passRole(trails.accessRole, accountId, PASSED)] : start;
      },
      handle: async (input, context) => {
        const { policyGenerationDetails, cloudTrailDetails: trails, clientToken = null } = input;
        const account_id = requireAccount(context);
        const { principalArn } = policyGenerationDetails;
        requireOwn(principalArn, "principalArn", context);
        const row: GenerationRow = {
          job_id: ids.uuid(),
          account_id,
          region: context.region,
          principal_arn: principalArn,
          status: "IN_PROGRESS",
          started_ms: context.nowMs,
          completed_ms: null,
          trails: trails ? JSON.stringify(trailDetails(trails, context)) : null,
          ...{ result: null, error: null, client_token: clientToken },
          ...{ lease_until_ms: 0, lease_owner: null, due_ms: context.nowMs, attempts: 0 },
          failed_starts: 0,
        };
        const jobId = await context.transaction<AccessAnalyzerTables, string>(async (tx) => {
          const same = await startable(row, tx.db);
          if (same) return same.job_id;
          await insertGeneration(row, tx.db);
          tx.afterCommit(() => worker.wake());
          return row.job_id;
        });
        return { jobId };
      },
    },
    GetGeneratedPolicy: {
      authorize: () => onEverything("GetGeneratedPolicy"),
      handle: async ({ jobId, ...options }, context) => {
        const row = await requireJob(jobId, context, dbOf(context));
        const found =
          row.result === null ? undefined : (JSON.parse(row.result) as GeneratedActions);
        const policies = found && generatedPolicies(found, await readAuthorizationData(), options);
        return {
          jobDetails: jobDetails(row),
          generatedPolicyResult: {
            properties: properties(row, found),
            ...(policies && { generatedPolicies: policies.map((policy) => ({ policy })) }),
          },
        };
      },
    },
    ListPolicyGenerations: {
      authorize: () => onEverything("ListPolicyGenerations"),
      handle: async (input, context) => {
        const { principalArn } = input;
        const sinceMs = context.nowMs - GENERATION.keptDays * DAY_MS;
        const all = await generationsOf(requireAccount(context), sinceMs, dbOf(context));
        const own = all.filter(
          ({ region, principal_arn }) =>
            region === context.region &&
            (principalArn === undefined || principal_arn === principalArn),
        );
        const keyOf = (row: GenerationRow) => [row.started_ms, row.job_id] as const;
        const { rows, rest } = pageOf(input, ["jobs", principalArn ?? ""], own, keyOf, true);
        const policyGenerations = rows.map((row) => {
          const { jobError: _error, ...details } = jobDetails(row);
          return { ...details, principalArn: row.principal_arn };
        });
        return { policyGenerations, ...rest };
      },
    },
    CancelPolicyGeneration: {
      authorize: () => onEverything("CancelPolicyGeneration"),
      handle: (input, context) =>
        context.transaction<AccessAnalyzerTables, object>(async ({ db }) => {
          const { job_id } = await requireJob(input.jobId, context, db);
          const end = { status: "CANCELED", completed_ms: context.nowMs } as const;
          await endGeneration(job_id, { ...end, result: null, error: null }, db);
          return {};
        }),
    },
  });
}

/** @throws ValidationException */
function requireOwn(arn: string, member: string, { accountId }: RequestContext): void {
  if (parseArn(arn)?.accountId !== accountId)
    throw invalidField(member, `${member} must be of the caller's account`);
}

/** @throws ValidationException */
function trailDetails(
  { trails, accessRole, startTime, endTime }: Checked<sdk.CloudTrailDetails>,
  context: RequestContext,
): TrailDetails {
  const startMs = startTime.getTime();
  const endMs = endTime?.getTime() ?? context.nowMs;
  if (startMs >= endMs) throw invalidField("startTime", "startTime must be before endTime");
  if (endMs - startMs > GENERATION.rangeDaysMax * DAY_MS)
    throw invalidField("startTime", `The time range has ${GENERATION.rangeDaysMax} days at most`);
  if (trails.length === 0) throw invalidField("trails", "Name a trail");
  for (const { cloudTrailArn, regions = [], allRegions = false } of trails) {
    requireOwn(cloudTrailArn, "cloudTrailArn", context);
    if (allRegions === regions.length > 0)
      throw invalidField("trails", "Name the trail's Regions, or all of them by allRegions");
  }
  const stored = trails.map(({ cloudTrailArn, regions, allRegions }) => ({
    cloudTrailArn,
    ...(regions && { regions }),
    ...(allRegions !== undefined && { allRegions }),
  }));
  return { trails: stored, accessRole, startMs, endMs };
}

/** The job that the same request has started. @throws ServiceQuotaExceededException */
async function startable(row: GenerationRow, db: Db): Promise<GenerationRow | undefined> {
  const { account_id, started_ms: nowMs, client_token, job_id } = row;
  await removeGenerationsBefore(nowMs - GENERATION.keptDays * DAY_MS, db);
  const all = await generationsOf(account_id, nowMs - GENERATION.keptDays * DAY_MS, db);
  const same = all.find((one) => client_token !== null && one.client_token === client_token);
  if (same) return same;
  if (all.some(({ status }) => status === "IN_PROGRESS"))
    throw quotaExceeded("PolicyGeneration", job_id, "A policy is already being generated.");
  const recent = all.filter(({ started_ms }) => started_ms > nowMs - DAY_MS);
  if (recent.length >= QUOTAS.generationsPerDay)
    throw quotaExceeded(
      "PolicyGeneration",
      job_id,
      `${QUOTAS.generationsPerDay} policies have been generated within a day.`,
    );
  return undefined;
}

/** @throws ValidationException: the model has no other error for it */
async function requireJob(jobId: string, context: RequestContext, db: Db): Promise<GenerationRow> {
  const row = await findGeneration(context, jobId, db);
  const keptSinceMs = context.nowMs - GENERATION.keptDays * DAY_MS;
  if (!row || row.started_ms < keptSinceMs) throw invalidField("jobId", "There is no such job");
  return row;
}

function jobDetails(row: GenerationRow): sdk.JobDetails {
  return {
    jobId: row.job_id,
    status: row.status,
    startedOn: new Date(row.started_ms),
    ...(row.completed_ms !== null && { completedOn: new Date(row.completed_ms) }),
    ...(row.error !== null && { jobError: JSON.parse(row.error) as sdk.JobError }),
  };
}

function properties(
  row: GenerationRow,
  found: GeneratedActions | undefined,
): sdk.GeneratedPolicyProperties {
  const details = row.trails === null ? undefined : (JSON.parse(row.trails) as TrailDetails);
  return {
    principalArn: row.principal_arn,
    ...(found && { isComplete: found.isComplete }),
    ...(details && {
      cloudTrailProperties: {
        trailProperties: details.trails.map(({ regions, ...trail }) => ({
          ...trail,
          ...(regions && { regions: [...regions] }),
        })),
        startTime: new Date(details.startMs),
        endTime: new Date(details.endMs),
      },
    }),
  };
}
