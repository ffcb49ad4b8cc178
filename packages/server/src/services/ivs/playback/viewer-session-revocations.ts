import type * as ivs from "@aws-sdk/client-ivs";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onResource } from "../authorization.ts";
import { requireChannel } from "../channel-queries.ts";
import { channelArn } from "../channel-view.ts";
import type { IvsTables } from "../tables.ts";
import { type RevokedViewers, writeRevocation } from "./revoked-viewers.ts";

/** Ends what a viewer of a private channel is watching, by the viewer id in its tokens. */
export function viewerSessionRevocationOperations(revoked: RevokedViewers): OperationTable {
  return defineOperations<typeof ivs>()({
    StartViewerSessionRevocation: {
      authorize: (input, context) => onResource(context.operation, input.channelArn, context),
      async handle(input, context) {
        await revoke(input, context, revoked);
        return {};
      },
    },
    BatchStartViewerSessionRevocation: {
      authorize: (input, context) => {
        const channels = new Set((input.viewerSessions ?? []).map((each) => each.channelArn));
        return Promise.all([...channels].map((arn) => onResource(context.operation, arn, context)));
      },
      async handle(input, context) {
        const errors: ivs.BatchStartViewerSessionRevocationError[] = [];
        for (const session of input.viewerSessions ?? []) {
          const { channelArn, viewerId } = session;
          try {
            await revoke(session, context, revoked);
          } catch (error) {
            if (!(error instanceof AwsError) || error.status !== 404) throw error;
            const code = String(error.status);
            errors.push({ channelArn, viewerId, code, message: error.message });
          }
        }
        return { errors };
      },
    },
  });
}

async function revoke(
  input: ivs.BatchStartViewerSessionRevocationViewerSession,
  context: RequestContext,
  revoked: RevokedViewers,
): Promise<void> {
  const { viewerId = "", viewerSessionVersionsLessThanOrEqualTo: versionMax = 0 } = input;
  await context.transaction<IvsTables, void>(async (tx) => {
    const channel = await requireChannel(input.channelArn, context, tx.db);
    const viewer = { channelArn: channelArn(channel), viewerId };
    await writeRevocation(viewer, versionMax, context.nowMs, tx.db);
    tx.afterCommit(() => revoked.forget(viewer));
  });
}
