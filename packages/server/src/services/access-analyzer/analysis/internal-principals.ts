import { createHash } from "node:crypto";
import type { ExaminedIdentity, IdentityPolicies } from "../../../kernel/ports/identity.ts";
import type { Reader } from "../../../kernel/store.ts";
import { Turns } from "../../../kernel/work/turns.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";

/** A user or role with everything of its own that decides what it may do. */
export interface InternalPrincipal {
  readonly identity: ExaminedIdentity;
  readonly policies: IdentityPolicies;
  /** A role's, which may let sessions bring tags of their own. */
  readonly trustPolicy: string | undefined;
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
  const turns = new Turns();
  for (const identity of await inventory.examine(accountId, reader)) {
    await turns.next();
    const { principal } = identity;
    const policies = await directory.policiesOf(principal, reader);
    const role =
      principal.kind === "role-session"
        ? await directory.findRole(accountId, principal.roleName, reader)
        : undefined;
    const trustPolicy = role?.trustPolicy;
    const about = [principal, identity.tags, policies, trustPolicy];
    const digest = createHash("sha256").update(JSON.stringify(about)).digest("base64");
    principals.push({ identity, policies, trustPolicy, digest });
  }
  return principals;
}
