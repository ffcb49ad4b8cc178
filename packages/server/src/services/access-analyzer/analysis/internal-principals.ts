import { createHash } from "node:crypto";
import { type CompiledPolicy, compilePolicy, contextKeysOf, PolicySet } from "@rolecast/policy";
import { LruMap } from "../../../kernel/lru-map.ts";
import type { ExaminedIdentity, IdentityPolicies } from "../../../kernel/ports/identity.ts";
import type { Reader } from "../../../kernel/store.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";

/** A user or role with everything of its own that decides what it may do. */
export interface InternalPrincipal {
  readonly identity: ExaminedIdentity;
  readonly layers: { readonly identity: PolicySet; readonly boundary: PolicySet | undefined };
  /** Whether sessions of a role may bring tags of their own. */
  readonly mayBeTagged: boolean;
  /** Equal for the same principal with the same policies and tags. */
  readonly digest: string;
}

type Deps = Pick<AnalyzerDependencies, "directory" | "inventory">;

/** Reads the users and roles of an account; service-linked ones aren't among them. */
export async function internalPrincipals(
  accountId: string,
  { directory, inventory }: Deps,
  reader: Reader,
): Promise<readonly InternalPrincipal[]> {
  const principals: InternalPrincipal[] = [];
  for (const identity of await inventory.examine(accountId, reader)) {
    const { principal } = identity;
    const policies = await directory.policiesOf(principal, reader);
    const role =
      principal.kind === "role-session"
        ? await directory.findRole(accountId, principal.roleName, reader)
        : undefined;
    const mayBeTagged = role !== undefined && letsTag(role.trustPolicy);
    const about = [principal, identity.tags, policies, mayBeTagged];
    const digest = createHash("sha256").update(JSON.stringify(about)).digest("base64");
    principals.push({ identity, layers: layersOf(policies), mayBeTagged, digest });
  }
  return principals;
}

/** Compiled documents that are kept, by kind and text. */
const COMPILED_MAX = 2_000;
const compiled = new LruMap<string, CompiledPolicy>(COMPILED_MAX);

/** Stored policies compile once. */
export function compiledPolicy(text: string, kind: CompiledPolicy["source"]["kind"]) {
  const key = `${kind} ${text}`;
  const known = compiled.get(key) ?? compilePolicy(text, { kind, id: kind, managed: false });
  compiled.set(key, known);
  return known;
}

function layersOf({ identity, boundary }: IdentityPolicies): InternalPrincipal["layers"] {
  return {
    identity: new PolicySet(identity.map(({ text }) => compiledPolicy(text, "identity"))),
    boundary: boundary && new PolicySet([compiledPolicy(boundary.text, "boundary")]),
  };
}

function letsTag(trustPolicy: string): boolean {
  const set = new PolicySet([compiledPolicy(trustPolicy, "trust")]);
  return set.candidates("sts:TagSession").allow.length > 0;
}

/** The condition keys of tags of principals that policies look at. */
export function principalTagKeys(policies: readonly CompiledPolicy[]): readonly string[] {
  const keys = policies.flatMap(({ text }) => (TAG.test(text) ? contextKeysOf(text) : []));
  return keys.filter((key) => key.startsWith(TAG_PREFIX));
}

const TAG = /aws:PrincipalTag\//i;
export const TAG_PREFIX = "aws:principaltag/";
