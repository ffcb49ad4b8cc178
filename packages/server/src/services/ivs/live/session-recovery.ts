import type { Store } from "../../../kernel/store.ts";
import { recordedUntil } from "../rows/recordings.ts";
import { knownEvents } from "../rows/stream-events.ts";
import { listOpenStreamsOf, selectOpenSessions } from "../rows/stream-sessions.ts";
import type { EventSubject, IvsOccurrence, StreamStateName } from "../sessions/ivs-event.ts";
import type { SessionJournal } from "../sessions/session-journal.ts";
import type { ChannelRow, IvsTables, StreamSessionRow } from "../tables.ts";

/** Sessions that are read together. */
const READ_AT_ONCE = 100;
/** Sessions that are closed side by side: requests need connections, too. */
const CLOSED_AT_ONCE = 4;

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
  // Nodes look every few seconds: a node that has thousands of streams reads only their ids.
  const open = await listOpenStreamsOf(store.db, owner);
  const left = open.filter((streamId) => !isHere(streamId));
  for (let at = 0; at < left.length; at += READ_AT_ONCE)
    await closeSessions(left.slice(at, at + READ_AT_ONCE), store, journal);
}

async function closeSessions(
  streamIds: readonly string[],
  { db }: Store<IvsTables>,
  journal: SessionJournal,
): Promise<void> {
  const sessions = await selectOpenSessions(db, streamIds);
  const events = await knownEvents(db, streamIds);
  const recorded = await recordedUntil(db, streamIds);
  const close = async (session: StreamSessionRow) => {
    const { stream_id: streamId, created_at_ms: createdAtMs } = session;
    const { latestMs = 0, names = [] } = events.get(streamId) ?? {};
    // The end of its recording, or the last thing that is known of it.
    const atMs = Math.max(createdAtMs, latestMs, recorded.get(streamId) ?? 0);
    const occurrence = (name: StreamStateName): IvsOccurrence => ({
      type: "IVS Stream State Change",
      name,
      atMs,
    });
    // It started, and its end isn't recorded: the process may have died between the two ends.
    const endIsDue = session.started_at_ms !== null && !names.includes("Stream End");
    const ends = endIsDue ? [occurrence("Stream End")] : [];
    const subject = subjectOfSession(session);
    await journal.record(subject, { ended_at_ms: atMs }, ...ends, occurrence("Session Ended"));
  };
  for (let at = 0; at < sessions.length; at += CLOSED_AT_ONCE)
    await Promise.all(sessions.slice(at, at + CLOSED_AT_ONCE).map(close));
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
