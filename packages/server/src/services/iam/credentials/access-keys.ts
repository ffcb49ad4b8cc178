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
          const { row: user } = await current(db, refuseRoot(subject));
          const keys = await accessKeysOf(db, user.user_id);
          if (keys.length >= ACCESS_KEYS_PER_USER)
            throw quotaExceeded("AccessKeysPerUser", ACCESS_KEYS_PER_USER);
          const secret = parts.ids.alphanumeric(SECRET_LENGTH);
          const key = newAccessKey(parts, context, user, secret);
          await insertAccessKey(db, key);
          return { AccessKey: { ...keyMetadata(key, user), SecretAccessKey: secret } };
        }),
    }),
    ListAccessKeys: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: async (input, context, subject) => {
        const db = context.db<IamTables>();
        if (!subject) return listRootKey(db, context);
        const { row: user } = existing(subject);
        const keys = await accessKeysOf(db, user.user_id);
        const page = await pageOf(input, keys, (key) => key.access_key_id);
        const AccessKeyMetadata = page.items.map((key) => keyMetadata(key, user));
        return { AccessKeyMetadata, ...page.output };
      },
    }),
    UpdateAccessKey: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: ({ AccessKeyId, Status: status }, context, subject) =>
        change(parts, context, async ({ db }) => {
          const key = await requireKey(db, refuseRoot(subject), AccessKeyId);
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
          const key = await requireKey(db, refuseRoot(subject), AccessKeyId);
          await deleteAccessKey(db, key.access_key_id);
          return {};
        }),
    }),
    GetAccessKeyLastUsed: withSubject({
      authorize: async ({ AccessKeyId }, context) => {
        const use = await requireKeyUse(context, AccessKeyId);
        const { pairs } = await onOwner(context, "user", use.user_name);
        return { pairs, subject: use };
      },
      handle: async ({ AccessKeyId }, _context, use) => {
        const latest = parts.lastUsed.latestOfKey(AccessKeyId);
        const usedMs = latest?.atMs ?? use.last_used_ms;
        return {
          UserName: use.user_name,
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

/** Root's key is a setting of the server, so that it can't be lost through the API. */
function refuseRoot(subject: OwnerSubject<"user"> | undefined): OwnerSubject<"user"> {
  if (subject) return subject;
  throw invalidInput("The root user's access key is set in this server's configuration.");
}

async function listRootKey(db: Db, context: RequestContext) {
  const account = await findAccount(db, context.accountId);
  const AccessKeyMetadata: iam.AccessKeyMetadata[] = account
    ? [
        {
          AccessKeyId: account.root_access_key_id,
          Status: "Active",
          CreateDate: new Date(account.created_ms),
        },
      ]
    : [];
  return { AccessKeyMetadata, IsTruncated: false };
}

function newAccessKey(
  parts: IamParts,
  context: RequestContext,
  user: User,
  secret: string,
): AccessKeyRow {
  const id = newUniqueId("AKIA", context.accountId, parts.ids);
  return {
    access_key_id: id,
    account_id: context.accountId,
    user_id: user.user_id,
    status: "Active",
    secret_sealed: parts.secrets.seal(secret, id),
    created_ms: context.nowMs,
    last_used_ms: null,
    last_used_region: null,
    last_used_service: null,
  };
}

function keyMetadata(key: AccessKey, user: User) {
  return {
    UserName: user.user_name,
    AccessKeyId: key.access_key_id,
    Status: key.status,
    CreateDate: new Date(key.created_ms),
  } satisfies iam.AccessKeyMetadata;
}

async function requireKey(db: Db, subject: OwnerSubject<"user">, id: string): Promise<AccessKey> {
  const user = await current(db, subject);
  const key = (await accessKeysOf(db, user.id)).find((candidate) => candidate.access_key_id === id);
  if (!key) throw noSuchKey(id);
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

function noSuchKey(id: string) {
  return noSuchEntity(`The Access Key with id ${id} cannot be found.`);
}
