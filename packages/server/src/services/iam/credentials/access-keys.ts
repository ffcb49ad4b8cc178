import type * as iam from "@aws-sdk/client-iam";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import {
  accessDenied,
  invalidInput,
  noSuchEntity,
  quotaExceeded,
  validationError,
} from "../errors.ts";
import { onOwner, onUserOrSelf } from "../identities/authorization.ts";
import { callerSubject } from "../identities/calling-user.ts";
import { current, existing, type OwnerSubject } from "../identities/owners.ts";
import { pageOf } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { ACCESS_KEYS_PER_USER } from "../quotas.ts";
import {
  type AccessKey,
  accessKeysOf,
  deleteAccessKey,
  findKeyUse,
  insertAccessKey,
  NEVER_USED,
  setAccessKeyStatus,
} from "../rows/access-keys.ts";
import { findAccount } from "../rows/accounts.ts";
import type { User } from "../rows/users.ts";
import type { AccessKeyRow, Db, IamTables } from "../tables.ts";

/** The length of a secret access key, as AWS's have. */
const SECRET_LENGTH = 40;
/** GetAccessKeyLastUsed shows this for a key that was never used. */
const NEVER = "N/A";

export function accessKeyOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    CreateAccessKey: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: (_input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const owner = await currentOwner(db, context, subject);
          const keys = await accessKeysOf(db, owner.id);
          if (keys.length >= ACCESS_KEYS_PER_USER)
            throw quotaExceeded("AccessKeysPerUser", ACCESS_KEYS_PER_USER);
          const secret = parts.ids.alphanumeric(SECRET_LENGTH);
          const key = newAccessKey(parts, context, owner, secret);
          await insertAccessKey(db, key);
          return { AccessKey: { ...keyMetadata(key, owner), SecretAccessKey: secret } };
        }),
    }),
    ListAccessKeys: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: async (input, context, subject) => {
        const owner = subject ? ownerOf(existing(subject).row) : rootOwner(context);
        const keys = await accessKeysOf(context.db<IamTables>(), owner.id);
        const page = await pageOf(input, keys, (key) => key.access_key_id);
        const AccessKeyMetadata = page.items.map((key) => keyMetadata(key, owner));
        return { AccessKeyMetadata, ...page.output };
      },
    }),
    UpdateAccessKey: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: ({ AccessKeyId, Status: status }, context, subject) =>
        change(parts, context, async ({ db }) => {
          const key = await requireKey(db, context, subject, AccessKeyId);
          // The model's third value, Expired, belongs to other kinds of credentials.
          if (status !== "Active" && status !== "Inactive")
            throw validationError(
              "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
            );
          await setAccessKeyStatus(db, key.access_key_id, status);
          return {};
        }),
    }),
    DeleteAccessKey: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: ({ AccessKeyId }, context, subject) =>
        change(parts, context, async ({ db }) => {
          const key = await requireKey(db, context, subject, AccessKeyId);
          await deleteAccessKey(db, key.access_key_id);
          return {};
        }),
    }),
    GetAccessKeyLastUsed: withSubject({
      authorize: async ({ AccessKeyId }, context) => {
        const use = await requireKeyUse(context, AccessKeyId);
        if (use.user_name === null)
          return {
            pairs: { action: `iam:${context.operation}`, resource: rootArn(context) },
            subject: use,
          };
        const { pairs } = await onOwner(context, "user", use.user_name);
        return { pairs, subject: use };
      },
      handle: async ({ AccessKeyId }, _context, use) => {
        const latest = parts.lastUsed.latestOfKey(AccessKeyId);
        const usedMs = latest?.atMs ?? use.last_used_ms;
        return {
          UserName: use.user_name ?? undefined,
          AccessKeyLastUsed: {
            ...(usedMs === null ? {} : { LastUsedDate: new Date(usedMs) }),
            ServiceName: latest?.service ?? use.last_used_service ?? NEVER,
            Region: latest?.region ?? use.last_used_region ?? NEVER,
          } as iam.AccessKeyLastUsed,
        };
      },
    }),
  });
}

/** The user whose keys an operation is about, or the root user, which has no name. */
interface KeyOwner {
  readonly id: string;
  readonly userName: string | undefined;
}

function ownerOf(user: User): KeyOwner {
  return { id: user.user_id, userName: user.user_name };
}

/** AWS, too, knows the root user by its account's number. */
function rootOwner(context: RequestContext): KeyOwner {
  return { id: context.accountId, userName: undefined };
}

function rootArn(context: RequestContext): string {
  return `arn:aws:iam::${context.accountId}:root`;
}

/** The owner that was decided on, read again; the subject of a root user's request is undefined. */
async function currentOwner(
  db: Db,
  context: RequestContext,
  subject: OwnerSubject<"user"> | undefined,
): Promise<KeyOwner> {
  return subject ? ownerOf((await current(db, subject)).row) : rootOwner(context);
}

function newAccessKey(
  parts: IamParts,
  context: RequestContext,
  owner: KeyOwner,
  secret: string,
): AccessKeyRow {
  const id = newUniqueId("AKIA", context.accountId, parts.ids);
  return {
    access_key_id: id,
    account_id: context.accountId,
    user_id: owner.id,
    status: "Active",
    secret_sealed: parts.secrets.seal(secret, id),
    created_ms: context.nowMs,
    ...NEVER_USED,
  };
}

function keyMetadata(key: AccessKey, owner: KeyOwner) {
  return {
    UserName: owner.userName,
    AccessKeyId: key.access_key_id,
    Status: key.status,
    CreateDate: new Date(key.created_ms),
  } satisfies iam.AccessKeyMetadata;
}

/** A key that may change. The configuration's would come back with the next start. */
async function requireKey(
  db: Db,
  context: RequestContext,
  subject: OwnerSubject<"user"> | undefined,
  id: string,
): Promise<AccessKey> {
  const owner = await currentOwner(db, context, subject);
  const keys = await accessKeysOf(db, owner.id);
  const key = keys.find((candidate) => candidate.access_key_id === id);
  if (!key) throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  if (!subject && (await findAccount(db, context.accountId))?.root_access_key_id === id)
    throw invalidInput(`The access key ${id} is set in this server's configuration.`);
  return key;
}

async function requireKeyUse(context: RequestContext, id: string) {
  const use = await findKeyUse(context.db<IamTables>(), context.accountId, id);
  // AWS calls a key that doesn't exist forbidden, in a sentence that lacks a colon.
  if (!use)
    throw accessDenied(
      `${callerSubject(context)} is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key ${id}`,
    );
  return use;
}
