import assert from "node:assert";
import type { AssumeRoleResponse } from "@aws-sdk/client-sts";
import type { Invoke, InvokeOptions } from "./invoke.ts";
import type { CredentialSource } from "./ports/identity.ts";
import type { Caller, OnBehalfOf } from "./principal.ts";
import type { Transaction } from "./store.ts";

export interface AssumedRole {
  /** The service that assumes the role: `cloudformation.amazonaws.com`. */
  readonly service: string;
  /** The account whose work the service does, which the role must belong to. */
  readonly onBehalfOf: OnBehalfOf;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly region: string;
  readonly seconds?: number;
  readonly transaction?: Transaction | undefined;
  /** The session is for code of the customer's, which calls with it by itself. */
  readonly isHandedOn?: true;
}

export interface RoleAssumer {
  readonly invoke: Invoke;
  readonly sessions: CredentialSource;
}

/**
 * A session of a customer's role for a service: the one way for services to get one. The role's
 * trust policy decides, which sees `aws:SourceAccount` and `aws:SourceArn`; a role of another
 * account than the one that the service works for is refused whatever that policy says. Rejects
 * with AwsError.
 */
export async function assumeRoleFor(role: AssumedRole, by: RoleAssumer): Promise<Caller> {
  const { Credentials } = await ask(role, by, {});
  assert(Credentials?.AccessKeyId, "AssumeRole answers credentials");
  const { AccessKeyId, SessionToken } = Credentials;
  const credential = await by.sessions.findCredential(AccessKeyId, SessionToken);
  assert(typeof credential === "object", "the session just made is known");
  return role.isHandedOn
    ? credential.caller
    : { ...credential.caller, actingService: role.service };
}

/** Rejects as `assumeRoleFor` would, and makes no session. */
export async function requireAssumableFor(
  role: AssumedRole,
  by: Pick<RoleAssumer, "invoke">,
): Promise<void> {
  await ask(role, by, { isOnlyDecided: true });
}

function ask(
  { service, onBehalfOf, roleArn, sessionName, region, seconds, transaction }: AssumedRole,
  { invoke }: Pick<RoleAssumer, "invoke">,
  how: Pick<InvokeOptions, "isOnlyDecided">,
): Promise<AssumeRoleResponse> {
  return invoke<AssumeRoleResponse>(
    "sts",
    "AssumeRole",
    {
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      ...(seconds === undefined ? {} : { DurationSeconds: seconds }),
    },
    {
      as: { principal: { kind: "service", serviceName: service, onBehalfOf } },
      region,
      ...(transaction === undefined ? {} : { transaction }),
      ...how,
    },
  );
}
