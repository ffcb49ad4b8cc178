import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import type { ContextEntries, RequestContext } from "../../../kernel/request-context.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import { echoedTags } from "../answer-members.ts";
import { alreadyExists } from "../errors.ts";
import type { ServerCertificateRow } from "../federation-tables.ts";
import { requestTags, untagKeys } from "../identities/authorization.ts";
import { change, type IamParts } from "../parts.ts";
import { SERVER_CERTIFICATES_PER_ACCOUNT } from "../quotas.ts";
import { required } from "../required.ts";
import { readNamedPage, refuseOverQuota } from "../rows/named-rows.ts";
import {
  deleteServerCertificate,
  findServerCertificate,
  insertServerCertificate,
  requireServerCertificate,
  setServerCertificate,
} from "../rows/server-certificates.ts";
import { deleteTagsOf, putTags, tagsOf } from "../rows/tags.ts";
import type { Db, IamTables } from "../tables.ts";
import {
  listResourceTags,
  onTaggedResource,
  tagResource,
  untagResource,
} from "../tags/tagged-resources.ts";
import { checkServerCertificate } from "./server-certificate-material.ts";

const TABLE = "iam_server_certificates";

interface NamedInput {
  readonly ServerCertificateName?: string | undefined;
}

export function serverCertificateOperations(parts: IamParts) {
  const nameIn = (input: NamedInput) =>
    required(input.ServerCertificateName, "serverCertificateName");
  const onCertificate = async (
    input: NamedInput,
    context: RequestContext,
    extra: ContextEntries = {},
  ) => {
    const name = nameIn(input);
    const found = await findServerCertificate(context.db<IamTables>(), context.accountId, name);
    const arn = arnOf(context.accountId, found?.path, found?.certificate_name ?? name);
    return onTaggedResource(context, arn, found?.certificate_id, extra);
  };
  const findId = (input: NamedInput, context: RequestContext) => async (db: Db) =>
    (await requireServerCertificate(db, context.accountId, nameIn(input))).certificate_id;

  return defineOperations<typeof iam>()({
    UploadServerCertificate: {
      authorize: (input, context) =>
        onTaggedResource(
          context,
          arnOf(context.accountId, input.Path, nameIn(input)),
          undefined,
          requestTags(input.Tags),
        ),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const row = await insertCertificate(parts, db, context, input);
          await putTags(db, context.accountId, row.certificate_id, input.Tags);
          return {
            ServerCertificateMetadata: metadata(row),
            ...echoedTags(input.Tags),
          };
        }),
    },
    GetServerCertificate: {
      authorize: onCertificate,
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const row = await requireServerCertificate(db, context.accountId, nameIn(input));
        return {
          ServerCertificate: {
            ServerCertificateMetadata: metadata(row),
            CertificateBody: row.certificate_body,
            ...(row.certificate_chain === null ? {} : { CertificateChain: row.certificate_chain }),
            Tags: await tagsOf(db, row.certificate_id),
          },
        };
      },
    },
    ListServerCertificates: {
      authorize: (_input, context) => ({ action: `iam:${context.operation}`, resource: "*" }),
      handle: listCertificates,
    },
    UpdateServerCertificate: {
      authorize: async (input, context) => {
        const present = await onCertificate(input, context);
        const { NewPath, NewServerCertificateName } = input;
        if (NewPath === undefined && NewServerCertificateName === undefined) return present;
        // As with users and groups: allowed where it is and where it goes.
        const found = await findServerCertificate(
          context.db<IamTables>(),
          context.accountId,
          nameIn(input),
        );
        const name = NewServerCertificateName ?? nameIn(input);
        const moved = arnOf(context.accountId, NewPath ?? found?.path, name);
        return [present, await onTaggedResource(context, moved, found?.certificate_id)];
      },
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { accountId } = context;
          const row = await requireServerCertificate(db, accountId, nameIn(input));
          const name = input.NewServerCertificateName ?? row.certificate_name;
          if (name.toLowerCase() !== row.name_key) await refuseTakenName(db, accountId, name);
          await setServerCertificate(db, row.certificate_id, {
            certificate_name: name,
            name_key: name.toLowerCase(),
            path: input.NewPath ?? row.path,
          });
          return {};
        }),
    },
    DeleteServerCertificate: {
      authorize: onCertificate,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const row = await requireServerCertificate(db, context.accountId, nameIn(input));
          await deleteTagsOf(db, row.certificate_id);
          await deleteServerCertificate(db, row.certificate_id);
          return {};
        }),
    },
    TagServerCertificate: {
      authorize: (input, context) => onCertificate(input, context, requestTags(input.Tags)),
      handle: (input, context) => tagResource(parts, context, findId(input, context), input.Tags),
    },
    UntagServerCertificate: {
      authorize: (input, context) => onCertificate(input, context, untagKeys(input.TagKeys)),
      handle: (input, context) =>
        untagResource(parts, context, findId(input, context), input.TagKeys),
    },
    ListServerCertificateTags: {
      authorize: (input, context) => onCertificate(input, context),
      handle: (input, context) => listResourceTags(context, findId(input, context), input),
    },
  });
}

async function insertCertificate(
  parts: IamParts,
  db: Db,
  context: RequestContext,
  input: iam.UploadServerCertificateRequest,
): Promise<ServerCertificateRow> {
  const { accountId } = context;
  const name = required(input.ServerCertificateName, "serverCertificateName");
  const certificateBody = required(input.CertificateBody, "certificateBody");
  const privateKey = required(input.PrivateKey, "privateKey");
  const { CertificateChain: certificateChain } = input;
  const expires = checkServerCertificate({ certificateBody, privateKey, certificateChain });
  await refuseTakenName(db, accountId, name);
  const limit = SERVER_CERTIFICATES_PER_ACCOUNT;
  await refuseOverQuota(db, TABLE, accountId, "ServerCertificatesPerAccount", limit);
  const id = newUniqueId("ASCA", accountId, parts.ids);
  const row: ServerCertificateRow = {
    account_id: accountId,
    certificate_id: id,
    certificate_name: name,
    name_key: name.toLowerCase(),
    path: input.Path ?? "/",
    certificate_body: certificateBody.trim(),
    certificate_chain: certificateChain?.trim() ?? null,
    private_key_sealed: parts.secrets.seal(privateKey, id),
    expires_ms: expires,
    created_ms: context.nowMs,
  };
  await insertServerCertificate(db, row);
  return row;
}

async function listCertificates(input: iam.ListServerCertificatesRequest, context: RequestContext) {
  const page = await readNamedPage(TABLE, context, input);
  return { ServerCertificateMetadataList: page.items.map(metadata), ...page.output };
}

async function refuseTakenName(db: Db, accountId: string, name: string): Promise<void> {
  if (await findServerCertificate(db, accountId, name))
    throw alreadyExists(`The Server Certificate with name ${name}`);
}

function metadata(row: ServerCertificateRow) {
  return {
    Path: row.path,
    ServerCertificateName: row.certificate_name,
    ServerCertificateId: row.certificate_id,
    Arn: arnOf(row.account_id, row.path, row.certificate_name),
    UploadDate: new Date(row.created_ms),
    Expiration: new Date(row.expires_ms),
  } satisfies iam.ServerCertificateMetadata;
}

function arnOf(accountId: string, path: string | undefined, name: string): string {
  return `arn:aws:iam::${accountId}:server-certificate${path ?? "/"}${name}`;
}
