import type * as iam from "@aws-sdk/client-iam";
import type { ContextEntries } from "../../../kernel/authorization.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { echoedTags } from "../answer-members.ts";
import { alreadyExists, invalidInput, noSuchEntity, quotaExceeded } from "../errors.ts";
import type { OidcProviderRow } from "../federation-tables.ts";
import { requestTags, untagKeys } from "../identities/authorization.ts";
import { change, type IamParts } from "../parts.ts";
import {
  CLIENT_IDS_PER_OIDC_PROVIDER,
  OIDC_PROVIDERS_PER_ACCOUNT,
  THUMBPRINTS_PER_OIDC_PROVIDER,
} from "../quotas.ts";
import { refuseOverQuota } from "../rows/named-rows.ts";
import {
  deleteOidcProvider,
  findOidcProviderRow,
  insertOidcProvider,
  oidcProviderArns,
  requireOidcProvider,
  setOidcProvider,
  stringsOf,
} from "../rows/oidc-providers.ts";
import { deleteTagsOf, putTags } from "../rows/tags.ts";
import type { Db, IamTables } from "../tables.ts";
import { onTaggedResource, tagPage, tagResource, untagResource } from "../tags/tagged-resources.ts";
import { oidcProviderUrl, refuseUnreachableIssuer } from "./oidc-provider-urls.ts";

interface ArnInput {
  readonly OpenIDConnectProviderArn: string;
}

export function openIdConnectProviderOperations(parts: IamParts) {
  const onProvider = (
    { OpenIDConnectProviderArn: arn }: ArnInput,
    context: RequestContext,
    extra: ContextEntries = {},
  ) => onTaggedResource(context, arn, arn, extra);
  const findArn = (input: ArnInput, context: RequestContext) => async (db: Db) =>
    (await requireOidcProvider(db, context.accountId, input.OpenIDConnectProviderArn)).arn;

  return defineOperations<typeof iam>()({
    CreateOpenIDConnectProvider: {
      authorize: (input, context) =>
        onTaggedResource(
          context,
          arnOf(context, oidcProviderUrl(input.Url)),
          undefined,
          requestTags(input.Tags),
        ),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const provider = await insertProvider(parts, db, context, input);
          await putTags(db, context.accountId, provider.arn, input.Tags);
          return { OpenIDConnectProviderArn: provider.arn, ...echoedTags(input.Tags) };
        }),
    },
    GetOpenIDConnectProvider: withSubject({
      authorize: (input, context) => onProvider(input, context),
      handle: async (_input, context, { arn, tags }) => {
        const db = context.db<IamTables>();
        const provider = await requireOidcProvider(db, context.accountId, arn);
        return {
          Url: provider.url,
          ClientIDList: stringsOf(provider.client_ids),
          ThumbprintList: stringsOf(provider.thumbprints),
          CreateDate: new Date(provider.created_ms),
          Tags: [...tags],
        };
      },
    }),
    ListOpenIDConnectProviders: {
      authorize: (_input, context) => ({ action: `iam:${context.operation}`, resource: "*" }),
      handle: async (_input, context) => {
        const arns = await oidcProviderArns(context.db<IamTables>(), context.accountId);
        return { OpenIDConnectProviderList: arns.map((arn) => ({ Arn: arn })) };
      },
    },
    DeleteOpenIDConnectProvider: {
      authorize: (input, context) => onProvider(input, context),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const arn = input.OpenIDConnectProviderArn;
          const provider = await findOidcProviderRow(db, context.accountId, arn);
          // AWS has another sentence here than everywhere else.
          if (!provider) throw noSuchEntity(`OpenId connect Provider ${arn} cannot be found.`);
          await deleteTagsOf(db, arn);
          await deleteOidcProvider(db, arn);
          return {};
        }),
    },
    UpdateOpenIDConnectProviderThumbprint: {
      authorize: (input, context) => onProvider(input, context),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { arn } = await requireOidcProvider(
            db,
            context.accountId,
            input.OpenIDConnectProviderArn,
          );
          const thumbprints = thumbprintsText(input.ThumbprintList);
          await setOidcProvider(db, arn, { thumbprints });
          return {};
        }),
    },
    AddClientIDToOpenIDConnectProvider: {
      authorize: (input, context) => onProvider(input, context),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const provider = await requireOidcProvider(
            db,
            context.accountId,
            input.OpenIDConnectProviderArn,
          );
          const { ClientID: added } = input;
          const ids = [...stringsOf(provider.client_ids), added];
          await setOidcProvider(db, provider.arn, { client_ids: clientIdsText(ids) });
          return {};
        }),
    },
    RemoveClientIDFromOpenIDConnectProvider: {
      authorize: (input, context) => onProvider(input, context),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const provider = await requireOidcProvider(
            db,
            context.accountId,
            input.OpenIDConnectProviderArn,
          );
          const { ClientID: removed } = input;
          const rest = stringsOf(provider.client_ids).filter((id) => id !== removed);
          await setOidcProvider(db, provider.arn, { client_ids: clientIdsText(rest) });
          return {};
        }),
    },
    TagOpenIDConnectProvider: {
      authorize: (input, context) => onProvider(input, context, requestTags(input.Tags)),
      handle: (input, context) => tagResource(parts, context, findArn(input, context), input.Tags),
    },
    UntagOpenIDConnectProvider: {
      authorize: (input, context) => onProvider(input, context, untagKeys(input.TagKeys)),
      handle: (input, context) =>
        untagResource(parts, context, findArn(input, context), input.TagKeys),
    },
    ListOpenIDConnectProviderTags: withSubject({
      authorize: (input, context) => onProvider(input, context),
      handle: async (input, context, { arn, tags }) => {
        await requireOidcProvider(context.db<IamTables>(), context.accountId, arn);
        return tagPage(arn, tags, input);
      },
    }),
  });
}

async function insertProvider(
  { outgoing }: Pick<IamParts, "outgoing">,
  db: Db,
  context: RequestContext,
  input: Checked<iam.CreateOpenIDConnectProviderRequest>,
): Promise<OidcProviderRow> {
  const { accountId } = context;
  const url = oidcProviderUrl(input.Url);
  refuseUnreachableIssuer(input.Url, outgoing);
  const provider: OidcProviderRow = {
    account_id: accountId,
    arn: arnOf(context, url),
    url,
    client_ids: clientIdsText(input.ClientIDList ?? []),
    thumbprints: thumbprintsText(input.ThumbprintList ?? []),
    created_ms: context.nowMs,
  };
  if (await findOidcProviderRow(db, accountId, provider.arn))
    throw alreadyExists(`Provider with url ${input.Url}`);
  const limit = OIDC_PROVIDERS_PER_ACCOUNT;
  await refuseOverQuota(
    db,
    "iam_oidc_providers",
    accountId,
    "OpenIdConnectProvidersPerAccount",
    limit,
  );
  await insertOidcProvider(db, provider);
  return provider;
}

function clientIdsText(ids: readonly string[]): string {
  const unique = [...new Set(ids)];
  if (unique.length > CLIENT_IDS_PER_OIDC_PROVIDER)
    throw quotaExceeded("ClientIdsPerOpenIdConnectProvider", CLIENT_IDS_PER_OIDC_PROVIDER);
  return JSON.stringify(unique);
}

function thumbprintsText(thumbprints: readonly string[]): string {
  // The sentence is AWS's; five are accepted nevertheless, as the reference has it.
  if (thumbprints.length > THUMBPRINTS_PER_OIDC_PROVIDER)
    throw invalidInput(
      `Thumbprint list must contain fewer than ${THUMBPRINTS_PER_OIDC_PROVIDER} entries.`,
    );
  return JSON.stringify(thumbprints);
}

function arnOf(context: RequestContext, url: string): string {
  return `arn:aws:iam::${context.accountId}:oidc-provider/${url}`;
}
