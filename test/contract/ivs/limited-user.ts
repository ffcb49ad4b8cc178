import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import type { Clients, Key } from "../../support/test-server.ts";

export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A new user with one inline policy; its key. */
export async function makeUser(
  root: Clients,
  userName: string,
  statements: readonly Statement[],
): Promise<Key> {
  await root.iam.send(new CreateUserCommand({ UserName: userName }));
  await root.iam.send(
    new PutUserPolicyCommand({
      UserName: userName,
      PolicyName: "only",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
    }),
  );
  const { AccessKey } = await root.iam.send(new CreateAccessKeyCommand({ UserName: userName }));
  return {
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  };
}
