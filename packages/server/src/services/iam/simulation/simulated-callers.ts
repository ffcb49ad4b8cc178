import type { ContextValue, Principal } from "@rolecast/policy";
import { invalidInput } from "../errors.ts";
import type { IdentityArn } from "../identities/identity-arns.ts";
import { parseIdentityArn } from "../identities/identity-arns.ts";
import type { PolicyOwner } from "../identities/owners.ts";
import { roleOf } from "../identities/owners.ts";
import type { StoredTag } from "../rows/tags.ts";

/** The principal that is simulated to call, and the condition keys that follow from it. */
export interface SimulatedCaller {
  readonly principal: Principal;
  readonly context: ReadonlyMap<string, ContextValue>;
}

/** The session's name in the ARN of a simulated role. */
const SESSION = "simulation";

/** Without `owner`, the caller's ARN is all that is known. */
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
  // A group makes no calls, and it is unknown which of its users would.
  if (kind === "group") return { principal, context };
  context.set("aws:principalarn", arn);
  context.set("aws:principalaccount", accountId);
  context.set("aws:principaltype", kind === "user" ? "User" : "AssumedRole");
  if (kind === "user") context.set("aws:username", name);
  context.set("aws:userid", kind === "user" || !owner ? id : `${id}:${SESSION}`);
  for (const { Key, Value } of tags) context.set(`aws:principaltag/${Key.toLowerCase()}`, Value);
  return { principal, context };
}

/** The caller of a SimulateCustomPolicy that names none: some user of the account. */
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
