import type * as kms from "@aws-sdk/client-kms";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { callerKeys, kindKeys, requestTagKeys } from "../access/condition-keys.ts";
import { onEverything, onKey, onNewTags } from "../access/key-authorization.ts";
import {
  currentKey,
  keyOperation,
  missing,
  onNothing,
  requireNotPending,
} from "../access/key-operation.ts";
import { defaultPolicy, refuseLockout, storedPolicy } from "../access/key-policy.ts";
import type { KmsDependencies } from "../dependencies.ts";
import { limitExceeded, notBuilt, validation } from "../errors.ts";
import { keyArn, readKeyName } from "../key-name.ts";
import { algorithmsOf, builtSpec, builtUsage } from "../key-spec.ts";
import { managedService } from "../managed-services.ts";
import { pageOf } from "../page.ts";
import { KEYS_PER_REGION } from "../quotas.ts";
import { countKeys, findKey, listKeys, relatedKeys, updateKey } from "../rows/keys.ts";
import type { KeyRow, KeyUseRow, KmsTables } from "../tables.ts";
import { keyMetadata } from "./key-metadata.ts";
import { checkedTags } from "./key-tags.ts";
import { makeKey, storeKey } from "./new-key.ts";

/** Source: API reference, ListKeys. */
const LIST_LIMIT = 100;

const TWO_SPECS =
  "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. " +
  "CustomerMasterKeySpec is deprecated.";
const NO_USAGE =
  "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.";

type CreateInput = Checked<kms.CreateKeyCommandInput>;

/** CreateKey, DescribeKey, GetKeyLastUsage, ListKeys, UpdateKeyDescription. */
export function keyOperations(deps: KmsDependencies): OperationTable {
  return defineOperations<typeof kms>()({
    CreateKey: {
      authorize: (input, context) => {
        const { region } = context;
        const { isMultiRegion, ...kind } = kindOf(input);
        const primary_region = isMultiRegion ? region : null;
        const keys = {
          ...callerKeys(context),
          ...requestTagKeys(input.Tags),
          ...kindKeys({ ...kind, region, primary_region }),
          "kms:bypasspolicylockoutsafetycheck": String(
            input.BypassPolicyLockoutSafetyCheck ?? false,
          ),
        };
        const place = { account_id: context.accountId, region };
        return [onEverything("CreateKey", keys), ...onNewTags(input.Tags, place, context)];
      },
      handle: (input, context) => createKey(input, context, deps),
    },
    DescribeKey: withSubject({
      authorize: async ({ KeyId, GrantTokens: grantTokens }, context) => {
        const name = readKeyName(KeyId, context);
        const key =
          (await findKey(name, context)) ?? (await makeManaged(name.alias, context, deps));
        if (!key) return { pairs: onNothing("DescribeKey", name, context), subject: undefined };
        const keys = { "kms:requestalias": name.alias };
        const pairs = await onKey("DescribeKey", key, context, { keys, grantTokens });
        return { pairs, subject: key };
      },
      handle: async ({ KeyId }, context, key: KeyRow | undefined) => {
        if (!key) throw missing(readKeyName(KeyId, context), context);
        if (key.primary_region === null) return { KeyMetadata: keyMetadata(key) };
        const related = await relatedKeys(key, context.nowMs, context.db<KmsTables>());
        return { KeyMetadata: keyMetadata(key, related) };
      },
    }),
    GetKeyLastUsage: keyOperation("GetKeyLastUsage", {}, async (key, _input, context) => {
      const created = new Date(key.created_ms);
      return {
        KeyId: keyArn(key),
        KeyLastUsage: lastUsage(await deps.uses.lastUse(key, context)),
        TrackingStartDate: created,
        KeyCreationDate: created,
      };
    }),
    ListKeys: {
      authorize: () => onEverything("ListKeys"),
      handle: async (input, context) => {
        const accountId = requireAccount(context);
        const { rows, rest } = await pageOf(
          input,
          "keys",
          LIST_LIMIT,
          (after, limit) => listKeys(accountId, context, after, limit, context.db<KmsTables>()),
          ({ key_id }) => key_id,
        );
        const Keys = rows.map((key) => ({ KeyId: key.key_id, KeyArn: keyArn(key) }));
        return { Keys, ...rest };
      },
    },
    UpdateKeyDescription: keyOperation(
      "UpdateKeyDescription",
      {},
      (key, { Description: description }, context) =>
        context.transaction<KmsTables, object>(async ({ db }) => {
          requireNotPending(await currentKey(key, context, db));
          await updateKey(key, { description }, db);
          return {};
        }),
    ),
  });
}

/** Empty for a key that was never used. CloudTrail finds its event by the request's id. */
function lastUsage(use: KeyUseRow | undefined): kms.KeyLastUsageData {
  if (!use) return {};
  return {
    Operation: use.operation as kms.KeyLastUsageTrackingOperation,
    Timestamp: new Date(use.used_ms),
    KmsRequestId: use.request_id,
  };
}

/** As on AWS, whoever describes a predefined alias (`alias/aws/s3`) first has its key made. */
async function makeManaged(
  alias: string | undefined,
  context: RequestContext,
  { managedKeys }: KmsDependencies,
): Promise<KeyRow | undefined> {
  const service = managedService(alias);
  if (service === undefined) return undefined;
  const { region } = context;
  const arn = await managedKeys.require(
    service,
    { accountId: requireAccount(context), region },
    context,
  );
  return findKey(readKeyName(arn, context), context);
}

async function createKey(
  input: CreateInput,
  context: RequestContext,
  deps: KmsDependencies,
): Promise<{ KeyMetadata: kms.KeyMetadata }> {
  const accountId = requireAccount(context);
  const kind = kindOf(input);
  const tags = checkedTags(input.Tags);
  const policy = await storedPolicy(
    input.Policy ?? defaultPolicy(accountId),
    deps.directory,
    context,
  );
  const { region, nowMs } = context;
  const made = await makeKey(
    {
      ...kind,
      account_id: accountId,
      region,
      key_manager: "CUSTOMER",
      description: input.Description ?? "",
      policy,
      tags: JSON.stringify(tags),
    },
    nowMs,
    deps,
  );
  if (input.Policy !== undefined && !input.BypassPolicyLockoutSafetyCheck)
    await refuseLockout(made.key, context);
  return context.transaction<KmsTables, { KeyMetadata: kms.KeyMetadata }>(async ({ db }) => {
    if ((await countKeys(accountId, region, db)) >= KEYS_PER_REGION)
      throw limitExceeded(`The account has ${KEYS_PER_REGION} keys in ${region}.`);
    await storeKey(made, db);
    return { KeyMetadata: keyMetadata(made.key) };
  });
}

/**
 * The kind of key that is asked for. Throws UnsupportedOperationException for kinds that there
 * aren't, ValidationException for a usage that the spec hasn't.
 */
function kindOf(input: CreateInput) {
  if (input.KeySpec !== undefined && input.CustomerMasterKeySpec !== undefined)
    throw validation(TWO_SPECS);
  const given = input.KeySpec ?? input.CustomerMasterKeySpec ?? "SYMMETRIC_DEFAULT";
  if (given !== "SYMMETRIC_DEFAULT" && input.KeyUsage === undefined) throw validation(NO_USAGE);
  const { KeyUsage = "ENCRYPT_DECRYPT", Origin: origin = "AWS_KMS" } = input;
  if (input.CustomKeyStoreId !== undefined) throw notBuilt("CustomKeyStoreId");
  if (input.XksKeyId !== undefined) throw notBuilt("XksKeyId");
  if (origin !== "AWS_KMS" && origin !== "EXTERNAL") throw notBuilt(`Origin ${origin}`);
  const key_spec = builtSpec(given);
  const key_usage = builtUsage(KeyUsage);
  if (algorithmsOf({ key_spec, key_usage }).length === 0)
    throw validation(`KeyUsage ${key_usage} is not compatible with KeySpec ${key_spec}`);
  return { key_spec, key_usage, origin, isMultiRegion: input.MultiRegion ?? false };
}
