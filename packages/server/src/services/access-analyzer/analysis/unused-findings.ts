import type { UnusedAccessConfiguration } from "@aws-sdk/client-accessanalyzer";
import { ownValue } from "../../../kernel/own-value.ts";
import type { ExaminedIdentity } from "../../../kernel/ports/identity.ts";
import type { PermissionUse } from "../../../kernel/ports/permission-uses.ts";
import type { Reader } from "../../../kernel/store.ts";
import { readAuthorizationData } from "../authorization-data.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";
import type { FoundFinding, UnusedBody, UnusedService } from "../finding/finding-body.ts";
import { UNUSED_ACCESS_AGE_DAYS } from "../quotas.ts";
import type { FindingType } from "../tables.ts";
import { type ActionsByService, GrantedActions } from "./granted-actions.ts";

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
  #granted: Promise<GrantedActions> | undefined;

  constructor(deps: AnalyzerDependencies) {
    this.#deps = deps;
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
    for (const identity of old) {
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
    this.#granted ??= readAuthorizationData().then((data) => new GrantedActions(data));
    const { identity: policies } = await this.#deps.directory.policiesOf(
      identity.principal,
      reader,
    );
    const granted = (await this.#granted).of(policies.map(({ text }) => text));
    const services = unusedServices(granted, uses, sinceMs);
    return services.length === 0 ? [] : [finding(identity, "UnusedPermission", "", { services })];
  }
}

/** A service that was used at all is shown with the actions that weren't. */
function unusedServices(
  granted: ActionsByService,
  uses: readonly PermissionUse[],
  sinceMs: number,
): readonly UnusedService[] {
  const lastByAction = new Map<string, number>();
  const lastByService = new Map<string, number>();
  for (const { action, lastMs } of uses) {
    const [service = ""] = action.split(":");
    const name = action.toLowerCase();
    lastByAction.set(name, Math.max(lastByAction.get(name) ?? 0, lastMs));
    lastByService.set(service, Math.max(lastByService.get(service) ?? 0, lastMs));
  }
  return [...granted].sort().flatMap(([service, actions]): UnusedService[] => {
    const lastMs = lastByService.get(service);
    const accessed = lastMs === undefined ? {} : { lastAccessedMs: lastMs };
    if (lastMs === undefined || lastMs <= sinceMs) return [{ service, ...accessed }];
    const unused = [...actions].sort().flatMap((name) => {
      const usedMs = lastByAction.get(`${service}:${name}`.toLowerCase());
      if (usedMs !== undefined && usedMs > sinceMs) return [];
      return [{ action: name, ...(usedMs !== undefined && { lastAccessedMs: usedMs }) }];
    });
    return unused.length === 0 ? [] : [{ service, actions: unused }];
  });
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
