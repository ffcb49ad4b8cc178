import type { Log } from "../../../kernel/ports/log.ts";
import { ReadableRows } from "../../../kernel/readable-rows.ts";
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

interface SessionRecoveryParts {
  readonly store: Store;
  readonly log: Log;
  readonly journal: SessionJournal;
  /** This node, and whether it has a stream. */
  readonly here: () => { readonly nodeId: string; readonly isHere: (streamId: string) => boolean };
}

/** Closes sessions of this node that an earlier process, or another node, left open as it died. */
export class SessionRecovery {
  readonly #store: Store<IvsTables>;
  readonly #journal: SessionJournal;
  readonly #here: SessionRecoveryParts["here"];
  readonly #rows: ReadableRows;

  constructor({ store, log, journal, here }: SessionRecoveryParts) {
    this.#store = store.tables<IvsTables>();
    this.#journal = journal;
    this.#here = here;
    this.#rows = new ReadableRows("ivs", log);
  }

  /** Closes them at the last moment that is known of them. */
  async closeOpen(): Promise<void> {
    const { nodeId, isHere } = this.#here();
    // Nodes look every few seconds: a node that has thousands of streams reads only their ids.
    const open = await listOpenStreamsOf(this.#store.db, nodeId);
    const left = open.filter((streamId) => !isHere(streamId));
    for (let at = 0; at < left.length; at += READ_AT_ONCE)
      await this.#close(left.slice(at, at + READ_AT_ONCE));
  }

  async #close(streamIds: readonly string[]): Promise<void> {
    const { db } = this.#store;
    const rows = await selectOpenSessions(db, streamIds);
    const sessions = this.#rows.of("stream session", rows, streamIdOf, (session) => ({
      session,
      subject: subjectOfSession(session),
    }));
    const events = await knownEvents(db, streamIds);
    const recorded = await recordedUntil(db, streamIds);
    const close = async ({ session, subject }: OpenSession) => {
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
      const ended = { ended_at_ms: atMs };
      await this.#journal.record(subject, ended, ...ends, occurrence("Session Ended"));
    };
    for (let at = 0; at < sessions.length; at += CLOSED_AT_ONCE)
      await Promise.all(sessions.slice(at, at + CLOSED_AT_ONCE).map(close));
  }
}

interface OpenSession {
  readonly session: StreamSessionRow;
  readonly subject: EventSubject;
}

function streamIdOf({ stream_id: id }: StreamSessionRow): string {
  return id;
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
