import { callsOfTrailRecord } from "@rolecast/policy";
import { readerOf } from "../../../kernel/store.ts";
import { readAuthorizationData } from "../authorization-data.ts";
import type { GenerationDependencies } from "../dependencies.ts";
import type { GenerationRow } from "../tables.ts";
import { AccessRole } from "./access-role.ts";
import type { GeneratedActions } from "./generated-policies.ts";
import { type TrailDetails, TrailLogs } from "./trail-logs.ts";

/** Never in a generated policy. Source: IAM user guide, policy generation. */
const NEVER = "iam:PassRole";
/** Files name any; AWS has some 400. */
const SERVICES_MAX = 1_000;
const SERVICE = /^([a-z0-9-]{1,64})\.amazonaws\.com$/;

/** The actions that a job finds its principal to have used. @throws JobFailure */
export async function actionsOf(
  row: GenerationRow,
  closing: AbortSignal,
  deps: GenerationDependencies,
): Promise<GeneratedActions> {
  if (row.trails === null) return remembered(row, deps);
  const details = JSON.parse(row.trails) as TrailDetails;
  const { job_id: jobId, account_id: accountId, region, principal_arn } = row;
  const { accessRole: roleArn } = details;
  const role = await AccessRole.assume({ roleArn, jobId, accountId, region }, deps);
  const data = await readAuthorizationData();
  const actions = new Set<string>();
  const services = new Set<string>();
  for await (const record of new TrailLogs(details, role).records(closing)) {
    const { sessionContext, arn } = record.userIdentity ?? {};
    if ((sessionContext?.sessionIssuer?.arn ?? arn) !== principal_arn) continue;
    const calls = callsOfTrailRecord(record, data);
    for (const { action } of calls) actions.add(action);
    const [, service] = SERVICE.exec(record.eventSource) ?? [];
    if (calls.length === 0 && service !== undefined && services.size < SERVICES_MAX)
      services.add(service);
  }
  return sorted(actions, services);
}

/** The uses of a principal that the server remembers, without a trail. */
async function remembered(
  { account_id, principal_arn }: GenerationRow,
  { permissionUses, store }: GenerationDependencies,
): Promise<GeneratedActions> {
  const about = { principalArn: principal_arn, sinceMs: 0 };
  const uses = await permissionUses.list(account_id, about, readerOf(store));
  return sorted(new Set(uses.map(({ action }) => action)), new Set());
}

function sorted(actions: Set<string>, services: Set<string>): GeneratedActions {
  actions.delete(NEVER);
  return { actions: [...actions].sort(), services: [...services].sort(), isComplete: true };
}
