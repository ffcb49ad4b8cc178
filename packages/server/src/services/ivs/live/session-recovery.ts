import type { Store } from "../../../kernel/store.ts";
import type { EventSubject, IvsOccurrence, StreamStateName } from "../sessions/ivs-event.ts";
import type { SessionJournal } from "../sessions/session-journal.ts";
import type { ChannelRow, IvsTables, StreamSessionRow } from "../tables.ts";

/**
 * Closes the sessions that an earlier process, or another node, left open when it died, at the last
 * moment that is known of them. `owner`: those of this node.
 */
export async function closeOpenSessions(
  store: Store<IvsTables>,
  journal: SessionJournal,
  owner: string,
  isHere: (streamId: string) => boolean,
): Promise<void> {
  const open = await store.db
    .selectFrom("ivs_stream_sessions")
    .selectAll()
    .where("ended_at_ms", "is", null)
    .where("owner", "=", owner)
    .orderBy("created_at_ms")
    .execute();
  for (const session of open) {
    if (isHere(session.stream_id)) continue;
    const atMs = await lastMoment(session, store);
    const occurrence = (name: StreamStateName): IvsOccurrence => ({
      type: "IVS Stream State Change",
      name,
      atMs,
    });
    const ends = (await streamEndIsDue(session, store)) ? [occurrence("Stream End")] : [];
    const subject = subjectOfSession(session);
    await journal.record(subject, { ended_at_ms: atMs }, ...ends, occurrence("Session Ended"));
  }
}

/** Started, and its end not told: the process may have died between the two ends. */
async function streamEndIsDue(session: StreamSessionRow, store: Store<IvsTables>) {
  if (session.started_at_ms === null) return false;
  const told = await store.db
    .selectFrom("ivs_stream_events")
    .select("sequence")
    .where("stream_id", "=", session.stream_id)
    .where("name", "=", "Stream End")
    .executeTakeFirst();
  return told === undefined;
}

/** The end of its recording, or the last thing that was told of it. */
async function lastMoment(session: StreamSessionRow, store: Store<IvsTables>): Promise<number> {
  const { told } = await store.db
    .selectFrom("ivs_stream_events")
    .select((select) => select.fn.max("event_time_ms").as("told"))
    .where("stream_id", "=", session.stream_id)
    .executeTakeFirstOrThrow();
  const recording = await store.db
    .selectFrom("ivs_recordings")
    .select(["ended_at_ms", "stream_ended_at_ms"])
    .where("last_stream_id", "=", session.stream_id)
    .executeTakeFirst();
  const { created_at_ms: createdAtMs } = session;
  const recordedUntilMs = recording?.stream_ended_at_ms ?? recording?.ended_at_ms ?? 0;
  return Math.max(createdAtMs, Number(told ?? 0), recordedUntilMs);
}

function subjectOfSession(session: StreamSessionRow): EventSubject {
  const channel: ChannelRow = JSON.parse(session.channel);
  return {
    accountId: session.account_id,
    region: session.region,
    channelId: session.channel_id,
    channelName: channel.name,
    streamId: session.stream_id,
  };
}
