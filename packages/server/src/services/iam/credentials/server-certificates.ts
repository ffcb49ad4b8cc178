import type * as iam from "@aws-sdk/client-iam";
import type { ContextEntries } from "../../../kernel/authorization.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import { echoedTags } from "../answer-members.ts";
import type { ServerCertificateRow } from "../credential-tables.ts";
import { alreadyExists, noSuchEntity } from "../errors.ts";
import { type OnOne, requestTags, untagKeys } from "../identities/authorization.ts";
import { change, type IamParts } from "../parts.ts";
import { SERVER_CERTIFICATES_PER_ACCOUNT } from "../quotas.ts";
import { readNamedPage, refuseOverQuota } from "../rows/named-rows.ts";
import {
  deleteServerCertificate,
  findServerCertificate,
  findServerCertificateById,
  insertServerCertificate,
  setServerCertificate,
} from "../rows/server-certificates.ts";
import { deleteTagsOf, putTags, type StoredTag } from "../rows/tags.ts";
import type { Db, IamTables } from "../tables.ts";
import {
  type FindTagOwner,
  onTaggedResource,
  tagPage,
  tagResource,
  untagResource,
} from "../tags/tagged-resources.ts";
import { checkServerCertificate } from "./server-certificate-material.ts";

const TABLE = "iam_server_certificates";

interface CertificateSubject {
  readonly name: string;
  readonly row: ServerCertificateRow | undefined;
  readonly tags: readonly StoredTag[];
}

export function serverCertificateOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    UploadServerCertificate: {
      authorize: ({ Path, ServerCertificateName, Tags }, context) => {
        const arn = arnOf(context.accountId, Path, ServerCertificateName);
        return onTaggedResource(context, arn, undefined, requestTags(Tags));
      },
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
    GetServerCertificate: withSubject({
      authorize: (input, context) => onCertificate(context, input.ServerCertificateName),
      handle: async (_input, _context, subject) => {
        const row = existing(subject);
        return {
          ServerCertificate: {
            ServerCertificateMetadata: metadata(row),
            CertificateBody: row.certificate_body,
            ...(row.certificate_chain === null ? {} : { CertificateChain: row.certificate_chain }),
            Tags: [...subject.tags],
          },
        };
      },
    }),
    ListServerCertificates: {
      authorize: (_input, context) => ({ action: `iam:${context.operation}`, resource: "*" }),
      handle: listCertificates,
    },
    UpdateServerCertificate: withSubject({
      authorize: async (input, context) => {
        const { ServerCertificateName, NewPath, NewServerCertificateName } = input;
        const present = await onCertificate(context, ServerCertificateName);
        if (NewPath === undefined && NewServerCertificateName === undefined) return present;
        // As with users and groups: allowed where it is and where it goes.
        const { pairs, subject } = present;
        const name = NewServerCertificateName ?? ServerCertificateName;
        const moved = arnOf(context.accountId, NewPath ?? subject.row?.path, name);
        return { pairs: [pairs, { ...pairs, resource: moved }], subject };
      },
      handle: (input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const row = await current(db, subject);
          const name = input.NewServerCertificateName ?? row.certificate_name;
          if (name.toLowerCase() !== row.name_key)
            await refuseTakenName(db, context.accountId, name);
          await setServerCertificate(db, row.certificate_id, {
            certificate_name: name,
            name_key: name.toLowerCase(),
            path: input.NewPath ?? row.path,
          });
          return {};
        }),
    }),
    DeleteServerCertificate: withSubject({
      authorize: (input, context) => onCertificate(context, input.ServerCertificateName),
      handle: (_input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { certificate_id: id } = await current(db, subject);
          await deleteTagsOf(db, id);
          await deleteServerCertificate(db, id);
          return {};
        }),
    }),
    TagServerCertificate: withSubject({
      authorize: ({ ServerCertificateName, Tags }, context) =>
        onCertificate(context, ServerCertificateName, requestTags(Tags)),
      handle: ({ Tags }, context, subject) => tagResource(parts, context, idOf(subject), Tags),
    }),
    UntagServerCertificate: withSubject({
      authorize: ({ ServerCertificateName, TagKeys }, context) =>
        onCertificate(context, ServerCertificateName, untagKeys(TagKeys)),
      handle: ({ TagKeys }, context, subject) =>
        untagResource(parts, context, idOf(subject), TagKeys),
    }),
    ListServerCertificateTags: withSubject({
      authorize: (input, context) => onCertificate(context, input.ServerCertificateName),
      handle: (input, _context, subject) =>
        tagPage(existing(subject).certificate_id, subject.tags, input),
    }),
  });
}

async function onCertificate(
  context: RequestContext,
  name: string,
  extra: ContextEntries = {},
): Promise<OnOne<CertificateSubject>> {
  const row = await findServerCertificate(context.db<IamTables>(), context.accountId, name);
  const arn = arnOf(context.accountId, row?.path, row?.certificate_name ?? name);
  const { pairs, subject } = await onTaggedResource(context, arn, row?.certificate_id, extra);
  return { pairs, subject: { name, row, tags: subject.tags } };
}

/** The certificate that was decided on. @throws NoSuchEntity if there was none */
function existing({ name, row }: CertificateSubject): ServerCertificateRow {
  if (!row) throw noSuchEntity(`The Server Certificate with name ${name} cannot be found.`);
  return row;
}

/** Reads it again by its id, in the transaction that changes it. @throws NoSuchEntity */
async function current(db: Db, subject: CertificateSubject): Promise<ServerCertificateRow> {
  const row = await findServerCertificateById(db, existing(subject).certificate_id);
  return existing({ ...subject, row });
}

function idOf(subject: CertificateSubject): FindTagOwner {
  return async (db) => (await current(db, subject)).certificate_id;
}

async function insertCertificate(
  parts: IamParts,
  db: Db,
  context: RequestContext,
  input: Checked<iam.UploadServerCertificateRequest>,
): Promise<ServerCertificateRow> {
  const { accountId } = context;
  const {
    ServerCertificateName: name,
    CertificateBody: certificateBody,
    PrivateKey: privateKey,
    CertificateChain: certificateChain,
  } = input;
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
