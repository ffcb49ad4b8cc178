import assert from "node:assert";
import type { Invoke } from "../invoke.ts";
import type { CredentialSource } from "../ports/identity.ts";
import type { Caller } from "../principal.ts";
import { CLOUDFORMATION } from "./resource-calls.ts";

/** Source: sessions of stacks' roles in CloudTrail. */
const SESSION_NAME = "AWSCloudFormation";

interface AssumedRole {
  readonly Credentials?: { readonly AccessKeyId?: string; readonly SessionToken?: string };
}

/**
 * A session of the role that CloudFormation, or Cloud Control, was told to work with. The service
 * assumes it: the role's trust policy decides. Rejects with AwsError.
 */
export async function assumeServiceRole(
  RoleArn: string,
  region: string,
  { invoke, sessions }: { readonly invoke: Invoke; readonly sessions: CredentialSource },
): Promise<Caller> {
  const input = { RoleArn, RoleSessionName: SESSION_NAME };
  const { Credentials } = await invoke<AssumedRole>("sts", "AssumeRole", input, {
    as: { principal: { kind: "service", serviceName: CLOUDFORMATION } },
    region,
  });
  assert(Credentials?.AccessKeyId, "AssumeRole answers credentials");
  const { AccessKeyId, SessionToken } = Credentials;
  const credential = await sessions.findCredential(AccessKeyId, SessionToken);
  assert(typeof credential === "object", "the session just made is known");
  return credential.caller;
}
