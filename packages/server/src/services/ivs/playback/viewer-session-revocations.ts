import type * as ivs from "@aws-sdk/client-ivs";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { decisions } from "../authorization.ts";
import { decidedByItem, eachItem } from "../batch-items.ts";
import { channelArn } from "../channels/channel-view.ts";
import { resources } from "../rows/resources.ts";
import { writeRevocation } from "../rows/viewer-session-revocations.ts";
import type { ChannelRow, IvsTables } from "../tables.ts";
import type { RevokedViewers } from "./revoked-viewers.ts";

/** Ends what a viewer of a private channel is watching, by the viewer id in its tokens. */
export function viewerSessionRevocationOperations(revoked: RevokedViewers): OperationTable {
  return defineOperations<typeof ivs>()({
    StartViewerSessionRevocation: decisions.operation(
      "channel",
      ({ channelArn }) => channelArn,
      async (channel, input, context) => {
        await revoke(channel, input, context, revoked);
        return {};
      },
    ),
    BatchStartViewerSessionRevocation: {
      authorize: decidedByItem,
      async handle({ viewerSessions }, context) {
        const { refused } = await eachItem(
          viewerSessions,
          (session) => session.channelArn,
          (session, row) => {
            const channel = resources.own("channel", session.channelArn, row, context);
            return revoke(channel, session, context, revoked);
          },
          context,
        );
        const errors = refused.map(({ item: { channelArn, viewerId }, code, message }) => ({
          ...{ channelArn, viewerId, code, message },
        }));
        return { errors };
      },
    },
  });
}

async function revoke(
  decided: ChannelRow,
  input: Checked<ivs.BatchStartViewerSessionRevocationViewerSession>,
  context: RequestContext,
  revoked: RevokedViewers,
): Promise<void> {
  const { viewerId, viewerSessionVersionsLessThanOrEqualTo: versionMax = 0 } = input;
  await context.transaction<IvsTables, void>(async (tx) => {
    const channel = await resources.current("channel", decided, tx.db);
    const viewer = { channelArn: channelArn(channel), viewerId };
    await writeRevocation(viewer, versionMax, context.nowMs, tx.db);
    tx.afterCommit(() => revoked.forget(viewer));
  });
}
