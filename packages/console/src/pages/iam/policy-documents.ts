import { GetPolicyCommand, GetPolicyVersionCommand, type IAMClient } from "@aws-sdk/client-iam";
import { pretty } from "../../shared/pretty-json.ts";

/** What a new policy begins with. */
export const NEW_POLICY = pretty(
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: ["ivs:Get*", "ivs:List*"], Resource: "*" }],
  }),
);

/** The text of a managed policy's default version. */
export async function readManagedPolicy(client: IAMClient, PolicyArn: string): Promise<string> {
  const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn }));
  return readPolicyVersion(client, PolicyArn, Policy?.DefaultVersionId ?? "v1");
}

export async function readPolicyVersion(
  client: IAMClient,
  PolicyArn: string,
  VersionId: string,
): Promise<string> {
  const version = await client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  return pretty(decodeURIComponent(version.PolicyVersion?.Document ?? ""));
}
