import { createHash } from "node:crypto";
import {
  type InternalAccess,
  type InternalPair,
  internalAccess,
  PolicySet,
  type ResourceAction,
} from "@rolecast/policy";
import { LruMap } from "../../../kernel/lru-map.ts";
import type { OrganizationLevel } from "../../../kernel/organization.ts";
import type { ShareableResource } from "../../../kernel/ports/shareable-resources.ts";
import type { Reader } from "../../../kernel/store.ts";
import { readAuthorizationData } from "../authorization-data.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";
import type { FoundFinding, Restriction } from "../finding/finding-body.ts";
import type { Zone } from "./external-findings.ts";
import {
  compiledPolicy,
  type InternalPrincipal,
  internalPrincipals,
  principalTagKeys,
  TAG_PREFIX,
} from "./internal-principals.ts";
import { hasControlPolicies } from "./zone.ts";

/** Pairs of a principal and a resource that are remembered; one takes some hundred bytes. */
const REMEMBERED_MAX = 20_000;
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
  readonly #known = new LruMap<string, readonly InternalAccess[]>(REMEMBERED_MAX);
  #bucketActions: Promise<ReturnType<typeof bucketActions>> | undefined;

  constructor(deps: Pick<AnalyzerDependencies, "directory" | "inventory">) {
    this.#deps = deps;
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
    return principals.flatMap((principal) => {
      const ofAccount = levels.get(principal.identity.principal.accountId);
      const key = [principal.digest, digest, ofAccount, zone.organizationId].join();
      const accesses =
        this.#known.get(key) ?? internalAccess(pairOf(principal, resource, zone, actions));
      this.#known.set(key, accesses);
      return accesses.map((access) => finding(access, principal, resource, zone));
    });
  }
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

function pairOf(
  { identity, layers, mayBeTagged }: InternalPrincipal,
  resource: ShareableResource,
  zone: Zone,
  actions: readonly ResourceAction[],
): InternalPair {
  const { principal } = identity;
  const setsOf = (accountId: string, kind: Kind) =>
    levelsOf(accountId, kind, zone).map(
      ({ policies }) =>
        new PolicySet(
          policies.map(({ text }) => compiledPolicy(text, kind === "scpLevels" ? "scp" : "rcp")),
        ),
    );
  const sharings = sharingsFor(principal.accountId, resource);
  const ofResource = new PolicySet(sharings.map(({ text, kind }) => compiledPolicy(text, kind)));
  const all = {
    ...layers,
    resource: ofResource,
    resourceKind: sharings[0]?.kind,
    scpLevels: setsOf(principal.accountId, "scpLevels"),
    rcpLevels: setsOf(resource.accountId, "rcpLevels"),
  };
  const sets = [layers.identity, layers.boundary, ofResource, ...all.scpLevels, ...all.rcpLevels];
  const policies = sets.flatMap((set) => set?.policies ?? []);
  const tagKeys = mayBeTagged ? [] : principalTagKeys(policies);
  const tags = new Map(
    Object.entries(identity.tags).map(([key, value]) => [key.toLowerCase(), value]),
  );
  return {
    principal,
    settled: new Map([
      ...settledKeys(identity, resource, zone),
      ...tagKeys.map((key) => [key, tags.get(key.slice(TAG_PREFIX.length))] as const),
    ]),
    layers: all,
    resourceAccountId: resource.accountId,
    actions,
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
