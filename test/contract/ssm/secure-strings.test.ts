import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import type { SSM } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { outcomeOf, ssmOf } from "./support.ts";

/*
 * SSM asks KMS as its caller. Source: Systems Manager user guide, "AWS KMS encryption for AWS
 * Systems Manager Parameter Store SecureString parameters".
 */

const ACCOUNT = "000000000000";
const through = (keys: object) => ({
  Condition: { StringEquals: { "kms:ViaService": "ssm.us-east-1.amazonaws.com", ...keys } },
});

let server: TestServer;
let root: SSM;
let own: string;
const users: Record<string, SSM> = {};

beforeAll(async () => {
  server = await startTestServer();
  root = ssmOf(server);
  const { endpoint } = server;
  const kms = new KMSClient({ endpoint, region: "us-east-1", credentials: ROOT });
  own = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? "";
  const { iam } = server.clients();
  const parameters = allow("ssm:*");
  const bound = through({
    "kms:EncryptionContext:PARAMETER_ARN": `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/own/a`,
  });
  const statements: Readonly<Record<string, readonly object[]>> = {
    plain: [parameters],
    reader: [parameters, { ...allow("kms:Decrypt", own), ...bound }],
    writer: [parameters, allow(["kms:Encrypt", "kms:GenerateDataKey"], own)],
    keys: [allow("kms:*")],
  };
  for (const [name, list] of Object.entries(statements)) {
    const given = list as Parameters<typeof createUser>[2];
    users[name] = ssmOf(server, await createUser(iam, name, given));
  }
  for (const Name of ["/own/a", "/own/b"])
    await root.putParameter({ Name, Value: "secret", Type: "SecureString", KeyId: own });
  const large = { Name: "/own/large", Value: "x".repeat(8000), KeyId: own };
  await root.putParameter({ ...large, Type: "SecureString", Tier: "Advanced" });
  await root.putParameter({ Name: "/managed", Value: "secret", Type: "SecureString" });
});
afterAll(() => server?.close());

const get = (who: SSM | undefined, Name: string, WithDecryption = true) =>
  outcomeOf((who ?? root).getParameter({ Name, WithDecryption }));

describe("a secure string", () => {
  test.each(["/own/a", "/own/large", "/managed"])("%s is kept encrypted", async (Name) => {
    const { Parameter: sealed } = await root.getParameter({ Name });
    const { Parameter: opened } = await root.getParameter({ Name, WithDecryption: true });
    expect(sealed?.Value).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(sealed?.Value).not.toContain("secret");
    expect(opened?.Value).toBe(Name === "/own/large" ? "x".repeat(8000) : "secret");
    const { Parameters } = await root.getParameterHistory({ Name, WithDecryption: true });
    expect(Parameters?.[0]).toMatchObject({
      Value: opened?.Value,
      KeyId: Name === "/managed" ? "alias/aws/ssm" : own,
    });
  });

  test.each<[string, string, string]>([
    ["plain", "/managed", "done"],
    ["plain", "/own/a", "AccessDeniedException: User: .* kms:Decrypt on resource: .*:key/"],
    ["reader", "/own/a", "done"],
    ["reader", "/own/b", "AccessDeniedException: .*kms:Decrypt"],
    ["writer", "/own/a", "AccessDeniedException: .*kms:Decrypt"],
    ["keys", "/own/a", "AccessDeniedException: .*ssm:GetParameter on resource: .*parameter/own/a"],
  ])("%s reads %s: %s", async (who, Name, expected) => {
    expect(await get(users[who], Name)).toMatch(new RegExp(`^${expected}`));
  });

  test("is read encrypted without any permission for its key", async () => {
    expect(await get(users.plain, "/own/a", false)).toBe("done");
    const input = { Path: "/own", WithDecryption: true };
    expect(await outcomeOf(users.reader?.getParametersByPath(input) ?? expect.fail())).toMatch(
      /^AccessDeniedException: .*kms:Decrypt/,
    );
    expect((await root.getParametersByPath(input)).Parameters).toHaveLength(3);
  });

  test.each<[string, string, "Standard" | "Advanced", string]>([
    ["writer", "own", "Standard", "done"],
    ["writer", "own", "Advanced", "done"],
    ["reader", "own", "Standard", "AccessDeniedException: .*kms:Encrypt"],
    ["reader", "own", "Advanced", "AccessDeniedException: .*kms:GenerateDataKey"],
    ["writer", "alias/none", "Standard", "InvalidKeyId: Alias .*alias/none is not found"],
  ])("%s writes under the key %s, %s: %s", async (who, key, Tier, expected) => {
    const KeyId = key === "own" ? own : key;
    const more = { Value: "v", Type: "SecureString", Overwrite: true } as const;
    const sent = users[who]?.putParameter({ Name: `/new/${Tier}`, KeyId, Tier, ...more });
    expect(await outcomeOf(sent ?? expect.fail())).toMatch(new RegExp(`^${expected}`));
  });

  test("becomes one of a plain one, and the other way round", async () => {
    const Name = "/changes";
    await root.putParameter({ Name, Value: "plain", Type: "String" });
    await root.putParameter({ Name, Value: "secret", Type: "SecureString", Overwrite: true });
    await root.putParameter({ Name, Value: "open", Type: "String", Overwrite: true });
    const { Parameters } = await root.getParameterHistory({ Name, WithDecryption: true });
    expect(Parameters?.map(({ Type, Value }) => [Type, Value])).toEqual([
      ["String", "plain"],
      ["SecureString", "secret"],
      ["String", "open"],
    ]);
  });
});
