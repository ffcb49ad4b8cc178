import type * as kms from "@aws-sdk/client-kms";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { callerKeys, requestTagKeys, SYMMETRIC_KEYS } from "../access/condition-keys.ts";
import { onEverything, onKey } from "../access/key-authorization.ts";
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
import { pageOf } from "../page.ts";
import { KEYS_PER_REGION } from "../quotas.ts";
import { countKeys, findKey, listKeys, updateKey } from "../rows/keys.ts";
import type { KeyRow, KmsTables } from "../tables.ts";
import { keyMetadata } from "./key-metadata.ts";
import { checkedTags } from "./key-tags.ts";
import { managedService } from "./managed-keys.ts";
import { makeKey, storeKey } from "./new-key.ts";

/** Source: API reference, ListKeys. */
const LIST_LIMIT = 100;

const NO_USAGE =
  "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.";

type CreateInput = Checked<kms.CreateKeyCommandInput>;

/** CreateKey, DescribeKey, ListKeys, UpdateKeyDescription. */
export function keyOperations(deps: KmsDependencies): OperationTable {
  return defineOperations<typeof kms>()({
    CreateKey: {
      authorize: (input, context) => {
        const tagged = { ...callerKeys(context), ...requestTagKeys(input.Tags) };
        const keys = {
          ...tagged,
          ...SYMMETRIC_KEYS,
          "kms:bypasspolicylockoutsafetycheck": String(
            input.BypassPolicyLockoutSafetyCheck ?? false,
          ),
        };
        const create = onEverything("CreateKey", keys);
        if ((input.Tags ?? []).length === 0) return create;
        // Policies name keys for it, and this one has no id yet.
        const resource = keyArn({
          account_id: context.accountId,
          region: context.region,
          key_id: "*",
        });
        return [create, { action: "kms:TagResource", resource, context: tagged }];
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
      handle: ({ KeyId }, context, key: KeyRow | undefined) => {
        if (!key) throw missing(readKeyName(KeyId, context), context);
        return { KeyMetadata: keyMetadata(key) };
      },
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

/** As on AWS, whoever describes `alias/aws/s3` first has its key made. */
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
  checkBuilt(input);
  const tags = checkedTags(input.Tags);
  const policy = await storedPolicy(
    input.Policy ?? defaultPolicy(accountId),
    deps.directory,
    context,
  );
  const { region, nowMs } = context;
  const made = makeKey(
    {
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

/** Throws UnsupportedOperationException for kinds of keys that there aren't. */
function checkBuilt(input: CreateInput): void {
  const spec = input.KeySpec ?? input.CustomerMasterKeySpec ?? "SYMMETRIC_DEFAULT";
  const { KeyUsage = "ENCRYPT_DECRYPT", Origin = "AWS_KMS" } = input;
  if (spec !== "SYMMETRIC_DEFAULT" && input.KeyUsage === undefined) throw validation(NO_USAGE);
  if (spec !== "SYMMETRIC_DEFAULT") throw notBuilt(`KeySpec ${spec}`);
  if (KeyUsage !== "ENCRYPT_DECRYPT") throw notBuilt(`KeyUsage ${KeyUsage}`);
  if (Origin !== "AWS_KMS") throw notBuilt(`Origin ${Origin}`);
  if (input.MultiRegion) throw notBuilt("MultiRegion keys");
  if (input.CustomKeyStoreId !== undefined) throw notBuilt("CustomKeyStoreId");
  if (input.XksKeyId !== undefined) throw notBuilt("XksKeyId");
}
