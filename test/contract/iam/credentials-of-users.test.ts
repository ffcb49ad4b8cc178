import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import type { IAM } from "@aws-sdk/client-iam";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rsaPublicKey } from "../../support/rsa-public-key.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { failureOf, iamOf } from "./iam-api.ts";

const UserName = "alice";

let server: TestServer;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
  await iam.createUser({ UserName });
});
afterAll(() => server.close());

describe("SSH public keys", () => {
  it("are uploaded as PEM or SSH, shown as either, switched off and deleted", async () => {
    const pem = rsaPublicKey();
    const { SSHPublicKey: made } = await iam.uploadSSHPublicKey({
      UserName,
      SSHPublicKeyBody: pem,
    });
    expect(made).toMatchObject({
      UserName,
      SSHPublicKeyId: expect.stringMatching(/^APKA[A-Z2-7]{17}$/),
      SSHPublicKeyBody: pem.trim(),
      Status: "Active",
    });
    const key = { UserName, SSHPublicKeyId: made?.SSHPublicKeyId };
    const get = async (Encoding: "SSH" | "PEM") =>
      (await iam.getSSHPublicKey({ ...key, Encoding })).SSHPublicKey?.SSHPublicKeyBody ?? "";
    expect(await get("PEM")).toBe(pem);
    const [algorithm, body = ""] = (await get("SSH")).split(" ");
    expect(algorithm).toBe("ssh-rsa");
    const bytes = Buffer.from(body, "base64");
    const fingerprint = createHash("md5").update(bytes).digest("hex").match(/../g)?.join(":");
    expect(made?.Fingerprint).toBe(fingerprint);
    // The modulus ends the SSH form as it ends its own field.
    const { n = "" } = createPublicKey(pem).export({ format: "jwk" });
    expect(bytes.subarray(-256).toString("base64url")).toBe(n);

    const twice = { UserName, SSHPublicKeyBody: `ssh-rsa ${body} alice@host` };
    expect(await failureOf(() => iam.uploadSSHPublicKey(twice))).toMatchObject({
      code: "DuplicateSSHPublicKey",
    });
    await iam.updateSSHPublicKey({ ...key, Status: "Inactive" });
    const { SSHPublicKeys } = await iam.listSSHPublicKeys({ UserName });
    expect(SSHPublicKeys).toEqual([{ ...key, Status: "Inactive", UploadDate: made?.UploadDate }]);
    expect(await failureOf(() => iam.deleteUser({ UserName }))).toMatchObject({
      code: "DeleteConflict",
      message: "Cannot delete entity, must remove referenced objects first.",
    });
    await iam.deleteSSHPublicKey(key);
    await iam.deleteSSHPublicKey({
      UserName,
      SSHPublicKeyId: (await iam.uploadSSHPublicKey(twice)).SSHPublicKey?.SSHPublicKeyId,
    });
    expect(await failureOf(() => iam.deleteSSHPublicKey(key))).toEqual({
      code: "NoSuchEntity",
      status: 404,
      message: `The Public Key with id ${key.SSHPublicKeyId} cannot be found.`,
    });
  });

  it.each([
    ["text", "UnrecognizedPublicKeyEncoding", () => "key"],
    ["a broken SSH key", "InvalidPublicKey", () => "ssh-rsa AAAA"],
    ["a short key", "InvalidPublicKey", () => rsaPublicKey(1024)],
    [
      "a key that isn't RSA",
      "InvalidPublicKey",
      () =>
        generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString(),
    ],
  ])("are refused: %s", async (_what, code, body) => {
    const upload = () => iam.uploadSSHPublicKey({ UserName, SSHPublicKeyBody: body() });
    expect(await failureOf(upload)).toMatchObject({ code, status: 400 });
  });
});

describe("signing certificates", () => {
  const made = async () =>
    (await generate([{ name: "commonName", value: "alice" }], { keyType: "ec", curve: "P-256" }))
      .cert;

  it("are uploaded, listed with their body, switched off, reported and deleted", async () => {
    const body = await made();
    const upload = async (CertificateBody: string) =>
      (await iam.uploadSigningCertificate({ UserName, CertificateBody })).Certificate;
    const first = await upload(body);
    expect(first).toEqual({
      UserName,
      CertificateId: expect.stringMatching(/^[A-Z2-7]{32}$/),
      CertificateBody: body,
      Status: "Active",
      UploadDate: expect.any(Date),
    });
    expect(await failureOf(() => upload(body))).toMatchObject({
      code: "DuplicateCertificate",
      status: 409,
    });
    const second = await upload(await made());
    const third = await made();
    expect(await failureOf(() => upload(third))).toEqual({
      code: "LimitExceeded",
      status: 409,
      message: "Cannot exceed quota for CertificatesPerUser: 2",
    });
    const id = { UserName, CertificateId: first?.CertificateId };
    await iam.updateSigningCertificate({ ...id, Status: "Inactive" });
    const { Certificates = [] } = await iam.listSigningCertificates({ UserName });
    const byId = Object.fromEntries(Certificates.map((each) => [each.CertificateId, each]));
    expect(byId[first?.CertificateId ?? ""]).toEqual({ ...first, Status: "Inactive" });
    expect(byId[second?.CertificateId ?? ""]).toEqual(second);
    await iam.generateCredentialReport({});
    const { Content } = await iam.getCredentialReport({});
    const line =
      Buffer.from(Content ?? [])
        .toString()
        .match(/^alice,.*$/m)?.[0]
        .split(",") ?? [];
    expect(line.filter((_, column) => column === 18 || column === 20).sort()).toEqual([
      "false",
      "true",
    ]);
    expect(await failureOf(() => iam.deleteUser({ UserName }))).toMatchObject({
      code: "DeleteConflict",
      message: "Cannot delete entity, must delete signing certificates first.",
    });
    for (const each of [first, second])
      await iam.deleteSigningCertificate({ UserName, CertificateId: each?.CertificateId });
    expect(await failureOf(() => iam.deleteSigningCertificate(id))).toEqual({
      code: "NoSuchEntity",
      status: 404,
      message: `The Certificate with id ${id.CertificateId} cannot be found.`,
    });
  });

  it("are refused when they aren't one certificate", async () => {
    const CertificateBody = "no-certificate";
    const upload = () => iam.uploadSigningCertificate({ UserName, CertificateBody });
    expect(await failureOf(upload)).toEqual({
      code: "MalformedCertificate",
      status: 400,
      message: "Certificate no-certificate is malformed.",
    });
    const lost = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----";
    const mixUp = () => iam.uploadSigningCertificate({ UserName, CertificateBody: lost });
    expect(await failureOf(mixUp)).toMatchObject({
      code: "MalformedCertificate",
      message: "The certificate is malformed.",
    });
  });
});

describe("service-specific credentials", () => {
  const ServiceName = "codecommit.amazonaws.com";

  it("are made twice, listed without secret, switched off, reset and deleted", async () => {
    const create = async () =>
      (await iam.createServiceSpecificCredential({ UserName, ServiceName }))
        .ServiceSpecificCredential;
    const [first, second] = [await create(), await create()];
    expect(first).toMatchObject({
      UserName,
      ServiceName,
      ServiceUserName: "alice-at-000000000000",
      ServicePassword: expect.any(String),
      ServiceSpecificCredentialId: expect.stringMatching(/^ACCA[A-Z2-7]{17}$/),
      Status: "Active",
    });
    expect(second?.ServiceUserName).toBe("alice+1-at-000000000000");
    expect(await failureOf(create)).toMatchObject({
      code: "LimitExceeded",
      message: "Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2",
    });
    const id = { UserName, ServiceSpecificCredentialId: first?.ServiceSpecificCredentialId };
    const reset = await iam.resetServiceSpecificCredential(id);
    expect(reset.ServiceSpecificCredential?.ServicePassword).not.toBe(first?.ServicePassword);
    await iam.updateServiceSpecificCredential({ ...id, Status: "Inactive" });
    const list = async (input: object) =>
      (await iam.listServiceSpecificCredentials(input)).ServiceSpecificCredentials ?? [];
    const all = await list({ AllUsers: true });
    expect(all).toEqual(await list({ UserName, ServiceName }));
    expect(all.map(({ Status }) => Status).sort()).toEqual(["Active", "Inactive"]);
    for (const listed of all) expect(listed).not.toHaveProperty("ServicePassword");
    await iam.deleteServiceSpecificCredential(id);
    expect((await create())?.ServiceUserName).toBe("alice-at-000000000000");
    for (const { ServiceSpecificCredentialId } of await list({ UserName }))
      await iam.deleteServiceSpecificCredential({ UserName, ServiceSpecificCredentialId });
    expect(await failureOf(() => iam.deleteServiceSpecificCredential(id))).toEqual({
      code: "NoSuchEntity",
      status: 404,
      message: `No such credential ${id.ServiceSpecificCredentialId} exists`,
    });
  });

  it("may be API keys that expire, and are for few services", async () => {
    const { ServiceSpecificCredential: key } = await iam.createServiceSpecificCredential({
      UserName,
      ServiceName: "bedrock.amazonaws.com",
      CredentialAgeDays: 2,
    });
    expect(key).toMatchObject({
      ServiceCredentialAlias: "alice-at-000000000000",
      ServiceCredentialSecret: expect.any(String),
    });
    expect(key).not.toHaveProperty("ServicePassword");
    const [made = 0, ends = 0] = [key?.CreateDate?.getTime(), key?.ExpirationDate?.getTime()];
    expect(ends - made).toBe(2 * 86_400_000);
    const unknown = { UserName, ServiceName: "s3.amazonaws.com" };
    for (const call of [
      () => iam.createServiceSpecificCredential(unknown),
      () => iam.listServiceSpecificCredentials(unknown),
    ])
      expect(await failureOf(call)).toEqual({
        code: "NoSuchEntity",
        status: 404,
        message: "No such service s3.amazonaws.com is supported for Service Specific Credentials",
      });
    const both = { UserName, AllUsers: true };
    expect(await failureOf(() => iam.listServiceSpecificCredentials(both))).toMatchObject({
      ...{ code: "ValidationError", status: 400 },
    });
    const nobody = { ...unknown, UserName: "nobody" };
    expect(await failureOf(() => iam.listServiceSpecificCredentials(nobody))).toMatchObject({
      message: "The user with name nobody cannot be found.",
    });
  });

  it("of one service are listed without a word of pages, unless there is a next one", async () => {
    await iam.createServiceSpecificCredential({ UserName, ServiceName });
    await iam.createServiceSpecificCredential({ UserName, ServiceName });
    const list = (input: object) => iam.listServiceSpecificCredentials({ UserName, ...input });
    expect(await list({ ServiceName })).not.toHaveProperty("IsTruncated");
    expect(await list({})).toMatchObject({ IsTruncated: false });
    const first = await list({ ServiceName, MaxItems: 1 });
    expect(first).toMatchObject({ IsTruncated: true, Marker: expect.any(String) });
    const second = await list({ ServiceName, MaxItems: 1, Marker: first.Marker });
    expect(second.ServiceSpecificCredentials).toHaveLength(1);
    expect(second).not.toHaveProperty("IsTruncated");
  });
});
