import type { AwsClients } from "./aws-clients.ts";
import { fetchSigned, refusalOf } from "./fetch-signed.ts";

/** Access Analyzer's verdict on a new policy beside the existing one. */
export interface NewAccessVerdict {
  readonly result: "PASS" | "FAIL";
  readonly message?: string;
  readonly reasons?: readonly { readonly description?: string }[];
}

/**
 * Asks Access Analyzer's CheckNoNewAccess. The call is written by hand, as ValidatePolicy's is.
 *
 * @throws Error with AWS's code as its name
 */
export async function checkNoNewAccess(
  aws: AwsClients,
  newPolicyDocument: string,
  existingPolicyDocument: string,
): Promise<NewAccessVerdict> {
  const policyType = "IDENTITY_POLICY";
  const response = await fetchSigned(aws, {
    method: "POST",
    path: "/policy/check-no-new-access",
    service: "access-analyzer",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ newPolicyDocument, existingPolicyDocument, policyType }),
  });
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as NewAccessVerdict;
}
