import type { ContextValue, Principal } from "@rolecast/policy";
import { invalidInput } from "../errors.ts";
import type { IdentityArn } from "../identities/identity-arns.ts";
import { parseIdentityArn } from "../identities/identity-arns.ts";
import type { PolicyOwner } from "../identities/owners.ts";
import { roleOf } from "../identities/owners.ts";
import type { StoredTag } from "../rows/tags.ts";

/** Who is simulated to call, and the condition keys that follow from that. */
export interface SimulatedCaller {
  readonly principal: Principal;
  readonly context: ReadonlyMap<string, ContextValue>;
}

/** Stands where a session's name is part of an ARN. */
const SESSION = "simulation";

/** `owner` left out: nobody knows more of the caller than its ARN. */
export function simulatedCaller(
  identity: IdentityArn,
  owner: PolicyOwner | undefined,
  tags: readonly StoredTag[],
): SimulatedCaller {
  const { arn, accountId, kind, name } = identity;
  const id = owner?.id ?? arn;
  const principal: Principal =
    kind === "role"
      ? {
          kind: "role-session",
          accountId,
          arn: `arn:aws:sts::${accountId}:assumed-role/${name}/${SESSION}`,
          roleArn: arn,
          roleId: id,
          roleName: name,
          sessionName: SESSION,
          serviceLinked: owner !== undefined && isLinked(owner),
        }
      : { kind: "user", accountId, arn, id, userName: name };
  const context = new Map<string, ContextValue>();
  // A group calls nobody: which user of it would, is unknown.
  if (kind === "group") return { principal, context };
  context.set("aws:principalarn", arn);
  context.set("aws:principalaccount", accountId);
  context.set("aws:principaltype", kind === "user" ? "User" : "AssumedRole");
  if (kind === "user") context.set("aws:username", name);
  context.set("aws:userid", kind === "user" || !owner ? id : `${id}:${SESSION}`);
  for (const { Key, Value } of tags) context.set(`aws:principaltag/${Key.toLowerCase()}`, Value);
  return { principal, context };
}

/** Whoever SimulateCustomPolicy calls as when nobody is named: somebody of the account. */
export function anyCaller(accountId: string): SimulatedCaller {
  const arn = `arn:aws:iam::${accountId}:user/${SESSION}`;
  return {
    principal: { kind: "user", accountId, arn, id: arn, userName: SESSION },
    context: new Map([
      ["aws:principalaccount", accountId],
      ["aws:userid", "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"],
    ]),
  };
}

/** @throws InvalidInput for what isn't a user, group or role */
export function requireCallerArn(text: string): IdentityArn {
  const identity = parseIdentityArn(text);
  if (identity) return identity;
  throw invalidInput("Invalid caller - Caller must be an IAM user, role or group in this context.");
}

function isLinked(owner: PolicyOwner): boolean {
  const role = roleOf(owner);
  return role !== undefined && role.linked_service !== null;
}
