import type { UnusedAccessConfiguration } from "@aws-sdk/client-accessanalyzer";
import { ownValue } from "../../../kernel/own-value.ts";
import type { ExaminedIdentity } from "../../../kernel/ports/identity.ts";
import type { PermissionUse } from "../../../kernel/ports/permission-uses.ts";
import type { Reader } from "../../../kernel/store.ts";
import { Turns } from "../../../kernel/work/turns.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";
import type { FoundFinding, UnusedBody } from "../finding/finding-body.ts";
import { UNUSED_ACCESS_AGE_DAYS } from "../quotas.ts";
import type { FindingType } from "../tables.ts";
import type { AnalysisThreads } from "./analysis-threads.ts";

const DAY_MS = 24 * 60 * 60_000;

/** One look at an account's users and roles. */
interface Look {
  readonly accountId: string;
  readonly configuration: UnusedAccessConfiguration;
  readonly nowMs: number;
}

/** Finds roles, keys, passwords and permissions that nothing has used for a number of days. */
export class UnusedFindings {
  readonly #deps: AnalyzerDependencies;
  readonly #threads: AnalysisThreads;

  constructor(deps: AnalyzerDependencies, threads: AnalysisThreads) {
    this.#deps = deps;
    this.#threads = threads;
  }

  async of({ accountId, configuration, nowMs }: Look, reader: Reader): Promise<FoundFinding[]> {
    const sinceMs = nowMs - (configuration.unusedAccessAge ?? UNUSED_ACCESS_AGE_DAYS) * DAY_MS;
    if (isExcludedAccount(accountId, configuration)) return [];
    const identities = await this.#deps.inventory.examine(accountId, reader);
    // Only what has existed for the whole time can be called unused.
    const old = identities.filter(
      (one) => one.createdMs <= sinceMs && !isExcludedByTags(one, configuration),
    );
    if (old.length === 0) return [];
    const uses = await this.#deps.permissionUses.list(accountId, { sinceMs: 0 }, reader);
    const found: FoundFinding[] = [];
    const turns = new Turns();
    for (const identity of old) {
      await turns.next();
      const own = uses.filter(({ principalArn }) => principalArn === identity.arn);
      const lastMs = latest([identity.lastUsedMs, ...own.map((use) => use.lastMs)]);
      if (identity.principal.kind === "role-session" && !(lastMs !== undefined && lastMs > sinceMs))
        found.push(finding(identity, "UnusedIAMRole", "", { lastAccessedMs: lastMs }));
      else {
        found.push(...unusedCredentials(identity, sinceMs));
        found.push(...(await this.#unusedPermissions(identity, own, sinceMs, reader)));
      }
    }
    return found;
  }

  /** One finding of a user or role, with all services and actions that it doesn't use. */
  async #unusedPermissions(
    identity: ExaminedIdentity,
    uses: readonly PermissionUse[],
    sinceMs: number,
    reader: Reader,
  ): Promise<readonly FoundFinding[]> {
    const { identity: policies } = await this.#deps.directory.policiesOf(
      identity.principal,
      reader,
    );
    const question = { documents: policies.map(({ text }) => text), uses, sinceMs };
    const services = await this.#threads.run(
      "unusedServices",
      question,
      identity.principal.accountId,
    );
    if (services === "too-much") return [unproven(identity)];
    return services.length === 0 ? [] : [finding(identity, "UnusedPermission", "", { services })];
  }
}

function unusedCredentials(identity: ExaminedIdentity, sinceMs: number): readonly FoundFinding[] {
  const keys = identity.keys
    .filter(({ createdMs, lastUsedMs }) => createdMs <= sinceMs && (lastUsedMs ?? 0) <= sinceMs)
    .map(({ id, lastUsedMs }) =>
      finding(identity, "UnusedIAMUserAccessKey", id, {
        accessKeyId: id,
        lastAccessedMs: lastUsedMs,
      }),
    );
  const { passwordMs } = identity;
  return passwordMs !== undefined && passwordMs <= sinceMs
    ? [...keys, finding(identity, "UnusedIAMUserPassword", "", {})]
    : keys;
}

function finding(
  { arn, principal }: ExaminedIdentity,
  type: FindingType,
  subject: string,
  { lastAccessedMs, ...body }: UnusedBody,
): FoundFinding {
  return {
    type,
    resource: arn,
    resourceType: principal.kind === "user" ? "AWS::IAM::User" : "AWS::IAM::Role",
    ownerAccountId: principal.accountId,
    subject,
    body: { unused: { ...body, ...(lastAccessedMs !== undefined && { lastAccessedMs }) } },
  };
}

/** The finding of permissions about which nothing could be proven in time. */
function unproven(identity: ExaminedIdentity): FoundFinding {
  const { body: _, ...found } = finding(identity, "UnusedPermission", "", {});
  return { ...found, body: { error: "INTERNAL_ERROR" } };
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function isExcludedAccount(
  accountId: string,
  { analysisRule }: UnusedAccessConfiguration,
): boolean {
  return (analysisRule?.exclusions ?? []).some(({ accountIds = [] }) =>
    accountIds.includes(accountId),
  );
}

/** Whether an identity has all the tags of one of the lists. */
function isExcludedByTags(
  { tags }: ExaminedIdentity,
  { analysisRule }: UnusedAccessConfiguration,
): boolean {
  const lists = (analysisRule?.exclusions ?? []).flatMap(({ resourceTags = [] }) => resourceTags);
  return lists.some((list) =>
    Object.entries(list).every(([key, value]) => ownValue(tags, key) === value),
  );
}
