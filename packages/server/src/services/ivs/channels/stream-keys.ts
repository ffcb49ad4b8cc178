import type * as ivs from "@aws-sdk/client-ivs";
import type { Checked } from "../../../kernel/checked.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onAny, onResource, requestTagKeys } from "../authorization.ts";
import { batchGet, decidedByItem } from "../batch-items.ts";
import type { IvsDependencies } from "../dependencies.ts";
import { quotaExceeded, resourceNotFound } from "../errors.ts";
import { isAfter, pageOf, positionOf, readPosition } from "../page-token.ts";
import type { IvsQuotas } from "../quotas.ts";
import { resourceOperation } from "../resource-operation.ts";
import { requireChannel } from "../rows/channels.ts";
import { selectStreamKeys } from "../rows/stream-keys.ts";
import { ownReference, refuseReservedTags, type Tags, writeTags } from "../rows/tags.ts";
import type { IvsTables, StreamKeyRow } from "../tables.ts";
import { streamKeySummary, streamKeyView } from "./channel-view.ts";

const RESOURCE_ID_LENGTH = 12;
const SECRET_LENGTH = 30;
/** Unlike the other lists. Source: IVS API Reference, ListStreamKeys. */
const MAX_RESULTS_DEFAULT = 1;

/** A key's value names its Region and its id: `sk_us-east-1_<id>_<30 characters>`. */
export function newStreamKey(
  channelId: string,
  tags: Tags | undefined,
  context: RequestContext,
  ids: Ids,
): StreamKeyRow {
  const id = ids.alphanumeric(RESOURCE_ID_LENGTH);
  return {
    account_id: context.accountId,
    region: context.region,
    id,
    channel_id: channelId,
    value: `sk_${context.region}_${id}_${ids.alphanumeric(SECRET_LENGTH)}`,
    tags: writeTags(tags),
    created_at_ms: context.nowMs,
  };
}

export function streamKeyOperations(deps: IvsDependencies, quotas: IvsQuotas): OperationTable {
  return defineOperations<typeof ivs>()({
    CreateStreamKey: {
      authorize: (input, context) =>
        onAny("CreateStreamKey", "stream-key", context, requestTagKeys(input.tags)),
      async handle(input, context) {
        refuseReservedTags(Object.keys(input.tags ?? {}));
        const key = await context.transaction<IvsTables, StreamKeyRow>(async ({ db }) => {
          const channel = await requireChannel(input.channelArn, context, db);
          const present = await selectStreamKeys(db, context, channel.id);
          if (present.length >= quotas.streamKeys)
            throw quotaExceeded("stream keys per channel", quotas.streamKeys);
          const row = newStreamKey(channel.id, input.tags, context, deps.ids);
          await db.insertInto("ivs_stream_keys").values(row).execute();
          return row;
        });
        return { streamKey: streamKeyView(key) };
      },
    },
    GetStreamKey: resourceOperation(
      "stream-key",
      ({ arn }) => arn,
      (key) => ({ streamKey: streamKeyView(key) }),
    ),
    BatchGetStreamKey: {
      authorize: decidedByItem,
      async handle(input, context) {
        const { found, errors } = await batchGet("stream-key", input.arns, streamKeyView, context);
        return { streamKeys: found, errors };
      },
    },
    DeleteStreamKey: {
      authorize: (input, context) => onResource("DeleteStreamKey", input.arn, context),
      handle: deleteStreamKey,
    },
    ListStreamKeys: {
      authorize: async (input, context) => [
        await onResource("ListStreamKeys", input.channelArn, context),
        onAny("ListStreamKeys", "stream-key", context),
      ],
      handle: listStreamKeys,
    },
  });
}

/** A running broadcast goes on: the key only says who may begin one. */
async function deleteStreamKey(
  input: Checked<ivs.DeleteStreamKeyRequest>,
  context: RequestContext,
): Promise<Record<string, never>> {
  const { id } = ownReference(input.arn, "stream-key", context);
  const deleted = await context.transaction<IvsTables, bigint>(async ({ db }) => {
    const { numDeletedRows } = await db
      .deleteFrom("ivs_stream_keys")
      .where("account_id", "=", context.accountId)
      .where("region", "=", context.region)
      .where("id", "=", id)
      .executeTakeFirst();
    return numDeletedRows;
  });
  if (deleted === 0n) throw resourceNotFound(input.arn);
  return {};
}

async function listStreamKeys(
  input: Checked<ivs.ListStreamKeysRequest>,
  context: RequestContext,
): Promise<ivs.ListStreamKeysResponse> {
  const channel = await requireChannel(input.channelArn, context);
  const limit = input.maxResults ?? MAX_RESULTS_DEFAULT;
  const scope = ["ListStreamKeys", context.accountId, context.region, channel.id];
  const after = readPosition(input.nextToken, scope);
  let query = context
    .db<IvsTables>()
    .selectFrom("ivs_stream_keys")
    .selectAll()
    .where("account_id", "=", context.accountId)
    .where("region", "=", context.region)
    .where("channel_id", "=", channel.id)
    .orderBy("created_at_ms")
    .orderBy("id")
    .limit(limit + 1);
  if (after) query = query.where(isAfter(after));
  const page = pageOf(await query.execute(), limit, scope, positionOf);
  return { streamKeys: page.rows.map(streamKeySummary), nextToken: page.nextToken };
}
