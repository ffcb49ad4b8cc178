import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
} from "@aws-sdk/client-iam";

export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Account {
  readonly id: string;
  readonly key: Key;
}

/** A user with rights, and the role that it asks for. */
export interface Caller {
  readonly key: Key;
  readonly roleArn: string;
}

const ACCOUNT_COUNT = 8;
const ROLE_NAME = "bench";
export const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
});

/** As many accounts as the roles need that are made: an account has at most 1,000. */
export const ACCOUNTS: readonly Account[] = Array.from({ length: ACCOUNT_COUNT }, (_, index) => ({
  id: String(111_111_111_111 + index),
  key: {
    accessKeyId: `AKIABENCHBENCHBENC${10 + index}`,
    secretAccessKey: `secret-of-bench-${index}`,
  },
}));

export async function prepareAccount(endpoint: string, { key }: Account): Promise<Caller> {
  const iam = new IAMClient({ endpoint, region: "us-east-1", credentials: { ...key } });
  const UserName = `asker-${key.accessKeyId.slice(-2)}`;
  const RoleName = `${ROLE_NAME}-${key.accessKeyId.slice(-2)}`;
  await iam.send(new CreateUserCommand({ UserName }));
  for (const name of ["ReadOnlyAccess", "AdministratorAccess"]) {
    const PolicyArn = `arn:aws:iam::aws:policy/${name}`;
    await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const role = { RoleName, AssumeRolePolicyDocument: TRUST };
  const { Role } = await iam.send(new CreateRoleCommand(role));
  iam.destroy();
  return {
    key: {
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    },
    roleArn: Role?.Arn ?? "",
  };
}
