import type { IAM } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, failureOf, iamOf, makeUser } from "./iam-api.ts";

const OIDC_ARN = "arn:aws:iam::000000000000:oidc-provider/";
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
