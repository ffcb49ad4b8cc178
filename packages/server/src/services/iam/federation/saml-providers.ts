import type * as iam from "@aws-sdk/client-iam";
import type { ContextEntries } from "../../../kernel/authorization.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { echoedTags } from "../answer-members.ts";
import { alreadyExists } from "../errors.ts";
import type { SamlProviderRow } from "../federation-tables.ts";
import { requestTags, untagKeys } from "../identities/authorization.ts";
import { change, type IamParts } from "../parts.ts";
import { SAML_PROVIDERS_PER_ACCOUNT } from "../quotas.ts";
import { refuseOverQuota } from "../rows/named-rows.ts";
import {
  deleteSamlProvider,
  findSamlProviderRow,
  insertSamlProvider,
  requireSamlProvider,
  samlPrivateKeys,
  samlProvidersOf,
  setSamlProvider,
} from "../rows/saml-providers.ts";
import { deleteTagsOf, putTags } from "../rows/tags.ts";
import type { Db, IamTables } from "../tables.ts";
import { onTaggedResource, tagPage, tagResource, untagResource } from "../tags/tagged-resources.ts";
import { parseSamlMetadata } from "./saml-metadata.ts";
import { changeEncryption } from "./saml-private-keys.ts";

/** Characters of a provider's own id. */
const UUID_LENGTH = 26;
/** Metadata without `validUntil` is shown to be valid this long, as on AWS. */
const VALID_YEARS = 100;

interface ArnInput {
  readonly SAMLProviderArn: string;
}

export function samlProviderOperations(parts: IamParts) {
  const onProvider = (
    { SAMLProviderArn: arn }: ArnInput,
    context: RequestContext,
    extra: ContextEntries = {},
  ) => onTaggedResource(context, arn, arn, extra);
  const findArn = (input: ArnInput, context: RequestContext) => async (db: Db) =>
    (await requireSamlProvider(db, context.accountId, input.SAMLProviderArn)).arn;

  return defineOperations<typeof iam>()({
    CreateSAMLProvider: {
      authorize: (input, context) =>
        onTaggedResource(context, arnOf(context, input.Name), undefined, requestTags(input.Tags)),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const provider = await insertProvider(parts, db, context, input);
          const { arn } = provider;
          await changeEncryption(parts, db, context, provider, input);
          await putTags(db, context.accountId, arn, input.Tags);
          return { SAMLProviderArn: arn, ...echoedTags(input.Tags) };
        }),
    },
    GetSAMLProvider: withSubject({
      authorize: (input, context) => onProvider(input, context),
      handle: async (_input, context, { arn, tags }) => {
        const db = context.db<IamTables>();
        const provider = await requireSamlProvider(db, context.accountId, arn);
        return {
          SAMLProviderUUID: provider.provider_uuid,
          SAMLMetadataDocument: provider.metadata_document,
          CreateDate: new Date(provider.created_ms),
          ValidUntil: new Date(provider.valid_until_ms),
          Tags: [...tags],
          AssertionEncryptionMode: provider.encryption_mode ?? "Allowed",
          PrivateKeyList: (await samlPrivateKeys(db, provider.arn)).map((key) => ({
            KeyId: key.key_id,
            Timestamp: new Date(key.created_ms),
          })),
        };
      },
    }),
    ListSAMLProviders: {
      authorize: (_input, context) => ({ action: `iam:${context.operation}`, resource: "*" }),
      handle: async (_input, context) => {
        const rows = await samlProvidersOf(context.db<IamTables>(), context.accountId);
        const SAMLProviderList = rows.map((row) => ({
          Arn: row.arn,
          ValidUntil: new Date(row.valid_until_ms),
          CreateDate: new Date(row.created_ms),
        }));
        return { SAMLProviderList };
      },
    },
    UpdateSAMLProvider: {
      authorize: (input, context) => onProvider(input, context),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const provider = await requireSamlProvider(db, context.accountId, input.SAMLProviderArn);
          const { arn } = provider;
          await changeEncryption(parts, db, context, provider, input);
          const { SAMLMetadataDocument: text } = input;
          if (text !== undefined)
            await setSamlProvider(db, arn, {
              metadata_document: text,
              valid_until_ms: validUntil(text, context.nowMs),
            });
          return { SAMLProviderArn: arn };
        }),
    },
    DeleteSAMLProvider: {
      authorize: (input, context) => onProvider(input, context),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { arn } = await requireSamlProvider(db, context.accountId, input.SAMLProviderArn);
          await deleteTagsOf(db, arn);
          await deleteSamlProvider(db, arn);
          return {};
        }),
    },
    TagSAMLProvider: {
      authorize: (input, context) => onProvider(input, context, requestTags(input.Tags)),
      handle: (input, context) => tagResource(parts, context, findArn(input, context), input.Tags),
    },
    UntagSAMLProvider: {
      authorize: (input, context) => onProvider(input, context, untagKeys(input.TagKeys)),
      handle: (input, context) =>
        untagResource(parts, context, findArn(input, context), input.TagKeys),
    },
    ListSAMLProviderTags: withSubject({
      authorize: (input, context) => onProvider(input, context),
      handle: async (input, context, { arn, tags }) => {
        await requireSamlProvider(context.db<IamTables>(), context.accountId, arn);
        return tagPage(arn, tags, input);
      },
    }),
  });
}

async function insertProvider(
  parts: IamParts,
  db: Db,
  context: RequestContext,
  input: Checked<iam.CreateSAMLProviderRequest>,
): Promise<SamlProviderRow> {
  const { accountId } = context;
  const name = input.Name;
  const document = input.SAMLMetadataDocument;
  const provider: SamlProviderRow = {
    account_id: accountId,
    arn: arnOf(context, name),
    provider_uuid: parts.ids.base32(UUID_LENGTH),
    metadata_document: document,
    valid_until_ms: validUntil(document, context.nowMs),
    created_ms: context.nowMs,
    encryption_mode: null,
  };
  if (await findSamlProviderRow(db, accountId, provider.arn))
    throw alreadyExists(`SAMLProvider with name ${name}`);
  const limit = SAML_PROVIDERS_PER_ACCOUNT;
  await refuseOverQuota(db, "iam_saml_providers", accountId, "SAMLProvidersPerAccount", limit);
  await insertSamlProvider(db, provider);
  return provider;
}

function validUntil(document: string, nowMs: number): number {
  const { validUntilMs } = parseSamlMetadata(document);
  if (validUntilMs !== undefined) return validUntilMs;
  const until = new Date(nowMs);
  return until.setUTCFullYear(until.getUTCFullYear() + VALID_YEARS);
}

function arnOf(context: RequestContext, name: string): string {
  return `arn:aws:iam::${context.accountId}:saml-provider/${name}`;
}
