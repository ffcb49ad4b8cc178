import type * as cloudtrail from "@aws-sdk/client-cloudtrail";
import type { Checked } from "../../../kernel/checked.ts";
import type { Invoke } from "../../../kernel/invoke.ts";
import { defineOperations } from "../../../kernel/operations.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import {
  invalidBucketName,
  invalidCombination,
  invalidPrefix,
  tooManyTrails,
  trailAlreadyExists,
  unsupported,
} from "../errors.ts";
import type { CloudTrailTables, TrailRow } from "../tables.ts";
import { onEverything, onTrail } from "./on-trail.ts";
import { TrailBucket } from "./trail-bucket.ts";
import { checkTrailName, trailArn, trailArnOf } from "./trail-names.ts";
import {
  requireTrail,
  requireTrailHere,
  trailSettings,
  trailView,
  visibleTrails,
} from "./trail-queries.ts";
import { checkedTags, requestTagKeys } from "./trail-tags.ts";

/** Source: CloudTrail user guide, "Quotas". */
const TRAILS_PER_REGION = 5;
/** Source: API reference, CreateTrail. */
const KEY_PREFIX_MAX = 200;
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

type Settings = cloudtrail.CreateTrailRequest | cloudtrail.UpdateTrailRequest;
type Output = ReturnType<typeof trailSettings>;

/** Trails: which events go to which bucket. */
export function trailOperations(invoke: Invoke) {
  return defineOperations<typeof cloudtrail>()({
    CreateTrail: {
      authorize: ({ Name, TagsList }, context) => {
        const keys = requestTagKeys(TagsList);
        const create = onTrail("CreateTrail", Name, context, keys);
        const tagged = (TagsList ?? []).length > 0;
        return tagged ? [create, onTrail("AddTags", Name, context, keys)] : create;
      },
      handle: (input, context) => createTrail(input, context, invoke),
    },
    UpdateTrail: {
      authorize: ({ Name }, context) => onTrail("UpdateTrail", Name, context),
      handle: (input, context) => updateTrail(input, context, invoke),
    },
    DeleteTrail: {
      authorize: ({ Name }, context) => onTrail("DeleteTrail", Name, context),
      handle: ({ Name }, context) =>
        context.transaction<CloudTrailTables, object>(async ({ db }) => {
          const { trail_arn } = await requireTrailHere(Name, context, db);
          await db.deleteFrom("cloudtrail_deliveries").where("trail_arn", "=", trail_arn).execute();
          await db.deleteFrom("cloudtrail_trails").where("trail_arn", "=", trail_arn).execute();
          return {};
        }),
    },
    GetTrail: {
      authorize: ({ Name }, context) => onTrail("GetTrail", Name, context),
      handle: async ({ Name }, context) => ({
        Trail: trailView(await requireTrail(Name, context)),
      }),
    },
    DescribeTrails: {
      authorize: () => onEverything("DescribeTrails"),
      handle: async ({ trailNameList = [], includeShadowTrails = true }, context) => {
        requireAccount(context);
        const seen = await visibleTrails(context, context.db(), includeShadowTrails);
        const wanted = new Set(trailNameList.map((name) => trailArnOf(name, context)));
        const listed = seen.filter(({ trail_arn }) => wanted.size === 0 || wanted.has(trail_arn));
        return { trailList: listed.map(trailView) };
      },
    },
    ListTrails: {
      authorize: () => onEverything("ListTrails"),
      handle: async (_input, context) => {
        const accountId = requireAccount(context);
        const rows = await context
          .db<CloudTrailTables>()
          .selectFrom("cloudtrail_trails")
          .selectAll()
          .where("account_id", "=", accountId)
          .orderBy("trail_arn")
          .execute();
        return {
          Trails: rows.map(({ trail_arn, name, home_region }) => {
            return { TrailARN: trail_arn, Name: name, HomeRegion: home_region };
          }),
        };
      },
    },
  });
}

async function createTrail(
  input: Checked<cloudtrail.CreateTrailCommandInput>,
  context: RequestContext,
  invoke: Invoke,
): Promise<Output> {
  const accountId = requireAccount(context);
  const name = input.Name;
  checkTrailName(name);
  const arn = trailArn(context.region, accountId, name);
  const row: TrailRow = {
    trail_arn: arn,
    account_id: accountId,
    home_region: context.region,
    name,
    bucket_name: input.S3BucketName,
    key_prefix: null,
    multi_region: 0,
    global_events: 1,
    is_logging: 0,
    event_selectors: null,
    tags: JSON.stringify(checkedTags(input.TagsList, arn)),
    started_ms: null,
    stopped_ms: null,
    delivery_attempt_ms: null,
    delivered_ms: null,
    delivery_error: null,
    created_ms: context.nowMs,
    ...settingsOf(input),
  };
  checkSettings(row);
  await refuseAnother(row, context);
  await checkBucket(row, context, invoke);
  return context.transaction<CloudTrailTables, Output>(async ({ db }) => {
    await refuseAnother(row, context);
    await db.insertInto("cloudtrail_trails").values(row).execute();
    return trailSettings(row);
  });
}

async function updateTrail(
  input: Checked<cloudtrail.UpdateTrailCommandInput>,
  context: RequestContext,
  invoke: Invoke,
): Promise<Output> {
  const changes = settingsOf(input);
  const before = await requireTrailHere(input.Name, context, context.db());
  const changed = { ...before, ...changes };
  checkSettings(changed);
  await checkBucket(changed, context, invoke);
  return context.transaction<CloudTrailTables, Output>(async ({ db }) => {
    const { trail_arn } = await requireTrailHere(input.Name, context, db);
    await db
      .updateTable("cloudtrail_trails")
      .set({ bucket_name: changed.bucket_name, ...changes })
      .where("trail_arn", "=", trail_arn)
      .execute();
    return trailSettings(changed);
  });
}

/**
 * Writes to the bucket, as CloudTrail does. A call that joined a transaction can't: bytes are put
 * in one of their own. Then the same is decided, and written once the trail is there.
 */
function checkBucket(trail: TrailRow, context: RequestContext, invoke: Invoke): Promise<void> {
  const bucket = new TrailBucket(trail, invoke);
  if (!context.inTransaction) return bucket.check();
  return context.transaction(async (tx) => {
    await bucket.decide(tx);
    tx.afterCommit(() => {
      // Deliveries meet the same refusal, and the trail's status shows it.
      bucket.check().catch(() => {});
    });
  });
}

async function refuseAnother(row: TrailRow, context: RequestContext): Promise<void> {
  const { account_id, home_region, trail_arn, name } = row;
  const others = await context
    .db<CloudTrailTables>()
    .selectFrom("cloudtrail_trails")
    .select("trail_arn")
    .where("account_id", "=", account_id)
    .where("home_region", "=", home_region)
    .execute();
  if (others.some((other) => other.trail_arn === trail_arn))
    throw trailAlreadyExists(name, account_id);
  if (others.length >= TRAILS_PER_REGION)
    throw tooManyTrails(account_id, TRAILS_PER_REGION, home_region);
}

/** Turns the input into columns. Throws for what this server doesn't do. */
function settingsOf(input: Settings): Partial<TrailRow> {
  if (input.SnsTopicName) throw unsupported("notifications of trails (SnsTopicName)");
  if (input.CloudWatchLogsLogGroupArn || input.CloudWatchLogsRoleArn)
    throw unsupported("CloudWatch Logs (CloudWatchLogsLogGroupArn)");
  if (input.KmsKeyId) throw unsupported("encryption of log files with KMS (KmsKeyId)");
  if (input.IsOrganizationTrail) throw unsupported("organization trails (IsOrganizationTrail)");
  if (input.EnableLogFileValidation) throw unsupported("digest files (EnableLogFileValidation)");
  const { S3BucketName, S3KeyPrefix, IsMultiRegionTrail, IncludeGlobalServiceEvents } = input;
  return {
    ...(S3BucketName === undefined ? {} : { bucket_name: S3BucketName }),
    ...(S3KeyPrefix === undefined ? {} : { key_prefix: S3KeyPrefix === "" ? null : S3KeyPrefix }),
    ...(IsMultiRegionTrail === undefined ? {} : { multi_region: IsMultiRegionTrail ? 1 : 0 }),
    ...(IncludeGlobalServiceEvents === undefined
      ? {}
      : { global_events: IncludeGlobalServiceEvents ? 1 : 0 }),
  };
}

function checkSettings({ bucket_name, key_prefix, multi_region, global_events }: TrailRow): void {
  if (!BUCKET_NAME.test(bucket_name)) throw invalidBucketName(bucket_name);
  if (key_prefix !== null && (key_prefix.length > KEY_PREFIX_MAX || key_prefix.startsWith("/")))
    throw invalidPrefix(key_prefix);
  if (multi_region === 1 && global_events === 0)
    throw invalidCombination("Multi-Region trail must include global service events.");
}
