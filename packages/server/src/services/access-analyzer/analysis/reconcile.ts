import type { Ids } from "../../../kernel/ids.ts";
import { type Filter, filterableOf, meets } from "../finding/filter.ts";
import { bodyOf, type FindingBody, type FoundFinding } from "../finding/finding-body.ts";
import type { ArchiveRuleRow, FindingRow } from "../tables.ts";

/** Source: IAM user guide: resolved findings are deleted 90 days after the last update. */
const RESOLVED_KEPT_MS = 90 * 24 * 60 * 60_000;

/** The changes that bring an analyzer's findings up to date. */
export interface FindingChanges {
  readonly inserted: readonly FindingRow[];
  readonly updated: readonly FindingRow[];
  readonly removed: readonly FindingRow[];
}

export interface Known {
  readonly stored: readonly FindingRow[];
  readonly rules: readonly Pick<ArchiveRuleRow, "filter">[];
}

/**
 * Compares the findings of an analysis with those of earlier ones. A finding is the same as long as
 * its resource and principal are; other actions or conditions update it, and it becomes active
 * again. One whose access is gone is resolved, and active again with the same id when the access
 * comes back. Source: IAM user guide, "How IAM Access Analyzer findings work".
 */
export function reconcile(
  analyzerId: string,
  found: readonly FoundFinding[],
  { stored, rules }: Known,
  { nowMs, ids }: { readonly nowMs: number; readonly ids: Pick<Ids, "uuid"> },
): FindingChanges {
  const inserted: FindingRow[] = [];
  const updated: FindingRow[] = [];
  const removed: FindingRow[] = [];
  const left = new Map<string, FindingRow[]>();
  for (const row of stored) {
    const key = keyOf(row);
    left.set(key, [...(left.get(key) ?? []), row]);
  }
  const begin = (row: FindingRow): FindingRow =>
    ({ ...row, status: isArchived(row, rules) ? "ARCHIVED" : "ACTIVE" }) as const;
  for (const { one, row } of pairsOf(found, left)) {
    const body = JSON.stringify(one.body);
    const times = { analyzed_ms: nowMs, updated_ms: nowMs };
    if (!row) {
      const created = { finding_id: ids.uuid(), analyzer_id: analyzerId, created_ms: nowMs };
      inserted.push(begin({ ...rowOf(one), ...created, ...times, body }));
    } else if (row.status === "RESOLVED" || row.body !== body) {
      updated.push(begin({ ...row, ...times, body }));
    }
  }
  for (const row of [...left.values()].flat()) {
    if (row.status === "RESOLVED") {
      if (nowMs - row.updated_ms >= RESOLVED_KEPT_MS) removed.push(row);
    } else if (bodyOf(row).error !== undefined) removed.push(row);
    else updated.push({ ...row, status: "RESOLVED", analyzed_ms: nowMs, updated_ms: nowMs });
  }
  return { inserted, updated, removed };
}

export function isUnchanged({ inserted, updated, removed }: FindingChanges): boolean {
  return inserted.length + updated.length + removed.length === 0;
}

/** Whether one of the rules archives a finding. */
export function isArchived(row: FindingRow, rules: Known["rules"]): boolean {
  const finding = filterableOf(row);
  return rules.some(({ filter }) => meets(JSON.parse(filter) as Filter, finding));
}

interface Pair {
  readonly one: FoundFinding;
  readonly row: FindingRow | undefined;
}

/**
 * Each found one with the row that is its own, which is taken out of `left`: first those of the
 * same condition, then any of the same principal that isn't resolved.
 */
function pairsOf(found: readonly FoundFinding[], left: Map<string, FindingRow[]>): Pair[] {
  const pairs: Pair[] = [];
  const open: FoundFinding[] = [];
  for (const one of found) {
    const row = taken(left, one, (each) => variantOf(bodyOf(each)) === variantOf(one.body));
    if (row) pairs.push({ one, row });
    else open.push(one);
  }
  for (const one of open) {
    const isAccess = one.type === "ExternalAccess" || one.type === "InternalAccess";
    const isUpdated = isAccess && one.body.error === undefined;
    const row = isUpdated
      ? taken(left, one, (each) => each.status !== "RESOLVED" && !bodyOf(each).error)
      : undefined;
    pairs.push({ one, row });
  }
  return pairs;
}

function taken(
  left: Map<string, FindingRow[]>,
  one: FoundFinding,
  fits: (row: FindingRow) => boolean,
): FindingRow | undefined {
  const rows = left.get(keyOf(rowOf(one))) ?? [];
  const fitting = rows.filter(fits);
  const row = fitting.find(({ status }) => status !== "RESOLVED") ?? fitting[0];
  if (row) rows.splice(rows.indexOf(row), 1);
  return row;
}

/** Findings with the same variant are the same one, whatever else changes. */
function variantOf({ error, external, internal, unused }: FindingBody): string {
  const services = unused?.services?.map(({ service, actions }) => [
    service,
    actions?.map(({ action }) => action),
  ]);
  const { condition } = external ?? internal ?? {};
  return JSON.stringify([error, condition && Object.entries(condition).sort(), services]);
}

function keyOf({ type, resource, subject }: Pick<FindingRow, "type" | "resource" | "subject">) {
  return JSON.stringify([type, resource, subject]);
}

function rowOf({ type, resource, resourceType, ownerAccountId, subject }: FoundFinding) {
  const status = "ACTIVE" as const;
  const owner = { resource_type: resourceType, owner_account_id: ownerAccountId };
  return { type, resource, subject, status, ...owner };
}
