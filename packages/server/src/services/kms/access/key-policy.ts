import { validatePolicy } from "@rolecast/policy";
import { AwsError } from "../../../kernel/aws-error.ts";
import { toStoredPolicy } from "../../../kernel/policy-principals.ts";
import type { IdentityDirectory } from "../../../kernel/ports/identity.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { limitExceeded, malformedPolicy } from "../errors.ts";
import { KEY_POLICY_BYTES_MAX } from "../quotas.ts";
import type { KeyRow } from "../tables.ts";
import { onKey } from "./key-authorization.ts";

/** The one policy that a key has. */
export const POLICY_NAME = "default";

/** The policy of a key that is created without one: the account's own policies decide. */
export function defaultPolicy(accountId: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Id: "key-default-1",
    Statement: [
      {
        Sid: "Enable IAM User Permissions",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  });
}

/**
 * The policy as it is stored. Throws MalformedPolicyDocumentException and LimitExceededException.
 */
export function storedPolicy(
  text: string,
  directory: IdentityDirectory,
  context: RequestContext,
): Promise<string> {
  if (Buffer.byteLength(text) > KEY_POLICY_BYTES_MAX)
    throw limitExceeded(`The key policy is longer than ${KEY_POLICY_BYTES_MAX} bytes.`);
  const isServicePrincipal = (name: string) => directory.isServicePrincipal(name);
  const [finding] = validatePolicy(text, "key", { isServicePrincipal });
  if (finding) throw malformedPolicy(finding.message);
  return toStoredPolicy(text, directory, context, invalidPrincipal);
}

function invalidPrincipal(): never {
  throw malformedPolicy("Policy contains a statement with one or more invalid principals.");
}

/**
 * Whoever puts a policy must be able to put the next one. Throws MalformedPolicyDocumentException.
 */
export async function refuseLockout(key: KeyRow, context: RequestContext): Promise<void> {
  const again = await onKey("PutKeyPolicy", key, context, { isManagement: true });
  try {
    await context.authorize(again, { isCall: false, isRepeated: true });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw malformedPolicy(
      "The new key policy will not allow you to update the key policy in the future.",
    );
  }
}
