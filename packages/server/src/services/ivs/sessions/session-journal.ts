import type { StreamHealth, StreamMedia } from "@rolecast/media";
import type { EventBus } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { LruMap } from "../../../kernel/lru-map.ts";
import { LeaseLostError } from "../../../kernel/recordings/lease-lost.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import { hasEvent, insertEvent } from "../rows/stream-events.ts";
import { findSessionOwner, type SessionChange, setSession } from "../rows/stream-sessions.ts";
import type { IvsTables, StreamSessionRow } from "../tables.ts";
import { type EventSubject, type IvsOccurrence, ivsEvent } from "./ivs-event.ts";

const FIRST_EVENT = "Session Created";
/** The last number is looked up for those beyond. */
const STREAMS_KNOWN_MAX = 20_000;

export interface SessionJournalOptions {
  readonly store: Store;
  readonly events: EventBus;
  readonly ids: Ids;
  /** The node whose sessions this process may change. */
  readonly nodeId: () => string;
}

/** Records what happens to broadcasts, and publishes the events after the commit. */
export class SessionJournal {
  readonly #store: Store<IvsTables>;
  readonly #events: EventBus;
  readonly #ids: Ids;
  readonly #nodeId: () => string;
  /** The number of each stream's last event, as far as this node has added it. */
  readonly #sequences = new LruMap<string, number>(STREAMS_KNOWN_MAX);

  constructor({ store, events, ids, nodeId }: SessionJournalOptions) {
    this.#store = store.tables<IvsTables>();
    this.#events = events;
    this.#ids = ids;
    this.#nodeId = nodeId;
  }

  /**
   * Changes the session and records what happened, in one transaction. Rejects with LeaseLostError
   * when the session is another node's by now.
   */
  async record(
    subject: EventSubject,
    change: SessionChange,
    ...occurrences: readonly IvsOccurrence[]
  ): Promise<void> {
    const write = async (tx: Transaction<IvsTables>) => {
      if (this.#store.shared) await this.#requireOurs(tx, subject);
      if (Object.keys(change).length > 0) await setSession(tx.db, subject.streamId, change);
      for (const occurrence of occurrences) await this.append(tx, subject, occurrence);
    };
    // A stream has one of these at a time.
    await this.#store.transaction(write, { patient: true, repeatable: true });
  }

  async #requireOurs({ db }: Transaction<IvsTables>, { streamId }: EventSubject): Promise<void> {
    if ((await findSessionOwner(db, streamId)) !== this.#nodeId()) throw new LeaseLostError();
  }

  /** Adds to the session's events inside `tx`; the event is published after the commit. */
  async append(
    tx: Transaction<IvsTables>,
    subject: EventSubject,
    occurrence: IvsOccurrence,
  ): Promise<void> {
    const { db } = tx;
    const { streamId, accountId, region } = subject;
    const row = {
      ...{ stream_id: streamId, account_id: accountId, region },
      ...{ type: occurrence.type, name: occurrence.name, code: occurrence.code ?? null },
      event_time_ms: occurrence.atMs,
    };
    if (!(tx.isInDoubt && (await hasEvent(db, row)))) {
      const last = occurrence.name === FIRST_EVENT ? 0 : this.#sequences.get(streamId);
      // Where this is taken back a number is left out, or the next one is looked up.
      this.#sequences.set(streamId, await insertEvent(db, row, last));
    }
    if (occurrence.failure) await setSession(db, streamId, { has_error_event: 1 });
    tx.afterCommit(() => this.#events.publish(ivsEvent(subject, occurrence, this.#ids.uuid())));
  }
}

/** The columns that a session begins with, beside its ids and snapshots. */
export function newSessionState(createdAtMs: number) {
  const health: StreamHealth = "UNKNOWN";
  return {
    created_at_ms: createdAtMs,
    started_at_ms: null,
    ended_at_ms: null,
    health,
    has_error_event: 0,
    media: null,
  };
}

export function readStreamMedia(row: StreamSessionRow): StreamMedia | undefined {
  if (row.media === null) return undefined;
  const media: StreamMedia = JSON.parse(row.media);
  return media;
}
