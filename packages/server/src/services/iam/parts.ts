import type { SecretBox } from "../../kernel/crypto/secret-box.ts";
import type { OutgoingClient } from "../../kernel/outgoing/outgoing-client.ts";
import type { OrganizationPorts } from "../../kernel/ports/organizations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import type { Transaction } from "../../kernel/store.ts";
import type { AwsManagedPolicies } from "./catalogue/aws-managed-policies.ts";
import type { LinkedRoleTemplates } from "./catalogue/linked-role-templates.ts";
import type { Generations } from "./changes/generations.ts";
import type { LastUsed } from "./last-used/last-used.ts";
import type { IamTables } from "./tables.ts";

/** What IAM's operations share: the server's dependencies and IAM's own long-lived objects. */
export interface IamParts extends ServiceDependencies {
  readonly generations: Generations;
  readonly awsPolicies: AwsManagedPolicies;
  readonly secrets: SecretBox;
  readonly lastUsed: LastUsed;
  readonly templates: LinkedRoleTemplates;
  /** Knows where no request is ever sent. */
  readonly outgoing: Pick<OutgoingClient, "check">;
  /** Empty where the server has no Organizations. */
  readonly organizations: readonly OrganizationPorts[];
  readonly roleDeletionDelayMs: number;
  /** The URL of an account's issuer of web identity tokens, which STS serves. */
  readonly outboundIssuer: (issuerId: string) => string;
}

/**
 * Runs a change of the caller's account in the surrounding transaction or in one of its own, and
 * counts it, so that nothing gathered before is used after the commit.
 */
export function change<R>(
  parts: Pick<IamParts, "generations">,
  context: RequestContext,
  run: (tx: Transaction<IamTables>) => Promise<R>,
): Promise<R> {
  return context.transaction<IamTables, R>(async (tx) => {
    await parts.generations.bump(tx, context.accountId);
    return run(tx);
  });
}

/**
 * Runs a change that only adds an entity, to which nothing can refer yet: no credential, policy or
 * role that was gathered before depends on it, so all of them stay in use. On a shared database the
 * change is counted nonetheless, since nodes wait for each other by the row that counts it.
 */
export function addition<R>(
  parts: Pick<IamParts, "generations" | "store">,
  context: RequestContext,
  run: (tx: Transaction<IamTables>) => Promise<R>,
): Promise<R> {
  return parts.store.shared ? change(parts, context, run) : context.transaction(run);
}
