import * as kms from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { EMPTY, kmsOf, outcomeOf } from "./support.ts";

/*
 * Answers and errors as AWS's were recorded by public suites; the texts are AWS's own.
 */

const ACCOUNT = "000000000000";
const UNKNOWN = "11111111-2222-4333-8444-555555555555";
const TO_A_STRANGER = [
  "authorized to perform: kms:Encrypt on this resource",
  "because the resource does not exist in this Region,",
  "no resource-based policies allow access, or a resource-based policy explicitly denies access",
].join(" ");
const NO_ALIAS = [
  "failed to satisfy constraint:",
  "Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
].join(" ");
const ALIAS_PAGE = "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html";
const arnOf = (id: string, region = "us-east-1") => `arn:aws:kms:${region}:${ACCOUNT}:key/${id}`;

const SIGNS = { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" } as const;

let server: TestServer;
let client: kms.KMSClient;
beforeAll(async () => {
  server = await startTestServer();
  client = kmsOf(server);
});
afterAll(() => server?.close());

async function newKey(input: kms.CreateKeyCommandInput = {}): Promise<{ id: string; arn: string }> {
  const { KeyMetadata } = await client.send(new kms.CreateKeyCommand(input));
  return { id: KeyMetadata?.KeyId ?? "", arn: KeyMetadata?.Arn ?? "" };
}

test("a new key is described as AWS describes it, by each of its names", async () => {
  const created = await client.send(new kms.CreateKeyCommand({ Description: "mine" }));
  const { KeyId = "" } = created.KeyMetadata ?? {};
  expect(created.KeyMetadata).toEqual({
    AWSAccountId: ACCOUNT,
    KeyId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    Arn: arnOf(KeyId),
    CreationDate: expect.any(Date),
    CurrentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
    CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
    Description: "mine",
    Enabled: true,
    EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
    KeyManager: "CUSTOMER",
    KeySpec: "SYMMETRIC_DEFAULT",
    KeyState: "Enabled",
    KeyUsage: "ENCRYPT_DECRYPT",
    MultiRegion: false,
    Origin: "AWS_KMS",
  });
  const AliasName = "alias/named";
  await client.send(new kms.CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
  const names = [KeyId, arnOf(KeyId), AliasName, `arn:aws:kms:us-east-1:${ACCOUNT}:${AliasName}`];
  for (const name of names) {
    const described = await client.send(new kms.DescribeKeyCommand({ KeyId: name }));
    expect(described.KeyMetadata).toEqual(created.KeyMetadata);
  }
});

describe("what names no key is refused in KMS's words", () => {
  test.each([
    ["a well-formed id", UNKNOWN, `NotFoundException: Key '${arnOf(UNKNOWN)}' does not exist`],
    ["a malformed id", "fake-key-id", "NotFoundException: Invalid keyId 'fake-key-id'"],
    [
      "an ARN of elsewhere",
      arnOf(UNKNOWN, "eu-west-1"),
      "NotFoundException: Invalid arn eu-west-1",
    ],
    [
      "an alias",
      "alias/none",
      `NotFoundException: Alias arn:aws:kms:us-east-1:${ACCOUNT}:alias/none is not found.`,
    ],
    [
      "another account's ARN",
      `arn:aws:kms:us-east-1:222222222222:key/${UNKNOWN}`,
      `AccessDeniedException: User: arn:aws:iam::${ACCOUNT}:root is not ${TO_A_STRANGER}`,
    ],
  ])("%s", async (_name, KeyId, expected) => {
    const Plaintext = Buffer.from("x");
    expect(await outcomeOf(client.send(new kms.EncryptCommand({ KeyId, Plaintext })))).toBe(
      expected,
    );
  });
});

test("aliases are created, moved, listed, deleted; reserved, malformed ones refused", async () => {
  const [one, other] = [await newKey(), await newKey()];
  const create = (AliasName: string, TargetKeyId = one.id) =>
    outcomeOf(client.send(new kms.CreateAliasCommand({ AliasName, TargetKeyId })));
  const aliases = `arn:aws:kms:us-east-1:${ACCOUNT}:alias/`;
  expect(await create("alias/a1")).toBe("done");
  expect(await create("alias/a2", one.arn)).toBe("done");
  expect(await create("alias/a1")).toBe(
    `AlreadyExistsException: An alias with the name ${aliases}a1 already exists`,
  );
  expect(await create("wrong/a")).toBe(
    `ValidationException: Alias must start with the prefix "alias/". Please see ${ALIAS_PAGE}`,
  );
  expect(await create("alias/a!")).toBe(
    `ValidationException: 1 validation error detected: Value 'alias/a!' at 'aliasName' ${NO_ALIAS}`,
  );
  expect(await create("alias/a:b")).toBe(
    "ValidationException: alias/a:b contains invalid characters for an alias",
  );
  expect(await create("alias/aws/s3")).toMatch(/^NotAuthorizedException: /);
  expect(await create("alias/a3", "alias/a1")).toBe(
    "ValidationException: Aliases must refer to keys. Not aliases",
  );
  const list = async (KeyId?: string) => {
    const { Aliases = [] } = await client.send(new kms.ListAliasesCommand({ KeyId }));
    return Aliases.map(({ AliasName, TargetKeyId }) => `${AliasName} ${TargetKeyId}`);
  };
  expect(await list(one.id)).toEqual([`alias/a1 ${one.id}`, `alias/a2 ${one.id}`]);
  await client.send(new kms.UpdateAliasCommand({ AliasName: "alias/a2", TargetKeyId: other.id }));
  expect(await list(other.arn)).toEqual([`alias/a2 ${other.id}`]);
  await client.send(new kms.DeleteAliasCommand({ AliasName: "alias/a2" }));
  expect(await list(other.id)).toEqual([]);
  const gone = new kms.DeleteAliasCommand({ AliasName: "alias/a2" });
  expect(await outcomeOf(client.send(gone))).toMatch(
    /^NotFoundException: Alias arn:.* is not found/,
  );
});

test.each<[string, kms.CreateKeyCommandInput, kms.CreateKeyCommandInput, string]>([
  ["another type", {}, { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" }, "HMAC"],
  ["another usage", SIGNS, { KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" }, "ENCRYPT"],
  ["another spec of its type", SIGNS, { KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" }, "done"],
])("an alias moves to a key of %s as far as AWS lets it", async (what, one, other, outcome) => {
  const AliasName = `alias/moved-${what.replaceAll(" ", "-")}`;
  const [TargetKeyId, next] = [(await newKey(one)).id, (await newKey(other)).id];
  await client.send(new kms.CreateAliasCommand({ AliasName, TargetKeyId }));
  const moved = client.send(new kms.UpdateAliasCommand({ AliasName, TargetKeyId: next }));
  const expected = outcome === "done" ? /^done$/ : new RegExp(`^ValidationException.*${outcome}`);
  expect(await outcomeOf(moved)).toMatch(expected);
});

test("a key's spec is given by one name", async () => {
  const both = { KeySpec: "RSA_2048", CustomerMasterKeySpec: "RSA_2048" } as const;
  const command = new kms.CreateKeyCommand({ ...both, KeyUsage: "SIGN_VERIFY" });
  expect(await outcomeOf(client.send(command))).toBe(
    "ValidationException: You cannot specify KeySpec and CustomerMasterKeySpec in the same " +
      "request. CustomerMasterKeySpec is deprecated.",
  );
});

test("disabled and pending keys refuse what AWS refuses; a cancelled one is disabled", async () => {
  const { id: KeyId, arn } = await newKey();
  const Plaintext = Buffer.from("text");
  const encrypt = () => outcomeOf(client.send(new kms.EncryptCommand({ KeyId, Plaintext })));
  const state = async () => {
    const { KeyMetadata } = await client.send(new kms.DescribeKeyCommand({ KeyId }));
    return [KeyMetadata?.KeyState, KeyMetadata?.Enabled, KeyMetadata?.DeletionDate !== undefined];
  };
  await client.send(new kms.DisableKeyCommand({ KeyId }));
  expect(await encrypt()).toBe(`DisabledException: ${arn} is disabled.`);
  await client.send(new kms.EnableKeyCommand({ KeyId }));
  expect(await encrypt()).toBe("done");
  expect(await outcomeOf(client.send(new kms.CancelKeyDeletionCommand({ KeyId })))).toBe(
    `KMSInvalidStateException: ${arn} is not pending deletion.`,
  );
  for (const PendingWindowInDays of [6, 31]) {
    const other = new kms.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays });
    expect(await outcomeOf(client.send(other))).toBe(
      "ValidationException: PendingWindowInDays must be between 7 and 30",
    );
  }
  const schedule = new kms.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 });
  const { $metadata: _, ...scheduled } = await client.send(schedule);
  expect(scheduled).toEqual({
    KeyId: arn,
    DeletionDate: expect.any(Date),
    KeyState: "PendingDeletion",
    PendingWindowInDays: 7,
  });
  expect(await state()).toEqual(["PendingDeletion", false, true]);
  const pending = `KMSInvalidStateException: ${arn} is pending deletion.`;
  expect(await encrypt()).toBe(pending);
  const Tags = [{ TagKey: "k", TagValue: "v" }];
  for (const command of [
    new kms.EnableKeyCommand({ KeyId }),
    new kms.DisableKeyCommand({ KeyId }),
    new kms.ScheduleKeyDeletionCommand({ KeyId }),
    new kms.TagResourceCommand({ KeyId, Tags }),
    new kms.UpdateKeyDescriptionCommand({ KeyId, Description: "d" }),
    new kms.CreateAliasCommand({ AliasName: "alias/pending", TargetKeyId: KeyId }),
    new kms.EnableKeyRotationCommand({ KeyId }),
  ]) {
    expect(await outcomeOf(client.send(command as kms.EnableKeyCommand))).toBe(pending);
  }
  await client.send(new kms.CancelKeyDeletionCommand({ KeyId }));
  expect(await state()).toEqual(["Disabled", false, false]);
});

test("tags are added, listed, removed; AWS's own, repeated and too many are refused", async () => {
  const { id: KeyId } = await newKey({ Tags: [{ TagKey: "a", TagValue: "1" }] });
  const tag = (...names: string[]) => {
    const Tags = names.map((TagKey) => ({ TagKey, TagValue: "v" }));
    return outcomeOf(client.send(new kms.TagResourceCommand({ KeyId, Tags })));
  };
  expect(await tag("b")).toBe("done");
  expect(await tag("c", "c")).toBe("TagException: Duplicate tag keys");
  expect(await tag("aws:c")).toBe("TagException: Tags beginning with aws: are reserved");
  expect(await tag(...Array.from({ length: 49 }, (_, index) => `t${index}`))).toBe(
    "TagException: Too many tags",
  );
  await client.send(new kms.UntagResourceCommand({ KeyId, TagKeys: ["a"] }));
  const { Tags } = await client.send(new kms.ListResourceTagsCommand({ KeyId }));
  expect(Tags).toEqual([{ TagKey: "b", TagValue: "v" }]);
});

test("a rotated key encrypts with new material and decrypts what the old encrypted", async () => {
  const { id: KeyId, arn } = await newKey();
  const status = async () => {
    const { $metadata: _, ...rest } = await client.send(
      new kms.GetKeyRotationStatusCommand({ KeyId }),
    );
    return rest;
  };
  expect(await status()).toEqual({ KeyId: arn, KeyRotationEnabled: false });
  await client.send(new kms.EnableKeyRotationCommand({ KeyId }));
  expect(await status()).toEqual({
    KeyId: arn,
    KeyRotationEnabled: true,
    RotationPeriodInDays: 365,
    NextRotationDate: expect.any(Date),
  });
  const Plaintext = Buffer.from("before");
  const { CiphertextBlob } = await client.send(new kms.EncryptCommand({ KeyId, Plaintext }));
  const before = await client.send(new kms.DecryptCommand({ CiphertextBlob }));
  expect((await client.send(new kms.RotateKeyOnDemandCommand({ KeyId }))).KeyId).toBe(arn);
  const after = await client.send(new kms.DecryptCommand({ CiphertextBlob }));
  expect(Buffer.from(after.Plaintext ?? [])).toEqual(Plaintext);
  expect(after.KeyMaterialId).toBe(before.KeyMaterialId);
  const again = await client.send(
    new kms.ReEncryptCommand({ CiphertextBlob, DestinationKeyId: KeyId }),
  );
  expect(again.SourceKeyMaterialId).toBe(before.KeyMaterialId);
  const { Rotations } = await client.send(new kms.ListKeyRotationsCommand({ KeyId }));
  expect(Rotations).toEqual([
    {
      KeyId: arn,
      KeyMaterialId: again.DestinationKeyMaterialId,
      KeyMaterialState: "CURRENT",
      RotationDate: expect.any(Date),
      RotationType: "ON_DEMAND",
    },
  ]);
});

test("a rotation is refused for a key's state before its spec", async () => {
  const rotate = (KeyId: string) =>
    outcomeOf(client.send(new kms.RotateKeyOnDemandCommand({ KeyId })));
  const { id, arn } = await newKey({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
  expect(await rotate(id)).toBe(`UnsupportedOperationException: ${EMPTY}`);
  await client.send(new kms.DisableKeyCommand({ KeyId: id }));
  expect(await rotate(id)).toBe(`DisabledException: ${arn} is disabled.`);
  const none = "1234abcd-12ab-34cd-56ef-1234567890ab";
  expect(await rotate(none)).toMatch(/^NotFoundException: Key '.*' does not exist$/);
});

test("pages of keys are disjoint and whole, and a made-up marker is refused", async () => {
  const { id } = await newKey();
  const listed: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await client.send(new kms.ListKeysCommand({ Limit: 2, Marker }));
    expect(page.Keys?.length).toBeLessThanOrEqual(2);
    listed.push(...(page.Keys ?? []).map(({ KeyId = "" }) => KeyId));
    Marker = page.NextMarker;
    expect(page.Truncated).toBe(Marker !== undefined);
  } while (Marker !== undefined);
  expect(new Set(listed).size).toBe(listed.length);
  expect(listed).toContain(id);
  const wrong = new kms.ListKeysCommand({ Marker: "wrong" });
  expect(await outcomeOf(client.send(wrong))).toMatch(/^InvalidMarkerException/);
});

test("kinds of keys and features that aren't built are refused by name", async () => {
  const refused = async (input: kms.CreateKeyCommandInput) =>
    outcomeOf(client.send(new kms.CreateKeyCommand(input)));
  expect(await refused({ KeySpec: "ML_DSA_44", KeyUsage: "SIGN_VERIFY" })).toMatch(
    /KeySpec ML_DSA_44/,
  );
  expect(await refused({ KeySpec: "SM2", KeyUsage: "SIGN_VERIFY" })).toMatch(/KeySpec SM2/);
  expect(await refused({ Origin: "AWS_CLOUDHSM" })).toMatch(/Origin AWS_CLOUDHSM/);
  expect(await refused({ CustomKeyStoreId: "cks-1" })).toMatch(/CustomKeyStoreId/);
});

test("predefined aliases are listed without a key, which describing one makes", async () => {
  const region = "eu-west-3";
  const there = kmsOf(server, undefined, region);
  const list = async (input: kms.ListAliasesCommandInput = {}) =>
    (await there.send(new kms.ListAliasesCommand(input))).Aliases ?? [];
  const names = async () => (await list()).map(({ AliasName }) => AliasName);
  const before = await list();
  const AliasName = "alias/aws/ssm";
  const AliasArn = `arn:aws:kms:${region}:${ACCOUNT}:${AliasName}`;
  expect(before).toContainEqual({ AliasName, AliasArn });
  expect(await there.send(new kms.ListKeysCommand({}))).toMatchObject({ Keys: [] });
  const { KeyMetadata } = await there.send(new kms.DescribeKeyCommand({ KeyId: AliasName }));
  const Description = "Default key that protects my SSM parameters when no other key is defined";
  expect(KeyMetadata).toMatchObject({ KeyManager: "AWS", Description });
  const TargetKeyId = KeyMetadata?.KeyId;
  expect(await list()).toContainEqual(expect.objectContaining({ AliasName, TargetKeyId }));
  expect(await names()).toEqual(before.map((alias) => alias.AliasName));
  const { KeyMetadata: own } = await there.send(new kms.CreateKeyCommand({}));
  for (const name of ["alias/a", "alias/b", "alias/z"]) {
    const alias = { AliasName: name, TargetKeyId: own?.KeyId };
    await there.send(new kms.CreateAliasCommand(alias));
  }
  expect(await list({ KeyId: own?.KeyId })).toHaveLength(3);
  const paged: kms.AliasListEntry[] = [];
  for await (const { Aliases } of kms.paginateListAliases({ client: there, pageSize: 3 }, {}))
    paged.push(...(Aliases ?? []));
  expect(paged).toEqual(await list());
  expect(paged.map((alias) => alias.AliasName)).toEqual((await names()).toSorted());
});

test("operations of other kinds of keys are refused as AWS refuses them here", async () => {
  const { id: KeyId, arn } = await newKey();
  const Message = Buffer.from("m");
  const usage = `${arn} key usage is ENCRYPT_DECRYPT`;
  const refused = async (operation: string, command: object) =>
    expect(await outcomeOf(client.send(command as kms.SignCommand))).toBe(
      `InvalidKeyUsageException: ${usage} which is not valid for ${operation}.`,
    );
  const signing = { KeyId, Message, SigningAlgorithm: "ECDSA_SHA_256" as const };
  const mac = { KeyId, Message, MacAlgorithm: "HMAC_SHA_256" as const };
  await refused("Sign", new kms.SignCommand(signing));
  await refused("Verify", new kms.VerifyCommand({ ...signing, Signature: Message }));
  await refused("GenerateMac", new kms.GenerateMacCommand(mac));
  await refused("VerifyMac", new kms.VerifyMacCommand({ ...mac, Mac: Message }));
  const unknown = new kms.GenerateMacCommand({ ...mac, KeyId: "key_id" });
  expect(await outcomeOf(client.send(unknown))).toBe("NotFoundException: Invalid keyId 'key_id'");
  const key = new kms.GetPublicKeyCommand({ KeyId });
  expect(await outcomeOf(client.send(key))).toMatch(/^UnsupportedOperationException/);
});
