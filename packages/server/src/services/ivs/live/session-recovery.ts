import type { Kysely } from "kysely";
import type { Store } from "../../../kernel/store.ts";
import { recordedUntil } from "../rows/recordings.ts";
import { hasEvent, latestEventTime } from "../rows/stream-events.ts";
import { listOpenSessionsOf } from "../rows/stream-sessions.ts";
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
  const { db } = store;
  const open = await listOpenSessionsOf(db, owner);
  for (const session of open) {
    if (isHere(session.stream_id)) continue;
    const atMs = await lastMoment(session, db);
    const occurrence = (name: StreamStateName): IvsOccurrence => ({
      type: "IVS Stream State Change",
      name,
      atMs,
    });
    const ends = (await streamEndIsDue(session, db)) ? [occurrence("Stream End")] : [];
    const subject = subjectOfSession(session);
    await journal.record(subject, { ended_at_ms: atMs }, ...ends, occurrence("Session Ended"));
  }
}

/** It started, and its end isn't recorded: the process may have died between the two ends. */
async function streamEndIsDue(session: StreamSessionRow, db: Kysely<IvsTables>): Promise<boolean> {
  return session.started_at_ms !== null && !(await hasEvent(db, session.stream_id, "Stream End"));
}

/** The end of its recording, or the last thing that is known of it. */
async function lastMoment(session: StreamSessionRow, db: Kysely<IvsTables>): Promise<number> {
  const { stream_id: streamId, created_at_ms: createdAtMs } = session;
  const latestMs = await latestEventTime(db, streamId);
  return Math.max(createdAtMs, latestMs, await recordedUntil(db, streamId));
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
