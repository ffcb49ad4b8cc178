import { GetPolicyVersionCommand, type IAMClient } from "@aws-sdk/client-iam";
import { pretty } from "../../shared/pretty-json.ts";

/** The text that a new policy begins with. */
export const NEW_POLICY = pretty(
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: ["ivs:Get*", "ivs:List*"], Resource: "*" }],
  }),
);

/** The text of a managed policy's version. */
export async function readPolicyVersion(
  client: IAMClient,
  PolicyArn: string,
  VersionId: string,
): Promise<string> {
  const version = await client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  return pretty(decodeURIComponent(version.PolicyVersion?.Document ?? ""));
}
