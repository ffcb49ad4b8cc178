import type { IAM } from "@aws-sdk/client-iam";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, failureOf, iamOf, makeUser } from "./iam-api.ts";

const OIDC_ARN = "arn:aws:iam::000000000000:oidc-provider/";
const UNSENT = "Invalid Open ID Connect Provider URL: nothing is sent there, because";
const THUMBPRINT = "3768084dfb3d2b68b7897bf5f565da8efc10b2a7";

let server: TestServer;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
});
afterAll(() => server.close());

describe("OpenID Connect providers", () => {
  const Url = "https://login.example.com/tenant";
  const OpenIDConnectProviderArn = `${OIDC_ARN}login.example.com/tenant`;

  it("are made, shown without scheme, changed, tagged, listed and deleted", async () => {
    const made = await iam.createOpenIDConnectProvider({
      Url,
      ClientIDList: ["a", "a", "b"],
      ThumbprintList: [THUMBPRINT],
      Tags: [{ Key: "team", Value: "core" }],
    });
    expect(made).toMatchObject({ OpenIDConnectProviderArn, Tags: [{ Key: "team" }] });
    for (const ClientID of ["c", "c"])
      await iam.addClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID });
    for (const ClientID of ["a", "gone"])
      await iam.removeClientIDFromOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID });
    const ThumbprintList = ["0".repeat(40), "1".repeat(40)];
    await iam.updateOpenIDConnectProviderThumbprint({ OpenIDConnectProviderArn, ThumbprintList });
    await iam.tagOpenIDConnectProvider({
      OpenIDConnectProviderArn,
      Tags: [{ Key: "stage", Value: "test" }],
    });
    await iam.untagOpenIDConnectProvider({ OpenIDConnectProviderArn, TagKeys: ["team"] });
    const Tags = [{ Key: "stage", Value: "test" }];
    expect(await iam.getOpenIDConnectProvider({ OpenIDConnectProviderArn })).toMatchObject({
      Url: "login.example.com/tenant",
      ClientIDList: ["b", "c"],
      ThumbprintList,
      Tags,
    });
    expect(
      await iam.listOpenIDConnectProviderTags({ OpenIDConnectProviderArn, MaxItems: 1 }),
    ).toMatchObject({ Tags, IsTruncated: false });
    const { OpenIDConnectProviderList } = await iam.listOpenIDConnectProviders({});
    expect(OpenIDConnectProviderList).toEqual([{ Arn: OpenIDConnectProviderArn }]);
    const again = await failureOf(() => iam.createOpenIDConnectProvider({ Url }));
    expect(again).toEqual({
      code: "EntityAlreadyExists",
      status: 409,
      message: `Provider with url ${Url} already exists.`,
    });
    await iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn });
    await iam.createOpenIDConnectProvider({ Url });
    const fresh = await iam.getOpenIDConnectProvider({ OpenIDConnectProviderArn });
    expect(fresh).toMatchObject({ ClientIDList: [], ThumbprintList: [], Tags: [] });
    await iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn });
  });

  const missing = { OpenIDConnectProviderArn: `${OIDC_ARN}missing.example.com` };
  const notFound = `OpenIDConnect Provider not found for arn ${missing.OpenIDConnectProviderArn}`;
  const ClientIDList = Array.from({ length: 101 }, (_, index) => `client-${index}`);

  type Row = readonly [code: string, message: string, call: () => Promise<unknown>];
  const rows: readonly Row[] = [
    ["NoSuchEntity", notFound, () => iam.getOpenIDConnectProvider(missing)],
    [
      "NoSuchEntity",
      notFound,
      () => iam.addClientIDToOpenIDConnectProvider({ ...missing, ClientID: "a" }),
    ],
    [
      "NoSuchEntity",
      `OpenId connect Provider ${missing.OpenIDConnectProviderArn} cannot be found.`,
      () => iam.deleteOpenIDConnectProvider(missing),
    ],
    [
      "InvalidInput",
      "Thumbprint list must contain fewer than 5 entries.",
      () =>
        iam.createOpenIDConnectProvider({
          Url,
          ThumbprintList: Array.from({ length: 6 }, () => THUMBPRINT),
        }),
    ],
    [
      "LimitExceeded",
      "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100",
      () => iam.createOpenIDConnectProvider({ Url, ClientIDList }),
    ],
    [
      "ValidationError",
      `${UNSENT} its address is link-local, multicast, unspecified or a cloud's metadata.`,
      () => iam.createOpenIDConnectProvider({ Url: "https://169.254.169.254" }),
    ],
    [
      "ValidationError",
      `${UNSENT} it leads to this server itself.`,
      () => iam.createOpenIDConnectProvider({ Url: server.endpoint }),
    ],
    ...["http://login.example.com", "https://login.example.com?a=b", "login"].map(
      (url): Row => [
        "ValidationError",
        "Invalid Open ID Connect Provider URL",
        () => iam.createOpenIDConnectProvider({ Url: url }),
      ],
    ),
  ];

  it.each(rows)("answer %s %s", async (code, message, call) => {
    expect(await failureOf(call)).toMatchObject({ code, message });
  });

  it("are decided by their ARN and tags", async () => {
    await iam.createOpenIDConnectProvider({ Url, Tags: [{ Key: "team", Value: "core" }] });
    const tagged = { StringEquals: { "aws:ResourceTag/team": "core" } };
    const key = await makeUser(iam, "federator", [
      allow("iam:GetOpenIDConnectProvider", { Condition: tagged }),
    ]);
    const federator = iamOf(server, key);
    await federator.getOpenIDConnectProvider({ OpenIDConnectProviderArn });
    expect(await failureOf(() => federator.getOpenIDConnectProvider(missing))).toMatchObject({
      code: "AccessDenied",
      message: expect.stringContaining(`on resource: ${missing.OpenIDConnectProviderArn}`),
    });
  });
});

describe("SAML providers", () => {
  const Name = "corp";
  const SAMLProviderArn = "arn:aws:iam::000000000000:saml-provider/corp";
  const MD = "urn:oasis:names:tc:SAML:2.0:metadata";
  let certificate: string;

  beforeAll(async () => {
    const { cert } = await generate([{ name: "commonName", value: "idp" }], { keyType: "ec" });
    certificate = cert.replace(/-----[A-Z ]+-----/g, "").trim();
  });

  /** Metadata as identity providers publish it, with one part changed. */
  function metadata(change: (text: string) => string = (text) => text): string {
    return change(`<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="${MD}" entityID="https://idp.example.com/saml" validUntil="2030-01-02T03:04:05Z">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
        <ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/sso"/>
  </md:IDPSSODescriptor>
  <!-- ${"padding ".repeat(100)} -->
</md:EntityDescriptor>`);
  }

  it("are made from metadata, shown, updated, tagged, listed and deleted", async () => {
    const made = await iam.createSAMLProvider({
      Name,
      SAMLMetadataDocument: metadata(),
      Tags: [{ Key: "team", Value: "core" }],
    });
    expect(made).toMatchObject({ SAMLProviderArn, Tags: [{ Key: "team" }] });
    const shown = await iam.getSAMLProvider({ SAMLProviderArn });
    expect(shown).toMatchObject({
      SAMLMetadataDocument: metadata(),
      ValidUntil: new Date("2030-01-02T03:04:05Z"),
      AssertionEncryptionMode: "Allowed",
      Tags: made.Tags,
    });
    const endless = metadata((text) => text.replace(/ validUntil="[^"]*"/, ""));
    await iam.updateSAMLProvider({ SAMLProviderArn, SAMLMetadataDocument: endless });
    const updated = await iam.getSAMLProvider({ SAMLProviderArn });
    expect(updated.SAMLMetadataDocument).toBe(endless);
    expect(updated.ValidUntil?.getUTCFullYear()).toBe(new Date().getUTCFullYear() + 100);
    expect(updated.SAMLProviderUUID).toBe(shown.SAMLProviderUUID);
    await iam.tagSAMLProvider({ SAMLProviderArn, Tags: [{ Key: "stage", Value: "test" }] });
    await iam.untagSAMLProvider({ SAMLProviderArn, TagKeys: ["team"] });
    const { Tags } = await iam.listSAMLProviderTags({ SAMLProviderArn });
    expect(Tags).toEqual([{ Key: "stage", Value: "test" }]);
    const { SAMLProviderList } = await iam.listSAMLProviders({});
    expect(SAMLProviderList).toMatchObject([{ Arn: SAMLProviderArn }]);
    await iam.deleteSAMLProvider({ SAMLProviderArn });
    expect(await failureOf(() => iam.getSAMLProvider({ SAMLProviderArn }))).toEqual({
      code: "NoSuchEntity",
      status: 404,
      message: `Manifest not found for arn ${SAMLProviderArn}`,
    });
  });

  it.each([
    ["text", (text: string) => text.replaceAll(/[<>]/g, " ")],
    ["a document type", (text: string) => text.replace("?>", "?><!DOCTYPE x [<!ENTITY a 'b'>]>")],
    ["no entityID", (text: string) => text.replace(/ entityID="[^"]*"/, "")],
    ["another namespace", (text: string) => text.replace(MD, `${MD}x`)],
    ["no end that can be read", (text: string) => text.replace("2030-01-02T", "soon ")],
    ["no signing certificate", (text: string) => text.replace('"signing"', '"encryption"')],
    ["a broken certificate", (text: string) => text.replace("MII", "AAA")],
    ["a service provider", (text: string) => text.replaceAll("IDPSSO", "SPSSO")],
  ])("refuse metadata with %s", async (_what, change) => {
    const create = () => iam.createSAMLProvider({ Name, SAMLMetadataDocument: metadata(change) });
    expect(await failureOf(create)).toEqual({
      code: "InvalidInput",
      status: 400,
      message: "Could not parse metadata",
    });
  });
});
