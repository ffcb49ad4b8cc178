import type * as iam from "@aws-sdk/client-iam";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import { noSuchEntity, quotaExceeded } from "../errors.ts";
import type { SshPublicKeyRow } from "../federation-tables.ts";
import { onOwner } from "../identities/authorization.ts";
import { requireCallerUserName } from "../identities/calling-user.ts";
import { pageOf } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { SSH_PUBLIC_KEYS_PER_USER } from "../quotas.ts";
import { required } from "../required.ts";
import {
  deleteSshPublicKey,
  insertSshPublicKey,
  setSshPublicKeyStatus,
  sshPublicKeysOf,
} from "../rows/ssh-public-keys.ts";
import { requireUser, type User } from "../rows/users.ts";
import type { Db, IamTables } from "../tables.ts";
import { parseSshPublicKey } from "./ssh-key-material.ts";

interface NamedInput {
  readonly UserName?: string | undefined;
}

interface KeyInput extends NamedInput {
  readonly SSHPublicKeyId?: string | undefined;
}

export function sshPublicKeyOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    UploadSSHPublicKey: {
      authorize: onKeysOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const user = await requireUser(db, context.accountId, nameIn(input, context));
          const body = required(input.SSHPublicKeyBody, "sSHPublicKeyBody").trim();
          const key = await insertKey(parts, db, context, user, body);
          return { SSHPublicKey: shown(key, user, body) };
        }),
    },
    GetSSHPublicKey: {
      authorize: onKeysOf,
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const { key, user } = await requireKey(db, context, input);
        const { ssh, pem } = parseSshPublicKey(key.body);
        return { SSHPublicKey: shown(key, user, input.Encoding === "PEM" ? pem : ssh) };
      },
    },
    ListSSHPublicKeys: {
      authorize: onKeysOf,
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const user = await requireUser(db, context.accountId, nameIn(input, context));
        const page = await pageOf(
          input,
          await sshPublicKeysOf(db, user.user_id),
          (key) => key.key_id,
        );
        return { SSHPublicKeys: page.items.map((key) => metadata(key, user)), ...page.output };
      },
    },
    UpdateSSHPublicKey: {
      authorize: onKeysOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { key } = await requireKey(db, context, input);
          await setSshPublicKeyStatus(db, key.key_id, required(input.Status, "status"));
          return {};
        }),
    },
    DeleteSSHPublicKey: {
      authorize: onKeysOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { key } = await requireKey(db, context, input);
          await deleteSshPublicKey(db, key.key_id);
          return {};
        }),
    },
  });
}

function onKeysOf(input: NamedInput, context: RequestContext) {
  return onOwner(context, "user", nameIn(input, context));
}

function nameIn(input: NamedInput, context: RequestContext): string {
  return input.UserName ?? requireCallerUserName(context);
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

async function requireKey(db: Db, context: RequestContext, input: KeyInput) {
  const id = required(input.SSHPublicKeyId, "sSHPublicKeyId");
  const user = await requireUser(db, context.accountId, nameIn(input, context));
  const key = (await sshPublicKeysOf(db, user.user_id)).find(
    (candidate) => candidate.key_id === id,
  );
  if (!key) throw noSuchEntity(`The Public Key with id ${id} cannot be found.`);
  return { key, user };
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
