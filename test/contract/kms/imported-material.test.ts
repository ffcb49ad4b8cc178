import {
  constants,
  createCipheriv,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import * as kms from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { kmsOf, outcomeOf } from "./support.ts";

/* Keys whose material is brought along. The texts are AWS's own. */

const TEXT = Buffer.from("text");

let server: TestServer;
let client: kms.KMSClient;
beforeAll(async () => {
  server = await startTestServer();
  client = kmsOf(server);
});
afterAll(() => server?.close());

async function newKey(input: Partial<kms.CreateKeyCommandInput> = {}) {
  const { KeyMetadata } = await client.send(
    new kms.CreateKeyCommand({ Origin: "EXTERNAL", ...input }),
  );
  return { ...KeyMetadata, KeyId: KeyMetadata?.KeyId ?? "", Arn: KeyMetadata?.Arn ?? "" };
}

const describeKey = async (KeyId: string) =>
  (await client.send(new kms.DescribeKeyCommand({ KeyId }))).KeyMetadata;

type Algorithm = kms.GetParametersForImportCommandInput["WrappingAlgorithm"];

/** Asks for a wrapping key and brings the material back under it, as OpenSSL wraps it. */
async function wrappedFor(
  KeyId: string,
  material: Buffer,
  WrappingAlgorithm: Algorithm = "RSAES_OAEP_SHA_256",
) {
  const { PublicKey = TEXT, ImportToken } = await client.send(
    new kms.GetParametersForImportCommand({
      KeyId,
      WrappingAlgorithm,
      WrappingKeySpec: "RSA_2048",
    }),
  );
  const under = {
    key: Buffer.from(PublicKey),
    type: "spki",
    format: "der",
    padding: constants.RSA_PKCS1_OAEP_PADDING,
    oaepHash: WrappingAlgorithm?.endsWith("SHA_1") ? "sha1" : "sha256",
  } as const;
  if (!WrappingAlgorithm?.startsWith("RSA_AES"))
    return { KeyId, ImportToken, EncryptedKeyMaterial: publicEncrypt(under, material) };
  const aes = randomBytes(32);
  const cipher = createCipheriv("id-aes256-wrap-pad", aes, Buffer.from("a65959a6", "hex"));
  const wrapped = Buffer.concat([cipher.update(material), cipher.final()]);
  return {
    KeyId,
    ImportToken,
    EncryptedKeyMaterial: Buffer.concat([publicEncrypt(under, aes), wrapped]),
  };
}

const FOREVER = { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" } as const;

async function importInto(KeyId: string, material: Buffer, algorithm?: Algorithm) {
  const wrapped = await wrappedFor(KeyId, material, algorithm);
  return client.send(new kms.ImportKeyMaterialCommand({ ...wrapped, ...FOREVER }));
}

const encrypt = (KeyId: string) => client.send(new kms.EncryptCommand({ KeyId, Plaintext: TEXT }));

test("a symmetric key waits for its material, loses it, and takes the same again", async () => {
  const key = await newKey();
  const { KeyId, Arn } = key;
  const waiting = { KeyState: "PendingImport", Enabled: false, Origin: "EXTERNAL" };
  expect(key).toMatchObject(waiting);
  expect(key).not.toHaveProperty("ExpirationModel");
  const pending = `KMSInvalidStateException: ${Arn} is pending import.`;
  expect(await outcomeOf(encrypt(KeyId))).toBe(pending);
  expect(await outcomeOf(client.send(new kms.DisableKeyCommand({ KeyId })))).toBe(pending);

  const material = randomBytes(32);
  const { KeyMaterialId } = await importInto(KeyId, material);
  expect(await describeKey(KeyId)).toMatchObject({
    KeyState: "Enabled",
    Enabled: true,
    ...FOREVER,
    CurrentKeyMaterialId: KeyMaterialId,
  });
  const { CiphertextBlob } = await encrypt(KeyId);

  await client.send(new kms.DeleteImportedKeyMaterialCommand({ KeyId }));
  expect(await describeKey(KeyId)).toMatchObject({
    ...waiting,
    CurrentKeyMaterialId: KeyMaterialId,
  });
  expect(await outcomeOf(client.send(new kms.DecryptCommand({ CiphertextBlob })))).toBe(pending);
  expect(await outcomeOf(importInto(KeyId, randomBytes(32)))).toMatch(
    /^IncorrectKeyMaterialException/,
  );
  expect(await importInto(KeyId, material)).toMatchObject({ KeyId: Arn, KeyMaterialId });
  const { Plaintext } = await client.send(new kms.DecryptCommand({ CiphertextBlob }));
  expect(Buffer.from(Plaintext ?? [])).toEqual(TEXT);
});

test("a symmetric key is rotated to material that was imported for it", async () => {
  const key = await newKey();
  const { KeyId, Arn } = key;
  expect(key.CurrentKeyMaterialId).toBeUndefined();
  const rotate = () => client.send(new kms.RotateKeyOnDemandCommand({ KeyId }));
  const invalid = (reason: string) => `KMSInvalidStateException: ${reason}`;
  expect(await outcomeOf(rotate())).toBe(invalid(`${Arn} is pending import.`));
  const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  const { KeyMaterialId: one } = await importInto(KeyId, first);
  const none = `No available key material pending rotation for the key: ${Arn}.`;
  expect(await outcomeOf(rotate())).toBe(invalid(none));
  const { CiphertextBlob } = await encrypt(KeyId);

  const add = async (material: Buffer) => {
    const input = { ...(await wrappedFor(KeyId, material)), ...FOREVER };
    const ImportType = "NEW_KEY_MATERIAL";
    return client.send(new kms.ImportKeyMaterialCommand({ ...input, ImportType }));
  };
  expect(await outcomeOf(add(first))).toMatch(/^IncorrectKeyMaterialException/);
  const { KeyMaterialId: two } = await add(second);
  expect(two).not.toBe(one);
  expect(await describeKey(KeyId)).toMatchObject({ CurrentKeyMaterialId: one, ...FOREVER });
  expect(await outcomeOf(add(third))).toMatch(
    new RegExp(
      `^KMSInvalidStateException: New key material \\(id: [0-9a-f]{64}\\) cannot be imported ` +
        `into KMS key ${Arn}, because another key material \\(id: ${two}\\) is pending ` +
        "rotation\\.$",
    ),
  );
  const states = async () => {
    const input = { KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" } as const;
    const { Rotations = [] } = await client.send(new kms.ListKeyRotationsCommand(input));
    return Rotations.map(({ KeyMaterialId, KeyMaterialState, ImportState }) => [
      ...[KeyMaterialId, KeyMaterialState, ImportState],
    ]);
  };
  expect(await states()).toEqual([
    [one, "CURRENT", "IMPORTED"],
    [two, "PENDING_ROTATION", "IMPORTED"],
  ]);

  expect((await rotate()).KeyId).toBe(Arn);
  expect((await describeKey(KeyId))?.CurrentKeyMaterialId).toBe(two);
  expect(await states()).toEqual([
    [one, "NON_CURRENT", "IMPORTED"],
    [two, "CURRENT", "IMPORTED"],
  ]);
  expect(await outcomeOf(rotate())).toBe(invalid(none));
  const decrypt = () => client.send(new kms.DecryptCommand({ CiphertextBlob }));
  const { Plaintext, KeyMaterialId } = await decrypt();
  expect([Buffer.from(Plaintext ?? []), KeyMaterialId]).toEqual([TEXT, one]);

  // The key can be used while it has all of its materials.
  const without = { KeyId, KeyMaterialId: one };
  await client.send(new kms.DeleteImportedKeyMaterialCommand(without));
  for (const used of [encrypt(KeyId), decrypt()])
    expect(await outcomeOf(used)).toBe(invalid(`${Arn} is pending import.`));
  expect(await outcomeOf(importInto(KeyId, third))).toMatch(/^IncorrectKeyMaterialException/);
  await importInto(KeyId, second);
  expect(await describeKey(KeyId)).toMatchObject({ KeyState: "PendingImport" });
  await importInto(KeyId, first);
  expect((await decrypt()).KeyMaterialId).toBe(one);
});

test("material that waits for a rotation can be deleted, and other material imported", async () => {
  const { KeyId } = await newKey();
  await importInto(KeyId, randomBytes(32));
  for (const round of [1, 2]) {
    const input = { ...(await wrappedFor(KeyId, randomBytes(32))), ...FOREVER };
    const { KeyMaterialId } = await client.send(
      new kms.ImportKeyMaterialCommand({ ...input, ImportType: "NEW_KEY_MATERIAL" }),
    );
    if (round === 1)
      await client.send(new kms.DeleteImportedKeyMaterialCommand({ KeyId, KeyMaterialId }));
    expect(await describeKey(KeyId)).toMatchObject({ KeyState: "Enabled" });
  }
  await client.send(new kms.RotateKeyOnDemandCommand({ KeyId }));
  await client.send(new kms.DeleteImportedKeyMaterialCommand({ KeyId }));
  expect(await describeKey(KeyId)).toMatchObject({ KeyState: "PendingImport" });
});

test.each([
  [{ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" }, /^Unsupported.*key spec is HMAC_256/],
  [{ MultiRegion: true }, /^UnsupportedOperationException: .*multi-Region keys/],
] as const)("a key of %j takes no second material", async (input, reason) => {
  const { KeyId } = await newKey(input);
  await importInto(KeyId, randomBytes(32));
  const second = { ...(await wrappedFor(KeyId, randomBytes(32))), ...FOREVER };
  const adding = new kms.ImportKeyMaterialCommand({ ...second, ImportType: "NEW_KEY_MATERIAL" });
  expect(await outcomeOf(client.send(adding))).toMatch(reason);
});

test.each([
  "RSAES_OAEP_SHA_1",
  "RSAES_OAEP_SHA_256",
  "RSA_AES_KEY_WRAP_SHA_1",
  "RSA_AES_KEY_WRAP_SHA_256",
] as const)("material comes wrapped by %s", async (algorithm) => {
  const { KeyId } = await newKey();
  await importInto(KeyId, randomBytes(32), algorithm);
  expect(await describeKey(KeyId)).toMatchObject({ KeyState: "Enabled" });
});

test("a key pair is imported, and its public half is the owner's", async () => {
  const { KeyId } = await newKey({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
  const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const other = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
  const bytes = (key: typeof pair.privateKey) => key.export({ type: "pkcs8", format: "der" });
  expect(
    await outcomeOf(importInto(KeyId, bytes(other.privateKey), "RSA_AES_KEY_WRAP_SHA_256")),
  ).toMatch(/^IncorrectKeyMaterialException/);
  await importInto(KeyId, bytes(pair.privateKey), "RSA_AES_KEY_WRAP_SHA_256");
  const { PublicKey } = await client.send(new kms.GetPublicKeyCommand({ KeyId }));
  const mine = pair.publicKey.export({ type: "spki", format: "der" });
  expect(Buffer.from(PublicKey ?? [])).toEqual(mine);
});

describe("an import is refused", () => {
  test("without a date for material that expires, or with one that isn't to come", async () => {
    const { KeyId } = await newKey();
    const wrapped = await wrappedFor(KeyId, randomBytes(32));
    const send = (input: Partial<kms.ImportKeyMaterialCommandInput>) =>
      outcomeOf(client.send(new kms.ImportKeyMaterialCommand({ ...wrapped, ...input })));
    const expires = "KEY_MATERIAL_EXPIRES";
    expect(await send({})).toBe(
      `ValidationException: A validTo date must be set if the ExpirationModel is ${expires}`,
    );
    expect(await send({ ValidTo: new Date(0) })).toMatch(/^ValidationException: The validTo/);
    expect(await send({ ...FOREVER, ValidTo: new Date() })).toMatch(/^ValidationException/);
    const ValidTo = new Date(Date.now() + 60_000);
    expect(await send({ ValidTo })).toBe("done");
    expect(await describeKey(KeyId)).toMatchObject({ ExpirationModel: "KEY_MATERIAL_EXPIRES" });
  });

  test("with another key's token, other bytes, or into a key of KMS's own", async () => {
    const one = await newKey();
    const other = await newKey();
    const wrapped = await wrappedFor(one.KeyId, randomBytes(32));
    const send = (input: Partial<kms.ImportKeyMaterialCommandInput>) =>
      outcomeOf(
        client.send(new kms.ImportKeyMaterialCommand({ ...wrapped, ...FOREVER, ...input })),
      );
    expect(await send({ KeyId: other.KeyId })).toMatch(/^InvalidImportTokenException/);
    expect(await send({ ImportToken: randomBytes(64) })).toMatch(/^InvalidImportTokenException/);
    expect(await send({ EncryptedKeyMaterial: randomBytes(256) })).toMatch(
      /^InvalidCiphertextException/,
    );
    expect(await outcomeOf(importInto(one.KeyId, randomBytes(31)))).toMatch(
      /^IncorrectKeyMaterialException/,
    );
    const own = await newKey({ Origin: "AWS_KMS" });
    const fact = "origin is AWS_KMS which is not valid for this operation.";
    const refused = `UnsupportedOperationException: ${own.Arn} ${fact}`;
    expect(await outcomeOf(wrappedFor(own.KeyId, randomBytes(32)))).toBe(refused);
    expect(await send({ KeyId: own.KeyId })).toBe(refused);
  });
});
