import type * as kms from "@aws-sdk/client-kms";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { toShownPolicy } from "../../../kernel/policy-principals.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { callerKeys, kindKeys, requestTagKeys } from "../access/condition-keys.ts";
import { onEverything, onKey, onNewTags } from "../access/key-authorization.ts";
import { currentKey, keyOperation, requireUsable } from "../access/key-operation.ts";
import { defaultPolicy, refuseLockout, storedPolicy } from "../access/key-policy.ts";
import type { KmsDependencies } from "../dependencies.ts";
import { keyNotFound, limitExceeded, notPrimary, replicaExists } from "../errors.ts";
import { keyArn, multiRegionType } from "../key-name.ts";
import { KEYS_PER_REGION } from "../quotas.ts";
import { countKeys, findLivingKey, insertKey, relatedKeys, updateRelated } from "../rows/keys.ts";
import type { KeyRow, KmsTables } from "../tables.ts";
import { keyMetadata } from "./key-metadata.ts";
import { checkedTags } from "./key-tags.ts";

type ReplicateInput = Checked<kms.ReplicateKeyCommandInput>;

/** ReplicateKey, UpdatePrimaryRegion. */
export function multiRegionOperations(deps: KmsDependencies): OperationTable {
  return defineOperations<typeof kms>()({
    ReplicateKey: keyOperation(
      "ReplicateKey",
      {
        asked: ({ ReplicaRegion }) => ({ keys: { "kms:replicaregion": ReplicaRegion } }),
        also: async (key, { ReplicaRegion: region, ...input }, context) => {
          const keys = {
            ...callerKeys(context),
            ...kindKeys({ ...key, region }),
            ...requestTagKeys(input.Tags),
            "kms:bypasspolicylockoutsafetycheck": String(
              input.BypassPolicyLockoutSafetyCheck ?? false,
            ),
          };
          return [
            onEverything("CreateKey", keys),
            ...onNewTags(input.Tags, { ...key, region }, context),
          ];
        },
      },
      (key, input, context) => replicate(key, input, context, deps),
    ),
    UpdatePrimaryRegion: keyOperation(
      "UpdatePrimaryRegion",
      {
        asked: ({ PrimaryRegion }) => ({ keys: { "kms:primaryregion": PrimaryRegion } }),
        also: async (key, { PrimaryRegion: region }, context) => {
          const keys = { "kms:primaryregion": region };
          const replica = await findRelated(key, region, context);
          if (!replica) return [];
          return [
            await onKey("UpdatePrimaryRegion", replica, context, { keys, isManagement: true }),
          ];
        },
      },
      async (key, { PrimaryRegion: region }, context) => {
        requirePrimary(key);
        requireUsable(key);
        const replica = await findRelated(key, region, context);
        if (!replica) throw keyNotFound(keyArn({ ...key, region }));
        requireUsable(replica);
        return context.transaction<KmsTables, object>(async ({ db }) => {
          requirePrimary(await currentKey(key, context, db));
          await currentKey(replica, context, db);
          await updateRelated(key, { primary_region: region }, db);
          return {};
        });
      },
    ),
  });
}

/** Throws UnsupportedOperationException. */
function requirePrimary(key: KeyRow): void {
  if (multiRegionType(key) !== "PRIMARY") throw notPrimary(keyArn(key));
}

function findRelated(
  { key_id }: KeyRow,
  region: string,
  context: RequestContext,
): Promise<KeyRow | undefined> {
  return findLivingKey({ region, key_id }, context.nowMs, context.db<KmsTables>());
}

/** ReplicateKey. The replica has policy, tags and description of its own, and shares the rest. */
async function replicate(
  primary: KeyRow,
  input: ReplicateInput,
  context: RequestContext,
  { directory }: KmsDependencies,
): Promise<kms.ReplicateKeyResponse> {
  requirePrimary(primary);
  requireUsable(primary);
  const { account_id } = primary;
  const { ReplicaRegion: region, Description: description = "", Tags } = input;
  const text = input.Policy ?? defaultPolicy(account_id);
  const replica: KeyRow = {
    ...primary,
    region,
    description,
    policy: await storedPolicy(text, directory, context),
    tags: JSON.stringify(checkedTags(Tags)),
    created_ms: context.nowMs,
    // Imported material is imported into each key.
    has_material: primary.origin === "EXTERNAL" ? 0 : 1,
    valid_to_ms: null,
  };
  if (input.Policy !== undefined && !input.BypassPolicyLockoutSafetyCheck)
    await refuseLockout(replica, context);
  const related = await context.transaction<KmsTables, readonly KeyRow[]>(async ({ db }) => {
    requirePrimary(await currentKey(primary, context, db));
    if (await findLivingKey(replica, context.nowMs, db)) throw replicaExists(keyArn(replica));
    if ((await countKeys(account_id, region, db)) >= KEYS_PER_REGION)
      throw limitExceeded(`The account has ${KEYS_PER_REGION} keys in ${region}.`);
    await insertKey(replica, db);
    return relatedKeys(primary, context.nowMs, db);
  });
  const { CurrentKeyMaterialId: _, ...metadata } = keyMetadata(replica, related);
  return {
    // AWS answers before the replica can be used.
    ReplicaKeyMetadata: { ...metadata, KeyState: "Creating", Enabled: false },
    ReplicaPolicy: await toShownPolicy(replica.policy, directory, context),
    ...(Tags === undefined ? {} : { ReplicaTags: Tags }),
  };
}
