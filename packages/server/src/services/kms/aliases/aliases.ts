import type * as kms from "@aws-sdk/client-kms";
import type { Kysely } from "kysely";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { callerKeys } from "../access/condition-keys.ts";
import { onEverything, onKey } from "../access/key-authorization.ts";
import { currentKey, missing, requireNotPending } from "../access/key-operation.ts";
import {
  aliasNotFound,
  alreadyExists,
  limitExceeded,
  notAuthorized,
  notFound,
  validation,
} from "../errors.ts";
import { ALIAS_PREFIX, aliasArn, RESERVED_PREFIX, readKeyName } from "../key-name.ts";
import { keyType } from "../key-spec.ts";
import { PREDEFINED_ALIASES } from "../managed-services.ts";
import { pageOf } from "../page.ts";
import { ALIASES_PER_KEY } from "../quotas.ts";
import {
  aliasesOf,
  findAlias,
  insertAlias,
  listAliases,
  moveAlias,
  removeAlias,
} from "../rows/aliases.ts";
import { findKey, findLivingKey } from "../rows/keys.ts";
import type { AliasRow, KeyRow, KmsTables } from "../tables.ts";

/** Source: API reference, ListAliases. */
const LIST_LIMIT = 50;
/** KMS's message refers to it. */
const ALIAS_PAGE = "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html";

/** CreateAlias, UpdateAlias, DeleteAlias, ListAliases. */
export function aliasOperations(): OperationTable {
  return defineOperations<typeof kms>()({
    CreateAlias: withSubject({
      authorize: async ({ AliasName, TargetKeyId }, context) => {
        checkAliasName(AliasName);
        const key = await requireTarget(TargetKeyId, context);
        return { pairs: await onAlias("CreateAlias", AliasName, [key], context), subject: key };
      },
      handle: ({ AliasName: alias_name }, context, key: KeyRow) => {
        const place = { ...placeOf(context), alias_name };
        const { nowMs } = context;
        return context.transaction<KmsTables, object>(async ({ db }) => {
          if (await findAlias(place, db)) throw alreadyExists(aliasArn(place));
          requireNotPending(await currentKey(key, context, db));
          await requireRoom(key, db);
          const times = { created_ms: nowMs, updated_ms: nowMs };
          await insertAlias({ ...place, key_id: key.key_id, ...times }, db);
          return {};
        });
      },
    }),
    UpdateAlias: withSubject({
      authorize: async ({ AliasName, TargetKeyId }, context) => {
        checkAliasName(AliasName);
        const key = await requireTarget(TargetKeyId, context);
        const { alias, key: before } = await requireAlias(AliasName, context);
        const keys = before ? [before, key] : [key];
        const pairs = await onAlias("UpdateAlias", AliasName, keys, context);
        return { pairs, subject: { alias, before, key } };
      },
      handle: (_input, context, { alias, before, key }: Move) =>
        context.transaction<KmsTables, object>(async ({ db }) => {
          if (before) requireSameKind(before, key);
          if (!(await findAlias(alias, db))) throw aliasNotFound(aliasArn(alias));
          requireNotPending(await currentKey(key, context, db));
          if (alias.key_id !== key.key_id) await requireRoom(key, db);
          await moveAlias(alias, { key_id: key.key_id, updated_ms: context.nowMs }, db);
          return {};
        }),
    }),
    DeleteAlias: withSubject({
      authorize: async ({ AliasName }, context) => {
        checkAliasName(AliasName);
        const { alias, key } = await requireAlias(AliasName, context);
        const pairs = await onAlias("DeleteAlias", AliasName, key ? [key] : [], context);
        return { pairs, subject: alias };
      },
      handle: (_input, context, alias: AliasRow) =>
        context.transaction<KmsTables, object>(async ({ db }) => {
          await removeAlias(alias, db);
          return {};
        }),
    }),
    ListAliases: {
      authorize: () => onEverything("ListAliases"),
      handle: async (input, context) => {
        const { KeyId } = input;
        const key = KeyId === undefined ? undefined : await requireTarget(KeyId, context);
        const place = placeOf(context);
        const db = context.db<KmsTables>();
        const { rows, rest } = await pageOf(
          input,
          "aliases",
          LIST_LIMIT,
          async (after, limit) => {
            const stored = await listAliases(place, key?.key_id, after, limit, db);
            return key ? stored : withPredefined(stored, place, after).slice(0, limit);
          },
          ({ alias_name }) => alias_name,
        );
        return { Aliases: rows.map(aliasView), ...rest };
      },
    },
  });
}

interface Move {
  readonly alias: AliasRow;
  readonly before: KeyRow | undefined;
  readonly key: KeyRow;
}

type Alias = AliasRow | Pick<AliasRow, "account_id" | "region" | "alias_name">;

/**
 * A list of aliases after `after`, together with the predefined ones whose keys nobody has needed.
 */
function withPredefined(
  stored: readonly AliasRow[],
  place: ReturnType<typeof placeOf>,
  after: string,
): readonly Alias[] {
  const names = new Set(stored.map(({ alias_name }) => alias_name));
  const missingNames = PREDEFINED_ALIASES.filter((name) => name > after && !names.has(name));
  const predefined = missingNames.map((alias_name) => ({ ...place, alias_name }));
  return [...stored, ...predefined].sort((one, other) =>
    one.alias_name < other.alias_name ? -1 : 1,
  );
}

/** A predefined alias without a key has neither its id nor dates. */
function aliasView(row: Alias): kms.AliasListEntry {
  const names = { AliasName: row.alias_name, AliasArn: aliasArn(row) };
  if (!("key_id" in row)) return names;
  return {
    ...names,
    TargetKeyId: row.key_id,
    CreationDate: new Date(row.created_ms),
    LastUpdatedDate: new Date(row.updated_ms),
  };
}

/** The alias, which IAM alone decides on, and the keys, each by its own policy. */
async function onAlias(
  operation: string,
  alias_name: string,
  keys: readonly KeyRow[],
  context: RequestContext,
) {
  const alias = {
    action: `kms:${operation}`,
    resource: aliasArn({ ...placeOf(context), alias_name }),
    context: callerKeys(context),
  };
  const onKeys = keys.map((key) => onKey(operation, key, context, { isManagement: true }));
  return [alias, ...(await Promise.all(onKeys))];
}

/** Throws ValidationException and NotAuthorizedException for names that nobody may use. */
function checkAliasName(name: string): void {
  if (!name.startsWith(ALIAS_PREFIX) || name === ALIAS_PREFIX) {
    throw validation(`Alias must start with the prefix "alias/". Please see ${ALIAS_PAGE}`);
  }
  if (name.startsWith(RESERVED_PREFIX)) throw notAuthorized();
  if (name.includes(":")) throw validation(`${name} contains invalid characters for an alias`);
}

/** Throws NotFoundException, and ValidationException for an alias. */
async function requireTarget(text: string, context: RequestContext): Promise<KeyRow> {
  const name = readKeyName(text, context);
  if (name.alias !== undefined) throw validation("Aliases must refer to keys. Not aliases");
  if (name.accountId !== context.accountId) throw notFound(`Key '${text}' does not exist`);
  const key = await findKey(name, context);
  if (!key) throw missing(name, context);
  return key;
}

async function requireAlias(alias_name: string, context: RequestContext) {
  const place = { ...placeOf(context), alias_name };
  const db = context.db<KmsTables>();
  const alias = await findAlias(place, db);
  if (!alias) throw aliasNotFound(aliasArn(place));
  return { alias, key: await findLivingKey(alias, context.nowMs, db) };
}

/** An alias goes from a key to one of the same type and usage. Throws ValidationException. */
function requireSameKind(before: KeyRow, key: KeyRow): void {
  const kindOf = ({ key_spec, key_usage }: KeyRow) => `${keyType(key_spec)} (${key_usage})`;
  const [old, next] = [kindOf(before), kindOf(key)];
  if (old !== next)
    throw validation(`The alias of a key that is ${old} can't be moved to one that is ${next}.`);
}

/** Throws LimitExceededException. */
async function requireRoom(key: KeyRow, db: Kysely<KmsTables>): Promise<void> {
  const count = (await aliasesOf(key, db)).length;
  if (count >= ALIASES_PER_KEY)
    throw limitExceeded(
      `Aliases per key quota for this account in this region is ${ALIASES_PER_KEY}, ` +
        `current usage is ${count}.`,
    );
}

function placeOf(context: RequestContext) {
  return { account_id: requireAccount(context), region: context.region };
}
