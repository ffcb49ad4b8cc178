import type * as ivs from "@aws-sdk/client-ivs";
import type { Ids } from "../../../kernel/ids.ts";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { requestTagKeys } from "../../../kernel/tagged-resources/decisions.ts";
import { newTags } from "../../../kernel/tagged-resources/tags.ts";
import { decisions } from "../authorization.ts";
import { batchGet, decidedByItem } from "../batch-items.ts";
import type { IvsDependencies } from "../dependencies.ts";
import { quotaExceeded } from "../errors.ts";
import type { IvsQuotas } from "../quotas.ts";
import { resources } from "../rows/resources.ts";
import { selectStreamKeys } from "../rows/stream-keys.ts";
import type { IvsTables, StreamKeyRow } from "../tables.ts";
import { streamKeySummary, streamKeyView } from "./channel-view.ts";

const RESOURCE_ID_LENGTH = 12;
const SECRET_LENGTH = 30;
/** Unlike the other lists. Source: IVS API Reference, ListStreamKeys. */
const MAX_RESULTS_DEFAULT = 1;

/** A key's value names its Region and its id: `sk_us-east-1_<id>_<30 characters>`. */
export function newStreamKey(
  channelId: string,
  tags: string,
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
    tags,
    created_at_ms: context.nowMs,
  };
}

export function streamKeyOperations(deps: IvsDependencies, quotas: IvsQuotas): OperationTable {
  return defineOperations<typeof ivs>()({
    CreateStreamKey: {
      authorize: (input, context) =>
        decisions.onAny("CreateStreamKey", "stream-key", context, requestTagKeys(input.tags)),
      async handle(input, context) {
        resources.refuseReservedTags(Object.keys(input.tags ?? {}));
        const key = await context.transaction<IvsTables, StreamKeyRow>(async ({ db }) => {
          const channel = await resources.require("channel", input.channelArn, context, db);
          const present = await selectStreamKeys(db, context, channel.id);
          if (present.length >= quotas.streamKeys)
            throw quotaExceeded("stream keys per channel", quotas.streamKeys);
          const row = newStreamKey(channel.id, newTags(input.tags, context), context, deps.ids);
          await resources.insert("stream-key", row, db);
          return row;
        });
        return { streamKey: streamKeyView(key) };
      },
    },
    GetStreamKey: decisions.operation(
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
    // A running broadcast goes on: the key only says who may begin one.
    DeleteStreamKey: decisions.operation(
      "stream-key",
      ({ arn }) => arn,
      async (key, _input, context) => {
        await context.transaction<IvsTables, void>(({ db }) =>
          resources.delete("stream-key", key, db),
        );
        return {};
      },
    ),
    ListStreamKeys: withSubject({
      authorize: async ({ channelArn: arn }, context) => {
        const channel = await resources.find(arn, context);
        const onChannel = decisions.onRow("ListStreamKeys", arn, channel);
        const pairs = [onChannel, decisions.onAny("ListStreamKeys", "stream-key", context)];
        return { pairs, subject: channel };
      },
      handle: async (input, context, subject) => {
        const { id: value } = resources.own("channel", input.channelArn, subject, context);
        const filter = { column: "channel_id", value } as const;
        const page = await resources.list(
          "stream-key",
          input,
          MAX_RESULTS_DEFAULT,
          context,
          filter,
        );
        return { streamKeys: page.rows.map(streamKeySummary), nextToken: page.nextToken };
      },
    }),
  });
}
