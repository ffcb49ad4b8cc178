import {
  type BucketAccess,
  type CompiledPolicy,
  compilePolicy,
  type ExternalAccess,
  externalAccess,
  type InternalAccess,
  type InternalPair,
  internalAccess,
  PolicyCompileError,
  PolicySet,
  type ResourceAction,
  type TrustZone,
} from "@rolecast/policy";
import { LruMap } from "../../../kernel/lru-map.ts";
import type { ShareableResource, Sharing } from "../../../kernel/ports/shareable-resources.ts";
import { readAuthorizationData } from "../authorization-data.ts";
import type { UnusedService } from "../finding/finding-body.ts";
import { GrantedActions } from "./granted-actions.ts";
import { principalTagKeys, TAG_PREFIX } from "./principal-tag-keys.ts";
import { type ServiceUses, unusedServices } from "./unused-services.ts";

/*
 * The proofs of an analysis, which a thread finds: policies that are made for it take minutes.
 * Questions and answers are plain data, since they go between threads.
 */

/** A resource whose documents name principals as users see them. */
export interface ExternalQuestion extends Pick<ShareableResource, "arn" | "sharings" | "bucket"> {
  readonly zone: TrustZone;
}

/** Undefined for a document that is no policy. */
export function findExternalAccess({
  arn,
  sharings,
  bucket,
  zone,
}: ExternalQuestion): readonly ExternalAccess[] | undefined {
  try {
    const compiled = sharings.map(({ text, kind }) => compiledOf(text, arn, kind));
    return externalAccess(compiled, zone, bucket && accessTo(arn, bucket, sharings));
  } catch (error) {
    if (error instanceof PolicyCompileError) return undefined;
    throw error;
  }
}

function compiledOf(text: string, id: string, kind: Sharing["kind"] = "resource"): CompiledPolicy {
  return compilePolicy(text, { kind, id, managed: false });
}

function accessTo(
  arn: string,
  { accessPoints, restrictsPublic }: NonNullable<ShareableResource["bucket"]>,
  sharings: readonly Sharing[],
): BucketAccess {
  const acls = sharings.flatMap(({ source }, index) => (source === "BUCKET_ACL" ? [index] : []));
  const points = accessPoints.map(({ arn: id, text, vpcId, ignoresPublicAcls }) => ({
    ...{ arn: id, vpcId, policy: compiledOf(text, id) },
    withoutPublic: new Set(ignoresPublicAcls ? acls : []),
  }));
  return { arn, accessPoints: points, restrictsPublic };
}

/** A user or role and a resource, with the texts of all documents that decide. */
export interface PairQuestion extends Pick<InternalPair, "principal" | "settled"> {
  readonly tags: Readonly<Record<string, string>>;
  readonly identity: readonly string[];
  readonly boundary: string | undefined;
  /** A role's, which may let sessions bring tags of their own. */
  readonly trustPolicy: string | undefined;
  readonly sharings: readonly Sharing[];
  readonly scpLevels: readonly (readonly string[])[];
}

export interface InternalQuestion {
  readonly resourceAccountId: string;
  readonly rcpLevels: readonly (readonly string[])[];
  readonly actions: readonly ResourceAction[];
  readonly pairs: readonly PairQuestion[];
}

/** The access of each pair. */
export function findInternalAccess({
  pairs,
  ...ofResource
}: InternalQuestion): readonly (readonly InternalAccess[])[] {
  return pairs.map((pair) => internalAccess(pairOf(pair, ofResource)));
}

function pairOf(
  { principal, settled, ...own }: PairQuestion,
  { resourceAccountId, rcpLevels, actions }: Omit<InternalQuestion, "pairs">,
): InternalPair {
  const setOf = (texts: readonly string[], kind: PolicyKind) =>
    new PolicySet(texts.map((text) => compiledPolicy(text, kind)));
  const layers = {
    identity: setOf(own.identity, "identity"),
    boundary: own.boundary === undefined ? undefined : setOf([own.boundary], "boundary"),
    resource: new PolicySet(own.sharings.map(({ text, kind }) => compiledPolicy(text, kind))),
    resourceKind: own.sharings[0]?.kind,
    scpLevels: own.scpLevels.map((texts) => setOf(texts, "scp")),
    rcpLevels: rcpLevels.map((texts) => setOf(texts, "rcp")),
  };
  const sets = [
    ...[layers.identity, layers.boundary, layers.resource],
    ...[...layers.scpLevels, ...layers.rcpLevels],
  ];
  const policies = sets.flatMap((set) => set?.policies ?? []);
  const mayBeTagged = own.trustPolicy !== undefined && letsTag(own.trustPolicy);
  const tagKeys = mayBeTagged ? [] : principalTagKeys(policies);
  const tags = new Map(Object.entries(own.tags).map(([key, value]) => [key.toLowerCase(), value]));
  return {
    principal,
    settled: new Map([
      ...settled,
      ...tagKeys.map((key) => [key, tags.get(key.slice(TAG_PREFIX.length))] as const),
    ]),
    ...{ layers, resourceAccountId, actions },
  };
}

type PolicyKind = CompiledPolicy["source"]["kind"];

/** Compiled documents that are kept, by kind and text. */
const COMPILED_MAX = 500;
const compiled = new LruMap<string, CompiledPolicy>(COMPILED_MAX);

/** Stored policies compile once. */
function compiledPolicy(text: string, kind: PolicyKind): CompiledPolicy {
  const key = `${kind} ${text}`;
  const known = compiled.get(key) ?? compilePolicy(text, { kind, id: kind, managed: false });
  compiled.set(key, known);
  return known;
}

function letsTag(trustPolicy: string): boolean {
  const set = new PolicySet([compiledPolicy(trustPolicy, "trust")]);
  return set.candidates("sts:TagSession").allow.length > 0;
}

export interface UnusedQuestion extends ServiceUses {
  /** Identity policies. */
  readonly documents: readonly string[];
}

let granted: Promise<GrantedActions> | undefined;

/** The services and actions that policies allow and nothing has used. */
export async function findUnusedServices({
  documents,
  ...uses
}: UnusedQuestion): Promise<readonly UnusedService[]> {
  granted ??= readAuthorizationData().then((data) => new GrantedActions(data));
  return unusedServices((await granted).of(documents), uses);
}

/** The proofs by name. They need nothing but their input. */
export const PROOFS = {
  externalAccess: findExternalAccess,
  internalAccess: findInternalAccess,
  unusedServices: findUnusedServices,
};

export type ProofName = keyof typeof PROOFS;
export type ProofInput<Name extends ProofName> = Parameters<(typeof PROOFS)[Name]>[0];
export type ProofOutput<Name extends ProofName> = Awaited<ReturnType<(typeof PROOFS)[Name]>>;
