import { declareType } from "../../../kernel/resource-types/declare-type.ts";
import { listed, pick } from "../../../kernel/resource-types/members.ts";
import { membersPart } from "../../../kernel/resource-types/parts.ts";
import { iam, iamTags } from "./iam-calls.ts";

interface OidcProvider {
  readonly Url: string;
  readonly ClientIDList?: readonly string[];
  readonly ThumbprintList?: readonly string[];
  readonly Tags?: readonly unknown[];
}

const byArn = (Arn: unknown) => ({ OpenIDConnectProviderArn: Arn });

export const oidcProviderType = declareType({
  typeName: "AWS::IAM::OIDCProvider",
  fixed: ["Url"],
  parts: [
    membersPart({
      property: "ClientIdList",
      isCreated: true,
      add: ({ Arn }, ClientID, call) =>
        iam(call, "AddClientIDToOpenIDConnectProvider", { ...byArn(Arn), ClientID }),
      remove: ({ Arn }, ClientID, call) =>
        iam(call, "RemoveClientIDFromOpenIDConnectProvider", { ...byArn(Arn), ClientID }),
    }),
    {
      properties: ["ThumbprintList"],
      isCreated: true,
      async write({ id: { Arn }, want: { ThumbprintList = [] } }, call) {
        const input = { ...byArn(Arn), ThumbprintList };
        await iam(call, "UpdateOpenIDConnectProviderThumbprint", input);
      },
    },
    iamTags("OpenIDConnectProvider", "OpenIDConnectProviderArn", "Arn"),
  ],
  async create(want, call) {
    const answer = await iam<{ OpenIDConnectProviderArn: string }>(
      call,
      "CreateOpenIDConnectProvider",
      {
        ...pick(want, ["Url", "ThumbprintList", "Tags"]),
        ClientIDList: want.ClientIdList,
      },
    );
    return { Arn: answer.OpenIDConnectProviderArn };
  },
  async read({ Arn }, call) {
    const found = await iam<OidcProvider>(call, "GetOpenIDConnectProvider", byArn(Arn));
    return {
      Arn,
      Url: found.Url.startsWith("https://") ? found.Url : `https://${found.Url}`,
      ClientIdList: listed(found.ClientIDList),
      ThumbprintList: listed(found.ThumbprintList),
      Tags: listed(found.Tags),
    };
  },
  async delete({ Arn }, call) {
    await iam(call, "DeleteOpenIDConnectProvider", byArn(Arn));
    return undefined;
  },
  async *list(_model, call) {
    const operation = "ListOpenIDConnectProviders";
    const answer = await iam<{ OpenIDConnectProviderList: readonly { Arn: string }[] }>(
      call,
      operation,
      {},
    );
    for (const { Arn } of answer.OpenIDConnectProviderList) yield { Arn };
  },
});

interface SamlProvider {
  readonly SAMLProviderUUID?: string;
  readonly SAMLMetadataDocument?: string;
  readonly AssertionEncryptionMode?: string;
  readonly Tags?: readonly unknown[];
}

export const samlProviderType = declareType({
  typeName: "AWS::IAM::SAMLProvider",
  naming: { property: "Name", lengthMax: 128 },
  fixed: ["Name", "AddPrivateKey"],
  parts: [
    {
      properties: ["SamlMetadataDocument", "AssertionEncryptionMode"],
      isCreated: true,
      async write({ id: { Arn }, want }, call) {
        await iam(call, "UpdateSAMLProvider", {
          ...pick(want, ["AssertionEncryptionMode"]),
          SAMLProviderArn: Arn,
          SAMLMetadataDocument: want.SamlMetadataDocument,
        });
      },
    },
    iamTags("SAMLProvider", "SAMLProviderArn", "Arn"),
  ],
  async create(want, call) {
    const answer = await iam<{ SAMLProviderArn: string }>(call, "CreateSAMLProvider", {
      ...pick(want, ["Name", "AddPrivateKey", "AssertionEncryptionMode", "Tags"]),
      SAMLMetadataDocument: want.SamlMetadataDocument,
    });
    return { Arn: answer.SAMLProviderArn };
  },
  isReadAfterwards: true,
  async read({ Arn }, call) {
    const found = await iam<SamlProvider>(call, "GetSAMLProvider", { SAMLProviderArn: Arn });
    return {
      Arn,
      Name: String(Arn).split("/").at(-1),
      SamlProviderUUID: found.SAMLProviderUUID,
      SamlMetadataDocument: found.SAMLMetadataDocument,
      AssertionEncryptionMode: found.AssertionEncryptionMode,
      Tags: listed(found.Tags),
    };
  },
  async delete({ Arn }, call) {
    await iam(call, "DeleteSAMLProvider", { SAMLProviderArn: Arn });
    return undefined;
  },
  async *list(_model, call) {
    const answer = await iam<{ SAMLProviderList: readonly { Arn: string }[] }>(
      call,
      "ListSAMLProviders",
      {},
    );
    for (const { Arn } of answer.SAMLProviderList) yield { Arn };
  },
});
