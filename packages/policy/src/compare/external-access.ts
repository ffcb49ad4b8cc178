import { type CompiledPolicy, compilePolicy } from "../compile/compile-policy.ts";
import type { PrincipalEntry } from "../document/policy-document.ts";
import {
  type BucketAccess,
  DIRECT,
  foreignAccess,
  passedAccess,
  withoutAccessPoints,
} from "./bucket-access.ts";
import { demandedConditions } from "./demanded-conditions.ts";
import {
  ANY_WAY,
  asAccount,
  cellsOf,
  conditionElement,
  isEverybody,
  isPublicReach,
  isReached,
  type TrustZone,
  writtenAgain,
} from "./external-cells.ts";

/** Access that a resource's policies give to a principal outside of the zone of trust. */
export interface ExternalAccess {
  readonly principal: Pick<PrincipalEntry, "type" | "value">;
  /** As the statements name them; `*` for a NotAction. */
  readonly actions: readonly string[];
  /** One value of each key that the statements demand. */
  readonly condition: Readonly<Record<string, string>>;
  /** Anybody has the access: nothing that a caller can't choose narrows it. */
  readonly isPublic: boolean;
  /** Which of the policies give it by themselves, counted from 0. */
  readonly policies: readonly number[];
  /** The bucket's access points that it comes through, by their ARNs. */
  readonly accessPoints: readonly string[];
  /** Accounts whose access points may give it; the empty text for any account. */
  readonly accessPointAccounts: readonly string[];
}

/**
 * Finds who outside of the zone the policies of one resource let in, each by itself, after all of
 * their denials: for each statement, principal and combination of its conditions' values it is
 * proven that there is no such request, or else reported. A bucket may be reached through access
 * points, too.
 */
export function externalAccess(
  policies: readonly CompiledPolicy[],
  zone: TrustZone,
  bucket?: BucketAccess,
): readonly ExternalAccess[] {
  const denials = policies.flatMap(({ statements }) =>
    statements.filter(({ effect }) => effect === "Deny").map(writtenAgain),
  );
  const found = new Map<string, ExternalAccess>();
  const way = bucket ? DIRECT : ANY_WAY;
  for (const [index, { source, version, statements }] of policies.entries()) {
    for (const cell of statements.flatMap((statement) => [...cellsOf(statement, zone)])) {
      const { statement, entry, conditions } = cell;
      const allow = { ...writtenAgain(statement), Principal: { [entry.type]: entry.value } };
      const narrowed = { ...allow, Condition: conditionElement(conditions) };
      const text = JSON.stringify({ Version: version, Statement: [narrowed, ...denials] });
      const allowing = compilePolicy(asAccount(text, entry, zone), source);
      const { negated, values } = statement.written.action;
      const access = {
        ...NOWHERE,
        principal: entry,
        actions: negated ? ["*"] : values,
        condition: demandedConditions(bucket ? withoutAccessPoints(conditions) : conditions),
      };
      if (isReached({ allowing }, zone, way)) {
        const isPublic = isEverybody(entry) && isPublicReach({ allowing }, way);
        add(found, { ...access, isPublic, policies: [index] });
      } else if (bucket) {
        for (const { account = "", ...foreign } of foreignAccess(allowing, cell, zone, bucket)) {
          add(found, { ...access, ...foreign, accessPointAccounts: [account] });
        }
      }
    }
  }
  for (const point of bucket?.accessPoints ?? []) {
    const behind = { arn: bucket?.arn ?? "", policies };
    for (const { conditions, ...passed } of passedAccess(point, behind, denials, zone)) {
      const condition = demandedConditions(conditions);
      add(found, { ...NOWHERE, ...passed, condition, accessPoints: [point.arn] });
    }
  }
  return [...found.values()];
}

const NOWHERE = { policies: [], accessPoints: [], accessPointAccounts: [] };

function add(found: Map<string, ExternalAccess>, access: ExternalAccess): void {
  const { principal, condition } = access;
  const { type, value } = principal;
  const key = JSON.stringify([type, value, condition]);
  const known = found.get(key);
  const joined = (of: "policies" | "accessPoints" | "accessPointAccounts") => ({
    [of]: [...new Set<string | number>([...(known?.[of] ?? []), ...access[of]])],
  });
  found.set(key, {
    ...access,
    principal: { type, value },
    actions: [...new Set([...(known?.actions ?? []), ...access.actions])].sort(),
    isPublic: access.isPublic || known?.isPublic === true,
    ...joined("policies"),
    ...joined("accessPoints"),
    ...joined("accessPointAccounts"),
  });
}
