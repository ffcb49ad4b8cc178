import type { StreamHealth, StreamMedia } from "@rolecast/media";
import type { EventBus } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import type { IvsTables, StreamSessionRow } from "../tables.ts";
import { type EventSubject, type IvsOccurrence, ivsEvent } from "./ivs-event.ts";
import { LeaseLostError } from "./lease-lost.ts";

/** As many as GetStreamSession shows. Source: IVS API Reference, StreamSession.truncatedEvents. */
export const SESSION_EVENTS_MAX = 500;

/** The columns of a session that change while it lasts. */
export type SessionChange = Partial<
  Pick<StreamSessionRow, "started_at_ms" | "ended_at_ms" | "health" | "media" | "priority">
>;

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
    await this.#store.transaction(async (tx) => {
      if (this.#store.shared) await this.#requireOurs(tx, subject);
      if (Object.keys(change).length > 0)
        await tx.db
          .updateTable("ivs_stream_sessions")
          .set(change)
          .where("stream_id", "=", subject.streamId)
          .execute();
      for (const occurrence of occurrences) await this.tell(tx, subject, occurrence);
    });
  }

  async #requireOurs({ db }: Transaction<IvsTables>, { streamId }: EventSubject): Promise<void> {
    const session = await db
      .selectFrom("ivs_stream_sessions")
      .select("owner")
      .where("stream_id", "=", streamId)
      .executeTakeFirst();
    if (session?.owner !== this.#nodeId()) throw new LeaseLostError();
  }

  /** Adds to the session's events inside `tx`; the event is published after the commit. */
  async tell(
    tx: Transaction<IvsTables>,
    subject: EventSubject,
    occurrence: IvsOccurrence,
  ): Promise<void> {
    const { db } = tx;
    const { streamId, accountId, region } = subject;
    const { last } = await db
      .selectFrom("ivs_stream_events")
      .select((select) => select.fn.max("sequence").as("last"))
      .where("stream_id", "=", streamId)
      .executeTakeFirstOrThrow();
    const sequence = Number(last ?? 0) + 1;
    await db
      .insertInto("ivs_stream_events")
      .values({
        stream_id: streamId,
        account_id: accountId,
        region,
        sequence,
        type: occurrence.type,
        name: occurrence.name,
        code: occurrence.code ?? null,
        event_time_ms: occurrence.atMs,
      })
      .execute();
    await db
      .deleteFrom("ivs_stream_events")
      .where("stream_id", "=", streamId)
      .where("sequence", "<=", sequence - SESSION_EVENTS_MAX)
      .execute();
    if (occurrence.failure)
      await db
        .updateTable("ivs_stream_sessions")
        .set({ has_error_event: 1 })
        .where("stream_id", "=", streamId)
        .execute();
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
