import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  type IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type STSClient,
} from "@aws-sdk/client-sts";
import type { Key } from "./test-server.ts";

/** Statements of a policy, or of a trust policy. */
export type Statements = readonly Readonly<Record<string, unknown>>[];

export function policyOf(statements: Statements): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

export const allow = (Action: string | string[], Resource: string | string[] = "*") => ({
  Effect: "Allow",
  Action,
  Resource,
});

/** Makes a user with an access key; with statements, an inline policy of them. */
export async function createUser(
  iam: IAMClient,
  UserName: string,
  statements: Statements = [],
): Promise<Key & { readonly arn: string }> {
  const { User } = await iam.send(new CreateUserCommand({ UserName }));
  if (statements.length > 0)
    await iam.send(
      new PutUserPolicyCommand({
        UserName,
        PolicyName: "own",
        PolicyDocument: policyOf(statements),
      }),
    );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return {
    arn: User?.Arn ?? "",
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  };
}

/** Makes a role with a trust policy; with statements, an inline policy of them. Gives its ARN. */
export async function createRole(
  iam: IAMClient,
  RoleName: string,
  trust: Statements,
  statements: Statements = [],
  more: { readonly Path?: string; readonly MaxSessionDuration?: number } = {},
): Promise<string> {
  const input = { RoleName, AssumeRolePolicyDocument: policyOf(trust), ...more };
  const { Role } = await iam.send(new CreateRoleCommand(input));
  if (statements.length > 0)
    await iam.send(
      new PutRolePolicyCommand({
        RoleName,
        PolicyName: "own",
        PolicyDocument: policyOf(statements),
      }),
    );
  return Role?.Arn ?? "";
}

export const trusting = (AWS: string | string[], Action: string | string[] = "sts:AssumeRole") => ({
  Effect: "Allow",
  Principal: { AWS },
  Action,
});

/** The key of a new session. */
export async function assumeRole(
  sts: STSClient,
  RoleArn: string,
  input: Partial<AssumeRoleCommandInput> = {},
): Promise<Key> {
  const command = new AssumeRoleCommand({ RoleArn, RoleSessionName: "session", ...input });
  const { Credentials } = await sts.send(command);
  return {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
}
