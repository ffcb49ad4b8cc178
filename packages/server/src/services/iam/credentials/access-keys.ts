import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import {
  accessDenied,
  invalidInput,
  noSuchEntity,
  quotaExceeded,
  validationError,
} from "../errors.ts";
import { onOwner } from "../identities/authorization.ts";
import { callerSubject, requireCallerUserName } from "../identities/calling-user.ts";
import { pageOf } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { ACCESS_KEYS_PER_USER } from "../quotas.ts";
import { required } from "../required.ts";
import {
  type AccessKey,
  accessKeysOf,
  deleteAccessKey,
  findKeyUse,
  insertAccessKey,
  setAccessKeyStatus,
} from "../rows/access-keys.ts";
import { findAccount } from "../rows/accounts.ts";
import { requireUser, type User } from "../rows/users.ts";
import type { AccessKeyRow, Db, IamTables } from "../tables.ts";

/** Characters of a secret access key, as AWS's have. */
const SECRET_LENGTH = 40;
/** What GetAccessKeyLastUsed says of a key that was never used. */
const NEVER = "N/A";

interface NamedInput {
  readonly UserName?: string | undefined;
}

export function accessKeyOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    CreateAccessKey: {
      authorize: onKeysOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          refuseRootKeys(input, context);
          const user = await requireUser(db, context.accountId, nameIn(input, context));
          const keys = await accessKeysOf(db, user.user_id);
          if (keys.length >= ACCESS_KEYS_PER_USER)
            throw quotaExceeded("AccessKeysPerUser", ACCESS_KEYS_PER_USER);
          const secret = parts.ids.alphanumeric(SECRET_LENGTH);
          const key = newAccessKey(parts, context, user, secret);
          await insertAccessKey(db, key);
          return { AccessKey: { ...keyMetadata(key, user), SecretAccessKey: secret } };
        }),
    },
    ListAccessKeys: {
      authorize: onKeysOf,
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        if (isRootItself(input, context)) return listRootKey(db, context);
        const user = await requireUser(db, context.accountId, nameIn(input, context));
        const page = await pageOf(
          input,
          await accessKeysOf(db, user.user_id),
          (key) => key.access_key_id,
        );
        const AccessKeyMetadata = page.items.map((key) => keyMetadata(key, user));
        return { AccessKeyMetadata, ...page.output };
      },
    },
    UpdateAccessKey: {
      authorize: onKeysOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          refuseRootKeys(input, context);
          const key = await requireKey(db, context, input, input.AccessKeyId);
          const status = required(input.Status, "status");
          // The model's third value, Expired, belongs to other kinds of credentials.
          if (status !== "Active" && status !== "Inactive")
            throw validationError(
              "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
            );
          await setAccessKeyStatus(db, key.access_key_id, status);
          return {};
        }),
    },
    DeleteAccessKey: {
      authorize: onKeysOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          refuseRootKeys(input, context);
          const key = await requireKey(db, context, input, input.AccessKeyId);
          await deleteAccessKey(db, key.access_key_id);
          return {};
        }),
    },
    GetAccessKeyLastUsed: {
      authorize: async (input, context) => {
        const owner = await ownerOfKey(context, required(input.AccessKeyId, "accessKeyId"));
        return onOwner(context, "user", owner.user_name);
      },
      handle: async (input, context) => {
        const id = required(input.AccessKeyId, "accessKeyId");
        const owner = await ownerOfKey(context, id);
        const latest = parts.lastUsed.latestOfKey(id);
        const usedMs = latest?.atMs ?? owner.last_used_ms;
        return {
          UserName: owner.user_name,
          AccessKeyLastUsed: {
            ...(usedMs === null ? {} : { LastUsedDate: new Date(usedMs) }),
            ServiceName: latest?.service ?? owner.last_used_service ?? NEVER,
            Region: latest?.region ?? owner.last_used_region ?? NEVER,
          } as iam.AccessKeyLastUsed,
        };
      },
    },
  });
}

/** Every operation on access keys is one on the user who has them. */
function onKeysOf(input: NamedInput, context: RequestContext) {
  const { principal } = context.caller;
  if (principal.kind === "root" && input.UserName === undefined)
    return { action: `iam:${context.operation}`, resource: principal.arn };
  return onOwner(context, "user", nameIn(input, context));
}

function nameIn(input: NamedInput, context: RequestContext): string {
  return input.UserName ?? requireCallerUserName(context);
}

function isRootItself(input: NamedInput, context: RequestContext): boolean {
  return input.UserName === undefined && context.caller.principal.kind === "root";
}

/** Root's key is a setting of the server, so that it can't be lost through the API. */
function refuseRootKeys(input: NamedInput, context: RequestContext): void {
  if (isRootItself(input, context))
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

async function requireKey(
  db: Db,
  context: RequestContext,
  input: NamedInput,
  idInput: string | undefined,
): Promise<AccessKey> {
  const id = required(idInput, "accessKeyId");
  const user = await requireUser(db, context.accountId, nameIn(input, context));
  const key = (await accessKeysOf(db, user.user_id)).find(
    (candidate) => candidate.access_key_id === id,
  );
  if (!key) throw noSuchKey(id);
  return key;
}

async function ownerOfKey(context: RequestContext, id: string) {
  const owner = await findKeyUse(context.db<IamTables>(), context.accountId, id);
  // AWS calls a key that doesn't exist forbidden, in a sentence that lacks a colon.
  if (!owner)
    throw accessDenied(
      `${callerSubject(context)} is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key ${id}`,
    );
  return owner;
}

function noSuchKey(id: string) {
  return noSuchEntity(`The Access Key with id ${id} cannot be found.`);
}
