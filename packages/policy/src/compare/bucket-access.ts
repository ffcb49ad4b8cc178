import { matchesActionPattern } from "../compile/action-matcher.ts";
import {
  type CompiledPolicy,
  type CompiledStatement,
  compilePolicy,
} from "../compile/compile-policy.ts";
import type { ConditionEntry, PrincipalEntry } from "../document/policy-document.ts";
import {
  accountIdsIn,
  accountNamedBy,
  asAccount,
  type Cell,
  cellsOf,
  conditionElement,
  isEverybody,
  isPublicReach,
  isReached,
  strangerTo,
  type TrustZone,
  type Way,
  writtenAgain,
} from "./external-cells.ts";
import { resourcesThrough } from "./resources-through.ts";

/** An access point of the bucket's account: its policy and the bucket's must allow a request. */
export interface AccessPoint {
  readonly arn: string;
  readonly policy: CompiledPolicy;
  /** The only network that requests come from; left out, they come from anywhere. */
  readonly vpcId?: string | undefined;
  /** Policies of the bucket, counted from 0, in which "everybody" counts for nobody here. */
  readonly withoutPublic: ReadonlySet<number>;
}

/** A bucket's ways in. */
export interface BucketAccess {
  readonly arn: string;
  readonly accessPoints: readonly AccessPoint[];
  /** The bucket lets no public policy be in force, its own or an access point's. */
  readonly restrictsPublic: boolean;
}

/** Keys that a request has if it comes through an access point. */
const KEYS = {
  arn: "s3:dataaccesspointarn",
  account: "s3:dataaccesspointaccount",
  networkOrigin: "s3:accesspointnetworkorigin",
} as const;
const KEY_NAMES: ReadonlySet<string> = new Set(Object.values(KEYS));

/** Requests that name the bucket itself. */
export const DIRECT: Way = {
  settled: new Map(Object.values(KEYS).map((key) => [key, undefined])),
};

/** The conditions that aren't about access points; those show as where the access comes from. */
export function withoutAccessPoints(
  conditions: readonly ConditionEntry[],
): readonly ConditionEntry[] {
  return conditions.filter(({ key }) => !KEY_NAMES.has(key.toLowerCase()));
}

/** Access through an access point of another account, whose policy isn't known. */
export interface ForeignAccess {
  readonly principal: Pick<PrincipalEntry, "type" | "value">;
  readonly isPublic: boolean;
  /** Left out if any account's would do. */
  readonly account?: string;
}

/**
 * Finds the other accounts that may let somebody in by access points of their own. Source: IAM user
 * guide, "Supported resource types": it is public access unless the bucket blocks it, and then
 * the account's.
 */
export function* foreignAccess(
  allowing: CompiledPolicy,
  { entry, conditions }: Cell,
  zone: TrustZone,
  { restrictsPublic }: BucketAccess,
): Generator<ForeignAccess> {
  const about = conditions.filter(({ key }) => KEY_NAMES.has(key.toLowerCase()));
  const named = new Set(about.flatMap(({ values }) => values.flatMap(accountIdsIn)));
  const accounts = [...named].filter((account) => !zone.accounts.has(account));
  let isFound = false;
  const stranger = strangerTo(zone, allowing.text);
  for (const account of [...accounts, stranger]) {
    const isStranger = account === stranger;
    const way = {
      settled: new Map([[KEYS.account, account]]),
      alike: { [KEYS.arn]: `arn:*:s3:*:${account}:accesspoint/?*` },
    };
    if ((isStranger && isFound) || !isReached({ allowing }, zone, way)) {
      continue;
    }
    isFound = true;
    const isPublic = isEverybody(entry) && isPublicReach({ allowing }, way);
    const ofAccount = isPublic && restrictsPublic && !isStranger;
    yield {
      principal: ofAccount ? { type: "AWS", value: account } : entry,
      isPublic: isPublic && !restrictsPublic,
      ...(!isStranger && { account }),
    };
  }
}

/** Access through an access point that two cells give together. */
export interface PassedAccess {
  readonly principal: Pick<PrincipalEntry, "type" | "value">;
  readonly actions: readonly string[];
  readonly conditions: readonly ConditionEntry[];
  readonly isPublic: boolean;
}

/** Finds who outside gets through an access point, after all denials of both. */
export function* passedAccess(
  point: AccessPoint,
  bucket: { readonly arn: string; readonly policies: readonly CompiledPolicy[] },
  denials: readonly object[],
  zone: TrustZone,
): Generator<PassedAccess> {
  const passed = point.policy.statements.flatMap((statement) => {
    const own = throughPoint(statement, { accessPointArn: point.arn, bucketArn: bucket.arn });
    return own ? [{ statement, own }] : [];
  });
  const all = [
    ...denials,
    ...passed.flatMap(({ statement, own }) => (statement.effect === "Deny" ? [own] : [])),
  ];
  const way = wayThrough(point);
  for (const { statement, own } of passed) {
    for (const cell of cellsOf(statement, zone)) {
      for (const other of cellsOfBucket(point, bucket.policies, zone)) {
        const entry = bothOf(cell.entry, other.entry);
        if (entry === undefined) {
          continue;
        }
        const allow = { ...own, Principal: { [entry.type]: entry.value } };
        const narrowed = { ...allow, Condition: conditionElement(cell.conditions) };
        const allowing = asPolicy(point.policy, [narrowed, ...all], entry, zone);
        const also = { ...writtenAgain(other.statement), Principal: allow.Principal };
        const alsoNarrowed = { ...also, Condition: conditionElement(other.conditions) };
        const alsoAllowing = asPolicy(other.statement.policy, [alsoNarrowed], entry, zone);
        const reach = { allowing, alsoAllowing };
        if (isReached(reach, zone, way)) {
          yield {
            principal: entry,
            actions: actionsOfBoth(statement, other.statement),
            conditions: [
              ...withoutAccessPoints([...cell.conditions, ...other.conditions]),
              ...(point.vpcId === undefined ? [] : [fromNetwork(point.vpcId)]),
            ],
            isPublic: isEverybody(entry) && point.vpcId === undefined && isPublicReach(reach, way),
          };
        }
      }
    }
  }
}

function cellsOfBucket(
  { withoutPublic }: AccessPoint,
  policies: readonly CompiledPolicy[],
  zone: TrustZone,
): readonly Cell[] {
  return policies.flatMap(({ statements }, index) =>
    statements
      .flatMap((statement) => [...cellsOf(statement, zone)])
      .filter(({ entry }) => !(withoutPublic.has(index) && isEverybody(entry))),
  );
}

function wayThrough({ arn, vpcId }: AccessPoint): Way {
  return {
    settled: new Map<string, string>([
      [KEYS.arn, arn],
      [KEYS.account, accountNamedBy(arn) ?? ""],
      [KEYS.networkOrigin, vpcId === undefined ? "Internet" : "VPC"],
      ...(vpcId === undefined ? [] : [["aws:sourcevpc", vpcId] as const]),
    ]),
  };
}

function fromNetwork(vpcId: string): ConditionEntry {
  return { operator: "StringEquals", key: "aws:SourceVpc", values: [vpcId] };
}

/** An access point's statement about the bucket; undefined if it is about none of its resources. */
function throughPoint(
  statement: CompiledStatement,
  passage: { readonly accessPointArn: string; readonly bucketArn: string },
): object | undefined {
  const { resource } = statement.written;
  if (resource === undefined) {
    return undefined;
  }
  const variables = statement.policy.version === "2012-10-17";
  // What an Allow covers and what a Deny leaves out may be too much, never too little.
  const most = (statement.effect === "Allow") !== resource.negated;
  const through = resourcesThrough(resource.values, passage, { variables, most });
  const { Resource: _, NotResource: __, ...others } = writtenAgain(statement) as Written;
  if (through.length > 0) {
    return { ...others, [resource.negated ? "NotResource" : "Resource"]: through };
  }
  return resource.negated ? { ...others, Resource: "*" } : undefined;
}

interface Written {
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
}

function asPolicy(
  { source, version }: CompiledPolicy,
  Statement: readonly object[],
  entry: PrincipalEntry,
  zone: TrustZone,
): CompiledPolicy {
  return compilePolicy(
    asAccount(JSON.stringify({ Version: version, Statement }), entry, zone),
    source,
  );
}

/** The narrower of two principals; undefined if no caller is both. */
function bothOf(one: PrincipalEntry, other: PrincipalEntry): PrincipalEntry | undefined {
  if (isEverybody(one)) {
    return other;
  }
  if (isEverybody(other) || (one.type === other.type && one.value === other.value)) {
    return one;
  }
  const account = accountNamedBy(one.value);
  if (one.type !== "AWS" || other.type !== "AWS" || account !== accountNamedBy(other.value)) {
    return undefined;
  }
  if (isAccount(one)) {
    return other;
  }
  return isAccount(other) || isSessionOf(one, other)
    ? one
    : isSessionOf(other, one)
      ? other
      : undefined;
}

function isAccount({ value }: PrincipalEntry): boolean {
  return /^[0-9]{12}$|:root$/.test(value);
}

function isSessionOf({ value: session }: PrincipalEntry, { value: role }: PrincipalEntry): boolean {
  const name = /:role\/(?:.*\/)?([^/]+)$/.exec(role)?.[1];
  return name !== undefined && session.includes(`:assumed-role/${name}/`);
}

/** The actions of each that the other has too. */
function actionsOfBoth(one: CompiledStatement, other: CompiledStatement): readonly string[] {
  const [mine, theirs] = [one.written.action, other.written.action];
  if (mine.negated || theirs.negated) {
    return mine.negated ? (theirs.negated ? ["*"] : theirs.values) : mine.values;
  }
  const within = (values: readonly string[], patterns: readonly string[]) =>
    values.filter((value) => patterns.some((pattern) => covers(pattern, value)));
  const both = [...within(mine.values, theirs.values), ...within(theirs.values, mine.values)];
  return both.length > 0 ? [...new Set(both)] : mine.values;
}

function covers(pattern: string, action: string): boolean {
  return pattern === "*" || pattern === action || matchesActionPattern(pattern, action);
}
