import type * as iam from "@aws-sdk/client-iam";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import type { SshPublicKeyRow } from "../credential-tables.ts";
import { noSuchEntity, quotaExceeded } from "../errors.ts";
import { onUserOrCaller } from "../identities/authorization.ts";
import { current, existing } from "../identities/owners.ts";
import { pageOf } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { SSH_PUBLIC_KEYS_PER_USER } from "../quotas.ts";
import {
  deleteSshPublicKey,
  insertSshPublicKey,
  setSshPublicKeyStatus,
  sshPublicKeysOf,
} from "../rows/ssh-public-keys.ts";
import type { User } from "../rows/users.ts";
import type { Db, IamTables } from "../tables.ts";
import { parseSshPublicKey } from "./ssh-key-material.ts";

export function sshPublicKeyOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    UploadSSHPublicKey: withSubject({
      authorize: (input, context) => onUserOrCaller(input, context),
      handle: (input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { row: user } = await current(db, subject);
          const body = input.SSHPublicKeyBody.trim();
          const key = await insertKey(parts, db, context, user, body);
          return { SSHPublicKey: shown(key, user, body) };
        }),
    }),
    GetSSHPublicKey: withSubject({
      authorize: (input, context) => onUserOrCaller(input, context),
      handle: async (input, context, subject) => {
        const { row: user } = existing(subject);
        const key = await requireKey(context.db<IamTables>(), user, input.SSHPublicKeyId);
        const { ssh, pem } = parseSshPublicKey(key.body);
        return { SSHPublicKey: shown(key, user, input.Encoding === "PEM" ? pem : ssh) };
      },
    }),
    ListSSHPublicKeys: withSubject({
      authorize: (input, context) => onUserOrCaller(input, context),
      handle: async (input, context, subject) => {
        const { row: user } = existing(subject);
        const keys = await sshPublicKeysOf(context.db<IamTables>(), user.user_id);
        const page = await pageOf(input, keys, (key) => key.key_id);
        return { SSHPublicKeys: page.items.map((key) => metadata(key, user)), ...page.output };
      },
    }),
    UpdateSSHPublicKey: withSubject({
      authorize: (input, context) => onUserOrCaller(input, context),
      handle: (input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { row: user } = await current(db, subject);
          const key = await requireKey(db, user, input.SSHPublicKeyId);
          await setSshPublicKeyStatus(db, key.key_id, input.Status);
          return {};
        }),
    }),
    DeleteSSHPublicKey: withSubject({
      authorize: (input, context) => onUserOrCaller(input, context),
      handle: (input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { row: user } = await current(db, subject);
          const key = await requireKey(db, user, input.SSHPublicKeyId);
          await deleteSshPublicKey(db, key.key_id);
          return {};
        }),
    }),
  });
}

async function insertKey(
  parts: IamParts,
  db: Db,
  context: RequestContext,
  user: User,
  body: string,
): Promise<SshPublicKeyRow> {
  const { fingerprint } = parseSshPublicKey(body);
  const present = await sshPublicKeysOf(db, user.user_id);
  if (present.some((key) => key.fingerprint === fingerprint))
    throw new AwsError("DuplicateSSHPublicKey", "The user already has this SSH public key.", {
      status: 400,
    });
  if (present.length >= SSH_PUBLIC_KEYS_PER_USER)
    throw quotaExceeded("SSHPublicKeysPerUser", SSH_PUBLIC_KEYS_PER_USER);
  const key: SshPublicKeyRow = {
    account_id: context.accountId,
    key_id: newUniqueId("APKA", context.accountId, parts.ids),
    user_id: user.user_id,
    body,
    fingerprint,
    status: "Active",
    created_ms: context.nowMs,
  };
  await insertSshPublicKey(db, key);
  return key;
}

async function requireKey(db: Db, user: User, id: string): Promise<SshPublicKeyRow> {
  const keys = await sshPublicKeysOf(db, user.user_id);
  const key = keys.find((candidate) => candidate.key_id === id);
  if (!key) throw noSuchEntity(`The Public Key with id ${id} cannot be found.`);
  return key;
}

function metadata(key: SshPublicKeyRow, user: User) {
  return {
    UserName: user.user_name,
    SSHPublicKeyId: key.key_id,
    Status: key.status,
    UploadDate: new Date(key.created_ms),
  } satisfies iam.SSHPublicKeyMetadata;
}

function shown(key: SshPublicKeyRow, user: User, body: string) {
  return { ...metadata(key, user), Fingerprint: key.fingerprint, SSHPublicKeyBody: body };
}
