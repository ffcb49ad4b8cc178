import type { Criterion } from "@aws-sdk/client-accessanalyzer";
import { ownValue } from "../../../kernel/own-value.ts";
import { invalidField } from "../errors.ts";
import type { FindingRow } from "../tables.ts";
import { bodyOf, type FindingBody } from "./finding-body.ts";

/** Criteria by key, all of which a finding has to meet. */
export type Filter = Readonly<Record<string, Criterion>>;

/** A finding as filters see it. */
export interface Filterable {
  readonly id: string;
  readonly status: string;
  readonly findingType: string;
  readonly resource: string;
  readonly resourceType: string;
  readonly resourceOwnerAccount: string;
  readonly body: FindingBody;
  /** The next three are in findings of access previews alone. */
  readonly changeType?: string;
  readonly existingFindingId?: string | undefined;
  readonly existingFindingStatus?: string | undefined;
}

/**
 * The keys of filters that name one value. Source: IAM user guide, "IAM Access Analyzer filter
 * keys".
 */
const KEYS: Readonly<Record<string, (finding: Filterable) => string | undefined>> = {
  id: ({ id }) => id,
  status: ({ status }) => status,
  findingType: ({ findingType }) => findingType,
  resource: ({ resource }) => resource,
  resourceType: ({ resourceType }) => resourceType,
  resourceOwnerAccount: ({ resourceOwnerAccount }) => resourceOwnerAccount,
  error: ({ body }) => body.error,
  isPublic: ({ body }) => body.external && String(body.external.isPublic),
  accessType: ({ body }) => body.internal?.accessType,
  principalType: ({ body }) => body.internal?.principalType,
  principalOwnerAccount: ({ body }) => body.internal?.principalOwnerAccount,
};
const OF_PREVIEWS: typeof KEYS = {
  changeType: ({ changeType }) => changeType,
  existingFindingId: ({ existingFindingId }) => existingFindingId,
  existingFindingStatus: ({ existingFindingStatus }) => existingFindingStatus,
};
/** Keys that archive rules don't take. */
const NOT_IN_RULES = ["id", "status"];
const PREFIXED = /^(principal|condition)\.(.+)$/;

export function filterableOf(row: FindingRow): Filterable {
  return {
    id: row.finding_id,
    status: row.status,
    findingType: row.type,
    resource: row.resource,
    resourceType: row.resource_type,
    resourceOwnerAccount: row.owner_account_id,
    body: bodyOf(row),
  };
}

/** @throws ValidationException */
export function checkFilter(filter: Filter, of: "findings" | "rule" | "preview"): void {
  for (const [key, { eq, neq, contains, exists }] of Object.entries(filter)) {
    const isKnown =
      PREFIXED.test(key) ||
      (Object.hasOwn(KEYS, key) && !(of === "rule" && NOT_IN_RULES.includes(key))) ||
      (Object.hasOwn(OF_PREVIEWS, key) && of === "preview");
    if (!isKnown) throw invalidField("filter", `Invalid filter key: ${key}`);
    const lists = [eq, neq, contains].filter((list) => list !== undefined);
    if (lists.length === 0 && exists === undefined)
      throw invalidField("filter", `The criterion for ${key} has no operator`);
    if (lists.some((list) => list.length < 1 || list.length > VALUES_MAX))
      throw invalidField("filter", `The criterion for ${key} needs 1 to ${VALUES_MAX} values`);
  }
}

/** Source: IAM user guide, quotas. */
const VALUES_MAX = 20;

export function meets(filter: Filter, finding: Filterable): boolean {
  return Object.entries(filter).every(([key, criterion]) =>
    meetsOne(valueIn(key, finding), criterion),
  );
}

function meetsOne(value: string | undefined, { eq, neq, contains, exists }: Criterion): boolean {
  return (
    (exists === undefined || exists === (value !== undefined)) &&
    (!eq || (value !== undefined && eq.includes(value))) &&
    (!neq || value === undefined || !neq.includes(value)) &&
    (!contains || (value !== undefined && contains.some((part) => value.includes(part))))
  );
}

function valueIn(key: string, finding: Filterable): string | undefined {
  const [, kind, name = ""] = PREFIXED.exec(key) ?? [];
  const { external, internal } = finding.body;
  const access = external ?? internal;
  if (kind === "principal") return ownValue(access?.principal, name);
  if (kind === "condition") return ownValue(access?.condition, name);
  return (ownValue(KEYS, key) ?? ownValue(OF_PREVIEWS, key))?.(finding);
}
