import {
  CreateAccountCommand,
  CreatePolicyCommand,
  DescribeCreateAccountStatusCommand,
  OrganizationsClient,
  type PolicyType,
} from "@aws-sdk/client-organizations";
import { AssumeRoleCommand, type AssumeRoleCommandOutput, STSClient } from "@aws-sdk/client-sts";
import { type Key, ROOT, type TestServer } from "../../support/test-server.ts";

type Endpoint = Pick<TestServer, "endpoint">;

/** A client of Organizations; without a key it signs as the root user of the default account. */
export function organizationsOf({ endpoint }: Endpoint, key: Key = ROOT): OrganizationsClient {
  return new OrganizationsClient({
    endpoint,
    region: "us-east-1",
    credentials: key,
    maxAttempts: 1,
  });
}

/** `code Reason: message` of a refusal; `done` where there was none. */
export function outcomeOf(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => "done",
    (error: Error & { readonly Reason?: string }) =>
      `${error.name}${error.Reason === undefined ? "" : ` ${error.Reason}`}: ${error.message}`,
  );
}

/** Makes an account; resolves to its id, which the status of the request names. */
export async function createAccount(
  client: OrganizationsClient,
  name: string,
  more: object = {},
): Promise<string> {
  const input = { AccountName: name, Email: `${name}@example.com`, ...more };
  const { CreateAccountStatus } = await client.send(new CreateAccountCommand(input));
  const status = await client.send(
    new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: CreateAccountStatus?.Id }),
  );
  return status.CreateAccountStatus?.AccountId ?? "";
}

export async function createPolicy(
  client: OrganizationsClient,
  name: string,
  content: string,
  type: PolicyType = "SERVICE_CONTROL_POLICY",
): Promise<string> {
  const input = { Name: name, Type: type, Content: content, Description: "" };
  const { Policy } = await client.send(new CreatePolicyCommand(input));
  return Policy?.PolicySummary?.Id ?? "";
}

/** A session of a role in another account. */
export async function assume(
  { endpoint }: Endpoint,
  key: Key,
  accountId: string,
  roleName = "OrganizationAccountAccessRole",
): Promise<Key> {
  const sts = new STSClient({ endpoint, region: "us-east-1", credentials: key, maxAttempts: 1 });
  const RoleArn = `arn:aws:iam::${accountId}:role/${roleName}`;
  const { Credentials }: AssumeRoleCommandOutput = await sts.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: "test" }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
}
