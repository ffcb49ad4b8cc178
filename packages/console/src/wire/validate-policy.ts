import type { CheckFinding, CheckPolicyOptions } from "@rolecast/policy";
import type { AwsClients } from "./aws-clients.ts";
import { fetchSigned, refusalOf } from "./fetch-signed.ts";

/**
 * Asks Access Analyzer's ValidatePolicy for the first page of its findings. The call is written by
 * hand: the SDK's client would weigh more than the editor.
 *
 * @throws Error with AWS's code as its name
 */
export async function findingsOfAws(
  aws: AwsClients,
  policyDocument: string,
  { policyType, resourceType }: Omit<CheckPolicyOptions, "data">,
): Promise<readonly CheckFinding[]> {
  const response = await fetchSigned(aws, {
    method: "POST",
    path: "/policy/validation",
    service: "access-analyzer",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ policyDocument, policyType, validatePolicyResourceType: resourceType }),
  });
  if (!response.ok) throw await refusalOf(response);
  const { findings } = (await response.json()) as { readonly findings: readonly CheckFinding[] };
  return findings;
}
