import type { IAM } from "@aws-sdk/client-iam";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { failureOf, iamOf } from "./iam-api.ts";

interface Pems {
  readonly cert: string;
  readonly private: string;
}

let server: TestServer;
let iam: IAM;
let authority: Pems;
let issued: Pems;
let other: Pems;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
  const make = (value: string, extra: object = {}) =>
    generate([{ name: "commonName", value }], { keyType: "ec", curve: "P-256", ...extra });
  authority = await make("authority", {
    extensions: [{ name: "basicConstraints", cA: true, critical: true }],
  });
  other = await make("other");
  issued = await make("www.example.com", {
    ca: { key: authority.private, cert: authority.cert },
  });
});
afterAll(() => server.close());

describe("server certificates", () => {
  it("are uploaded with their chain, shown without key, moved, tagged and deleted", async () => {
    const { ServerCertificateMetadata: made, Tags } = await iam.uploadServerCertificate({
      ServerCertificateName: "site",
      Path: "/cloudfront/",
      CertificateBody: issued.cert,
      PrivateKey: issued.private,
      CertificateChain: authority.cert,
      Tags: [{ Key: "team", Value: "core" }],
    });
    expect(Tags).toEqual([{ Key: "team", Value: "core" }]);
    expect(made).toMatchObject({
      Arn: "arn:aws:iam::000000000000:server-certificate/cloudfront/site",
      ServerCertificateId: expect.stringMatching(/^ASCA[A-Z2-7]{17}$/),
      Expiration: expect.any(Date),
    });
    expect(made?.Expiration?.getTime()).toBeGreaterThan(Date.now());
    await iam.updateServerCertificate({
      ServerCertificateName: "site",
      NewServerCertificateName: "moved",
      NewPath: "/",
    });
    const named = { ServerCertificateName: "moved" };
    await iam.tagServerCertificate({ ...named, Tags: [{ Key: "stage", Value: "test" }] });
    await iam.untagServerCertificate({ ...named, TagKeys: ["team"] });
    const { ServerCertificate } = await iam.getServerCertificate(named);
    expect(ServerCertificate).toEqual({
      ServerCertificateMetadata: {
        ...made,
        Path: "/",
        ServerCertificateName: "moved",
        Arn: "arn:aws:iam::000000000000:server-certificate/moved",
      },
      CertificateBody: issued.cert.trim(),
      CertificateChain: authority.cert.trim(),
      Tags: (await iam.listServerCertificateTags(named)).Tags,
    });
    expect(ServerCertificate?.Tags).toEqual([{ Key: "stage", Value: "test" }]);
    const listed = await iam.listServerCertificates({ PathPrefix: "/" });
    expect(listed.ServerCertificateMetadataList).toMatchObject([named]);
    const below = await iam.listServerCertificates({ PathPrefix: "/cloudfront/" });
    expect(below.ServerCertificateMetadataList).toEqual([]);
    const again = { CertificateBody: other.cert, PrivateKey: other.private };
    expect(await failureOf(() => iam.uploadServerCertificate({ ...named, ...again }))).toEqual({
      code: "EntityAlreadyExists",
      status: 409,
      message: "The Server Certificate with name moved already exists.",
    });
    await iam.deleteServerCertificate(named);
    expect(await failureOf(() => iam.getServerCertificate(named))).toEqual({
      code: "NoSuchEntity",
      status: 404,
      message: "The Server Certificate with name moved cannot be found.",
    });
  });

  const chain = (index: number) =>
    `Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: ${index}`;
  const unparsable = "Unable to parse certificate. Please ensure the certificate is in PEM format.";
  type Row = readonly [what: string, code: string, message: unknown, material: () => object];
  const rows: readonly Row[] = [
    ["text", "MalformedCertificate", unparsable, () => ({ CertificateBody: "certificate" })],
    [
      "two certificates",
      "MalformedCertificate",
      unparsable,
      () => ({ CertificateBody: `${issued.cert}\n${authority.cert}` }),
    ],
    [
      "a broken certificate",
      "MalformedCertificate",
      unparsable,
      () => ({ CertificateBody: issued.cert.replace("MII", "AII") }),
    ],
    ["another's key", "KeyPairMismatch", expect.any(String), () => ({ PrivateKey: other.private })],
    ["no key", "MalformedCertificate", expect.any(String), () => ({ PrivateKey: "key" })],
    ["another issuer", "MalformedCertificate", chain(-1), () => ({ CertificateChain: other.cert })],
    [
      "a chain out of order",
      "MalformedCertificate",
      chain(0),
      () => ({ CertificateChain: `${authority.cert}\n${other.cert}` }),
    ],
  ];

  it.each(rows)("are refused: %s", async (_what, code, message, material) => {
    const upload = () =>
      iam.uploadServerCertificate({
        ServerCertificateName: "refused",
        CertificateBody: issued.cert,
        PrivateKey: issued.private,
        ...material(),
      });
    expect(await failureOf(upload)).toEqual({ code, status: 400, message });
  });
});
