import type { Kysely } from "kysely";
import { arns } from "../resource-arn.ts";
import { selectOpenSession } from "../rows/stream-sessions.ts";
import type { IvsTables } from "../tables.ts";

export interface Contender {
  readonly channelArn: string;
  readonly priority: number | undefined;
  readonly nodeId: string;
  /** Whether a stream is one of this process's broadcasts: then the engine decides. */
  readonly isHere: (streamId: string) => boolean;
}

/**
 * Why an encoder may not publish while another node has the channel's stream, in the engine's
 * words; undefined when it may.
 */
export async function contentionReason(
  { channelArn, priority, nodeId, isHere }: Contender,
  db: Kysely<IvsTables>,
): Promise<string | undefined> {
  const place = arns.parse(channelArn);
  const session = place && (await selectOpenSession(db, place, place.id));
  if (!session || isHere(session.stream_id)) return undefined;
  if (session.owner === nodeId) return "the channel's last stream is just ending";
  if (priority === undefined) return "the channel already has a publisher, on another node";
  return priority > session.priority
    ? undefined
    : "the priority is not higher than the running publisher's";
}
