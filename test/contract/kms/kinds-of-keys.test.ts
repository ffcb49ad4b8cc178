import * as kms from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { kmsOf, outcomeOf } from "./support.ts";

/*
 * Grants and condition keys of keys that sign, make MACs, agree on secrets or are imported.
 * Sources: KMS developer guide, "Grant operations" and "AWS KMS condition keys".
 */

const Message = Buffer.from("text");
const SIGN = { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" } as const;
const MAC = { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" } as const;
const ECDSA = { SigningAlgorithm: "ECDSA_SHA_256" } as const;

let server: TestServer;
let root: kms.KMSClient;
const keys = new Map<string, string>();
beforeAll(async () => {
  server = await startTestServer();
  root = kmsOf(server);
  const kinds: Record<string, kms.CreateKeyCommandInput> = {
    sign: SIGN,
    mac: MAC,
    agree: { KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" },
    rsa: { KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" },
    imported: { Origin: "EXTERNAL" },
    plain: {},
  };
  for (const [name, input] of Object.entries(kinds)) {
    const { KeyMetadata } = await root.send(new kms.CreateKeyCommand(input));
    keys.set(name, KeyMetadata?.Arn ?? "");
  }
});
afterAll(() => server?.close());

const keyOf = (name: string) => keys.get(name) ?? "";

let users = 0;
const newUser = (...statements: Parameters<typeof createUser>[2] & object) =>
  createUser(server.clients().iam, `user-${++users}`, statements);

describe("a grant", () => {
  test.each<[string, kms.GrantOperation[], kms.GrantOperation[]]>([
    ["sign", ["Sign", "Verify", "GetPublicKey", "DescribeKey"], ["Encrypt", "GenerateMac"]],
    ["mac", ["GenerateMac", "VerifyMac", "CreateGrant"], ["GetPublicKey", "Decrypt"]],
    ["agree", ["DeriveSharedSecret", "GetPublicKey"], ["Sign", "GenerateDataKey"]],
    ["rsa", ["Encrypt", "Decrypt", "ReEncryptFrom", "GetPublicKey"], ["GenerateDataKey", "Sign"]],
    ["plain", ["Encrypt", "GenerateDataKeyPair"], ["Sign", "GetPublicKey", "VerifyMac"]],
  ])("on a key of the kind %s takes its operations alone", async (name, taken, refused) => {
    const { arn: GranteePrincipal } = await newUser();
    const grant = (Operations: kms.GrantOperation[]) =>
      outcomeOf(
        root.send(new kms.CreateGrantCommand({ KeyId: keyOf(name), GranteePrincipal, Operations })),
      );
    expect(await grant(taken)).toBe("done");
    for (const operation of refused) {
      expect(await grant([operation])).toMatch(`ValidationException: Grant operation ${operation}`);
    }
  });

  test("lets its grantee sign, and with an encryption context is for symmetric keys", async () => {
    const user = await newUser();
    const grant = { KeyId: keyOf("sign"), GranteePrincipal: user.arn };
    const signs = new kms.SignCommand({ KeyId: keyOf("sign"), Message, ...ECDSA });
    const client = kmsOf(server, user);
    expect(await outcomeOf(client.send(signs))).toMatch(/not authorized to perform: kms:Sign/);
    await root.send(new kms.CreateGrantCommand({ ...grant, Operations: ["Sign"] }));
    expect(await outcomeOf(client.send(signs))).toBe("done");
    const Constraints = { EncryptionContextSubset: { a: "b" } };
    const bound = new kms.CreateGrantCommand({ ...grant, Operations: ["Sign"], Constraints });
    expect(await outcomeOf(root.send(bound))).toMatch(
      /^ValidationException: KeySpec ECC_NIST_P256/,
    );
  });
});

type Send = (client: kms.KMSClient) => Promise<unknown>;

const wrapping = { WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" } as const;

describe("a condition", () => {
  test.each<[string, string, string, Send]>([
    [
      ...(["kms:SigningAlgorithm", "ECDSA_SHA_256", "ECDSA_SHA_384"] as const),
      (client) => client.send(new kms.SignCommand({ KeyId: keyOf("sign"), Message, ...ECDSA })),
    ],
    [
      ...(["kms:MessageType", "RAW", "DIGEST"] as const),
      (client) => client.send(new kms.SignCommand({ KeyId: keyOf("sign"), Message, ...ECDSA })),
    ],
    [
      ...(["kms:MacAlgorithm", "HMAC_SHA_256", "HMAC_SHA_512"] as const),
      (client) =>
        client.send(
          new kms.GenerateMacCommand({
            ...{ KeyId: keyOf("mac"), Message, MacAlgorithm: "HMAC_SHA_256" },
          }),
        ),
    ],
    [
      ...(["kms:EncryptionAlgorithm", "RSAES_OAEP_SHA_1", "SYMMETRIC_DEFAULT"] as const),
      (client) =>
        client.send(
          new kms.EncryptCommand({
            ...{ KeyId: keyOf("rsa"), Plaintext: Message, EncryptionAlgorithm: "RSAES_OAEP_SHA_1" },
          }),
        ),
    ],
    [
      ...(["kms:DataKeyPairSpec", "ECC_NIST_P256", "RSA_2048"] as const),
      (client) =>
        client.send(
          new kms.GenerateDataKeyPairWithoutPlaintextCommand({
            ...{ KeyId: keyOf("plain"), KeyPairSpec: "ECC_NIST_P256" },
          }),
        ),
    ],
    [
      ...(["kms:WrappingAlgorithm", "RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"] as const),
      (client) =>
        client.send(
          new kms.GetParametersForImportCommand({ KeyId: keyOf("imported"), ...wrapping }),
        ),
    ],
    [
      ...(["kms:KeyOrigin", "EXTERNAL", "AWS_KMS"] as const),
      (client) => client.send(new kms.DescribeKeyCommand({ KeyId: keyOf("imported") })),
    ],
    [
      ...(["kms:KeySpec", "HMAC_256", "SYMMETRIC_DEFAULT"] as const),
      (client) => client.send(new kms.DescribeKeyCommand({ KeyId: keyOf("mac") })),
    ],
    [
      ...(["kms:KeyUsage", "SIGN_VERIFY", "ENCRYPT_DECRYPT"] as const),
      (client) => client.send(new kms.CreateKeyCommand(SIGN)),
    ],
    [
      ...(["kms:MultiRegionKeyType", "PRIMARY", "REPLICA"] as const),
      (client) => client.send(new kms.CreateKeyCommand({ MultiRegion: true })),
    ],
  ])("on %s holds for %s and not for %s", async (key, value, other, send) => {
    const when = (wanted: string) => ({
      ...allow("kms:*"),
      Condition: { StringEquals: { [key]: wanted } },
    });
    const fits = kmsOf(server, await newUser(when(value)));
    const differs = kmsOf(server, await newUser(when(other)));
    expect(await outcomeOf(send(fits))).toBe("done");
    expect(await outcomeOf(send(differs))).toMatch(/^AccessDeniedException/);
  });
});

test("GetKeyLastUsage knows the last use that succeeded", async () => {
  const { KeyMetadata } = await root.send(new kms.CreateKeyCommand(MAC));
  const { KeyId = "", Arn, CreationDate } = KeyMetadata ?? {};
  const lastUsage = async () => {
    const { $metadata: _, ...usage } = await root.send(new kms.GetKeyLastUsageCommand({ KeyId }));
    return usage;
  };
  const facts = { KeyId: Arn, TrackingStartDate: CreationDate, KeyCreationDate: CreationDate };
  const input = { KeyId, Message, MacAlgorithm: "HMAC_SHA_256" } as const;
  const unused = [
    root.send(new kms.GenerateMacCommand({ ...input, DryRun: true })),
    root.send(new kms.VerifyMacCommand({ ...input, Mac: Message })),
    root.send(new kms.SignCommand({ KeyId, Message, ...ECDSA })),
  ];
  expect(await Promise.all(unused.map(outcomeOf))).not.toContain("done");
  expect(await lastUsage()).toEqual({ ...facts, KeyLastUsage: {} });
  const { $metadata, Mac } = await root.send(new kms.GenerateMacCommand(input));
  const first = { Operation: "GenerateMac", KmsRequestId: $metadata.requestId };
  expect((await lastUsage()).KeyLastUsage).toEqual({ ...first, Timestamp: expect.any(Date) });
  await root.send(new kms.VerifyMacCommand({ ...input, Mac }));
  expect((await lastUsage()).KeyLastUsage).toMatchObject({ Operation: "VerifyMac" });
});
