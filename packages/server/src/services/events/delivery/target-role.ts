import assert from "node:assert";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Invoke } from "../../../kernel/invoke.ts";
import type { CredentialSource } from "../../../kernel/ports/identity.ts";
import type { Caller } from "../../../kernel/principal.ts";
import type { DeliveryRow } from "../tables.ts";
import type { Failed } from "./send-request.ts";

interface AssumedRole {
  readonly Credentials?: { readonly AccessKeyId?: string; readonly SessionToken?: string };
}

export interface TargetRoleParts {
  readonly invoke: Invoke;
  readonly sessions: CredentialSource;
}

/**
 * EventBridge acts as the target's role, whose trust policy must admit events.amazonaws.com.
 * Resolves to the session, or to the failure of the delivery, which is tried again.
 */
export async function assumeTargetRole(
  row: Pick<DeliveryRow, "id" | "region">,
  RoleArn: string,
  { invoke, sessions }: TargetRoleParts,
): Promise<Caller | Failed> {
  try {
    const input = { RoleArn, RoleSessionName: row.id.replaceAll("-", "") };
    const as = { principal: { kind: "service", serviceName: "events.amazonaws.com" } } as const;
    const options = { as, region: row.region };
    const { Credentials } = await invoke<AssumedRole>("sts", "AssumeRole", input, options);
    assert(Credentials?.AccessKeyId, "AssumeRole answers credentials");
    const { AccessKeyId, SessionToken } = Credentials;
    const credential = await sessions.findCredential(AccessKeyId, SessionToken);
    assert(typeof credential === "object", "the session just made is known");
    return credential.caller;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { delivered: false, retry: true, reason: `its role: ${error.code}` };
  }
}
