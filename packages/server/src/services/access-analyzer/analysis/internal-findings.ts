import { createHash } from "node:crypto";
import type { InternalAccess, ResourceAction } from "@rolecast/policy";
import { LruMap } from "../../../kernel/lru-map.ts";
import type { OrganizationLevel } from "../../../kernel/organization.ts";
import type { ShareableResource } from "../../../kernel/ports/shareable-resources.ts";
import type { Reader } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { readAuthorizationData } from "../authorization-data.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";
import { type FoundFinding, failedFinding, type Restriction } from "../finding/finding-body.ts";
import type { AnalysisThreads } from "./analysis-threads.ts";
import type { Zone } from "./external-findings.ts";
import { type InternalPrincipal, internalPrincipals } from "./internal-principals.ts";
import type { PairQuestion } from "./proofs.ts";
import { hasControlPolicies } from "./zone.ts";

/** Pairs of a principal and a resource that are remembered; one takes some hundred bytes. */
const REMEMBERED_MAX = 20_000;
/** Pairs of one question. */
const PAIRS_AT_ONCE = 16;
/** Keys that the calls of users and roles don't have: services set them. */
const OF_SERVICES = [
  ...["aws:principalservicename", "aws:principalservicenameslist", "aws:sourceowner"],
  ...["aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"],
];

/** A resource, with the users and roles of the zone. */
interface Look {
  readonly resource: ShareableResource;
  readonly zone: Zone;
  readonly principals: readonly InternalPrincipal[];
}

/** Finds which users and roles of a zone of trust get to its resources. */
export class InternalFindings {
  readonly #deps: Pick<AnalyzerDependencies, "directory" | "inventory">;
  /** By the digests of all documents that decide about the pair. */
  readonly #known = new LruMap<string, Found>(REMEMBERED_MAX);
  readonly #threads: AnalysisThreads;
  #bucketActions: Promise<ReturnType<typeof bucketActions>> | undefined;

  constructor(
    deps: Pick<AnalyzerDependencies, "directory" | "inventory">,
    threads: AnalysisThreads,
  ) {
    this.#deps = deps;
    this.#threads = threads;
  }

  async principalsOf(zone: Zone, reader: Reader): Promise<readonly InternalPrincipal[]> {
    const all: InternalPrincipal[] = [];
    for (const accountId of zone.accounts)
      all.push(...(await internalPrincipals(accountId, this.#deps, reader)));
    return all;
  }

  async of({ resource, zone, principals }: Look): Promise<readonly FoundFinding[]> {
    this.#bucketActions ??= readAuthorizationData().then(({ services }) =>
      bucketActions(services.s3?.actions ?? {}),
    );
    const actions = (await this.#bucketActions)(resource.arn);
    const digest = digestOf([resource, levelsOf(resource.accountId, "rcpLevels", zone)]);
    const levels = new Map(
      [...zone.accounts].map((id) => [id, digestOf(levelsOf(id, "scpLevels", zone))]),
    );
    const { organizationId } = zone;
    const keys = principals.map((principal) => {
      const ofAccount = levels.get(principal.identity.principal.accountId);
      return [principal.digest, digest, ofAccount, organizationId].join();
    });
    const accesses = await this.#accessesOf({ resource, zone, actions }, principals, keys);
    const findings: FoundFinding[] = [];
    for (const [index, principal] of principals.entries()) {
      const own = accesses.get(keys[index] ?? "") ?? [];
      if (own === "too-much") return [failedFinding(resource, "internal", "INTERNAL_ERROR")];
      for (const access of own) findings.push(finding(access, principal, resource, zone));
    }
    return findings;
  }

  /** The access of all principals, by their keys. */
  async #accessesOf(
    about: About,
    principals: readonly InternalPrincipal[],
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, Found>> {
    const accesses = new Map<string, Found>();
    const unknown: { readonly principal: InternalPrincipal; readonly key: string }[] = [];
    for (const [index, principal] of principals.entries()) {
      const key = keys[index] ?? "";
      const known = this.#known.get(key);
      if (known === undefined) unknown.push({ principal, key });
      else accesses.set(key, known);
    }
    for (let from = 0; from < unknown.length; from += PAIRS_AT_ONCE) {
      await nextTurn();
      const some = unknown.slice(from, from + PAIRS_AT_ONCE);
      const found = await this.#ask(about, some);
      for (const [index, one] of some.entries()) {
        // One of them may take what the others are left without.
        const own = found === "too-much" ? await this.#ask(about, [one]) : [found[index] ?? []];
        const access = own === "too-much" ? own : (own[0] ?? []);
        this.#known.set(one.key, access);
        accesses.set(one.key, access);
      }
    }
    return accesses;
  }

  #ask(about: About, some: readonly { readonly principal: InternalPrincipal }[]) {
    const { resource, zone, actions } = about;
    const pairs = some.map(({ principal }) => pairOf(principal, resource, zone));
    const rcpLevels = textsOf(levelsOf(resource.accountId, "rcpLevels", zone));
    const question = { resourceAccountId: resource.accountId, rcpLevels, actions, pairs };
    return this.#threads.run("internalAccess", question, resource.accountId);
  }
}

type Found = readonly InternalAccess[] | "too-much";

interface About extends Omit<Look, "principals"> {
  readonly actions: readonly ResourceAction[];
}

function digestOf(about: unknown): string {
  return createHash("sha256").update(JSON.stringify(about)).digest("base64");
}

/** The actions on a bucket and on its objects. */
function bucketActions(
  actions: Readonly<Record<string, { readonly resources: readonly string[] }>>,
): (arn: string) => readonly ResourceAction[] {
  const own = Object.entries(actions).map(([name, { resources }]) => ({
    action: `s3:${name}`,
    parts: [
      ...(resources.includes("bucket") ? [""] : []),
      ...(resources.includes("object") ? ["/*"] : []),
    ],
  }));
  const onBuckets = own.filter(({ parts }) => parts.length > 0);
  return (arn) =>
    onBuckets.map(({ action, parts }) => ({ action, resources: parts.map((part) => arn + part) }));
}

type Kind = "scpLevels" | "rcpLevels";

/** With an account as the zone, the organization's policies aren't looked at, as on AWS. */
function levelsOf(accountId: string, kind: Kind, zone: Zone): readonly OrganizationLevel[] {
  return zone.organizationId === undefined ? [] : (zone.memberOf(accountId)?.[kind] ?? []);
}

function textsOf(levels: readonly OrganizationLevel[]): readonly (readonly string[])[] {
  return levels.map(({ policies }) => policies.map(({ text }) => text));
}

function pairOf(
  { identity, policies, trustPolicy }: InternalPrincipal,
  resource: ShareableResource,
  zone: Zone,
): PairQuestion {
  const { principal, tags } = identity;
  return {
    ...{ principal, tags, trustPolicy },
    settled: new Map(settledKeys(identity, resource, zone)),
    identity: policies.identity.map(({ text }) => text),
    boundary: policies.boundary?.text,
    sharings: sharingsFor(principal.accountId, resource),
    scpLevels: textsOf(levelsOf(principal.accountId, "scpLevels", zone)),
  };
}

/** The documents that are in force for principals of an account. */
function sharingsFor(accountId: string, resource: ShareableResource) {
  const isOwn = accountId === resource.accountId;
  return resource.sharings.filter(({ within }) => within === undefined || isOwn);
}

function settledKeys(
  { principal, arn }: InternalPrincipal["identity"],
  resource: ShareableResource,
  zone: Zone,
): readonly (readonly [string, string | string[] | undefined])[] {
  const { accountId } = principal;
  const isUser = principal.kind === "user";
  const own = zone.memberOf(accountId);
  const owner = zone.memberOf(resource.accountId);
  return [
    ["aws:principalarn", arn],
    ["aws:principalaccount", accountId],
    ["aws:principaltype", isUser ? "User" : "AssumedRole"],
    ["aws:principalisawsservice", "false"],
    ["aws:username", isUser ? principal.userName : undefined],
    ["aws:principalorgid", own?.organization.id],
    ["aws:principalorgpaths", own && [own.orgPath]],
    ["aws:resourceaccount", resource.accountId],
    ["s3:resourceaccount", resource.accountId],
    ["aws:resourceorgid", owner?.organization.id],
    ["aws:resourceorgpaths", owner && [owner.orgPath]],
    ...OF_SERVICES.map((key) => [key, undefined] as const),
  ];
}

function finding(
  { actions, condition, policies }: InternalAccess,
  { identity: { principal, arn } }: InternalPrincipal,
  resource: ShareableResource,
  zone: Zone,
): FoundFinding {
  const { accountId } = principal;
  const sharings = sharingsFor(accountId, resource);
  const sources = [...new Set(policies.flatMap((index) => sharings[index]?.source ?? []))];
  const restriction = (levels: readonly OrganizationLevel[] | undefined): Restriction => {
    if (!hasControlPolicies(levels)) return "NOT_APPLICABLE";
    return zone.organizationId === undefined ? "APPLICABLE" : "APPLIED";
  };
  return {
    type: "InternalAccess",
    resource: resource.arn,
    resourceType: resource.resourceType,
    ownerAccountId: resource.accountId,
    subject: `AWS ${arn}`,
    body: {
      internal: {
        principal: { AWS: arn },
        principalOwnerAccount: accountId,
        principalType: principal.kind === "user" ? "IAM_USER" : "IAM_ROLE",
        accessType: accountId === resource.accountId ? "INTRA_ACCOUNT" : "INTRA_ORG",
        ...{ action: actions, condition },
        ...(sources.length > 0 && { sources }),
        resourceControlPolicy: restriction(zone.memberOf(resource.accountId)?.rcpLevels),
        serviceControlPolicy: restriction(zone.memberOf(accountId)?.scpLevels),
      },
    },
  };
}
