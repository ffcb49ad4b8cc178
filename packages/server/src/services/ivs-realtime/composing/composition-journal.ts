import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { Clock } from "../../../kernel/clock.ts";
import type { EventBus } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import {
  destinationsOf,
  findComposition,
  isOver,
  type StoredDestination,
} from "../rows/compositions.ts";
import { resources } from "../rows/resources.ts";
import type { CompositionRow, RealTimeTables } from "../tables.ts";
import { type CompositionUpdate, compositionEvent } from "./composition-event.ts";

export interface CompositionJournalOptions {
  readonly store: Store;
  readonly events: EventBus;
  readonly ids: Ids;
  readonly nodeId: () => string;
  readonly clock: Clock;
}

type Reference = Pick<CompositionRow, "account_id" | "region" | "id">;

/** A composition as a node took it: it is that node's while both are still so. */
type Taken = Reference & Pick<CompositionRow, "owner" | "session_id">;

/** A change of a destination. */
export interface DestinationNews {
  readonly id: string;
  readonly state: realTime.DestinationState;
  /** Default: now. */
  readonly atMs?: number | undefined;
  readonly reason?: string | undefined;
}

const NAMES: Readonly<Partial<Record<realTime.DestinationState, CompositionUpdate["name"]>>> = {
  ACTIVE: "Destination Start",
  RECONNECTING: "Destination Reconnecting",
  FAILED: "Destination Failure",
  STOPPED: "Destination End",
};

/** The end of a composition that went wrong; empty for any other. */
export interface CompositionFailure {
  /** Fails the destinations that aren't over. */
  readonly destinations?: string | undefined;
  /** Fails the composition, however its destinations have ended. */
  readonly session?: string | undefined;
  /** The reason where every destination has failed by itself. */
  readonly last?: string | undefined;
}

type TimedNews = DestinationNews & { readonly atMs: number };

interface Change {
  readonly row: Partial<CompositionRow>;
  readonly updates: readonly CompositionUpdate[];
}

/** Records the states of compositions, and publishes their events after the commit. */
export class CompositionJournal {
  readonly #options: CompositionJournalOptions;
  readonly #store: Store<RealTimeTables>;

  constructor(options: CompositionJournalOptions) {
    this.#options = options;
    this.#store = options.store.tables<RealTimeTables>();
  }

  /** Takes a composition that waits for a publisher to this node. False where it is taken. */
  async claim(row: CompositionRow, sessionId: string, atMs: number): Promise<boolean> {
    const owner = this.#options.nodeId();
    const claimed = await this.#change(row, atMs, (now, isInDoubt) => {
      if (isInDoubt && now.owner === owner && now.session_id === sessionId)
        return { row: { owner }, updates: [] };
      if (now.session_id !== "" || now.state === "STOPPING") return undefined;
      return {
        row: {
          ...{ owner, session_id: sessionId, state: "ACTIVE" },
          ...(now.started_at_ms === null ? { started_at_ms: atMs } : {}),
        },
        updates: now.started_at_ms === null ? [{ name: "Session Start" }] : [],
      };
    });
    return claimed !== undefined;
  }

  /**
   * Gives up a composition that is composed nowhere any more: it waits for a publisher again, as at
   * its beginning. Nothing happens where it has been taken from `owner` meanwhile.
   */
  async release(row: CompositionRow, atMs: number, reason: string): Promise<void> {
    await this.#change(row, atMs, (now) => {
      if (!isStill(now, row)) return undefined;
      const { destinations, updates } = changed(destinationsOf(now), (destination) =>
        isOver(destination)
          ? undefined
          : { id: destination.id, state: "RECONNECTING", atMs, reason },
      );
      return {
        row: { destinations, owner: "", session_id: "", waiting_since_ms: atMs },
        updates,
      };
    });
  }

  /**
   * Records what happened to one destination; one that is over stays as it is, and so does one of a
   * composition that was taken from the node that has `row` meanwhile. Where `row` has no owner,
   * `tx` has to rule that out.
   */
  async record(row: Reference | Taken, news: DestinationNews, tx?: Transaction): Promise<void> {
    const { atMs = this.#options.clock.nowMs() } = news;
    const change = (now: CompositionRow): Change | undefined => {
      if ("owner" in row && !isStill(now, row)) return undefined;
      const { destinations, updates } = changed(destinationsOf(now), (destination) =>
        destination.id === news.id && !isOver(destination) && destination.state !== news.state
          ? { ...news, atMs }
          : undefined,
      );
      return { row: { destinations }, updates };
    };
    if (tx) await this.#changeIn(tx.tables(), row, atMs, change);
    else await this.#change(row, atMs, change);
  }

  /**
   * Takes a composition that is to be ended to this node: none composes it from now on, and
   * whichever process ends it finds the failure in its row. Undefined where it was taken from the
   * node that has `row` meanwhile.
   */
  stop(
    row: CompositionRow,
    atMs: number,
    given: CompositionFailure,
  ): Promise<CompositionRow | undefined> {
    const owner = this.#options.nodeId();
    const failure = Object.keys(given).length > 0 ? JSON.stringify(given) : null;
    return this.#change(row, atMs, (now, isInDoubt) => {
      const mayBeOurs = isInDoubt && now.state === "STOPPING" && now.owner === owner;
      return mayBeOurs || isStill(now, row)
        ? { row: { state: "STOPPING", owner, failure }, updates: [] }
        : undefined;
    });
  }

  /**
   * Ends a composition that was stopped: as FAILED, too, where no destination has lived to its end.
   */
  async end(row: CompositionRow, atMs: number): Promise<void> {
    await this.#change(row, atMs, (now) => {
      if (!isStill(now, row)) return undefined;
      const { destinations: reason, session, last } = failureOf(row);
      const state = reason === undefined ? ("STOPPED" as const) : ("FAILED" as const);
      const before = destinationsOf(now);
      const { destinations, updates } = changed(before, (destination) =>
        isOver(destination) ? undefined : { id: destination.id, state, atMs, reason },
      );
      const after: readonly StoredDestination[] = JSON.parse(destinations);
      const hasFailed =
        session !== undefined || after.every((destination) => destination.state === "FAILED");
      const update: CompositionUpdate = hasFailed
        ? { name: "Session Failure", reason: session ?? reason ?? last }
        : { name: "Session End" };
      return {
        row: { destinations, state: hasFailed ? "FAILED" : "STOPPED", ended_at_ms: atMs },
        updates: [...updates, update],
      };
    });
  }

  #change(
    row: Reference,
    atMs: number,
    change: (now: CompositionRow, isInDoubt: boolean) => Change | undefined,
  ): Promise<CompositionRow | undefined> {
    const run = (tx: Transaction<RealTimeTables>) => this.#changeIn(tx, row, atMs, change);
    return this.#store.transaction(run, { patient: true, repeatable: true });
  }

  async #changeIn(
    tx: Transaction<RealTimeTables>,
    row: Reference,
    atMs: number,
    change: (now: CompositionRow, isInDoubt: boolean) => Change | undefined,
  ): Promise<CompositionRow | undefined> {
    const { events, ids } = this.#options;
    const now = await findComposition(tx.db, row);
    if (!now || now.ended_at_ms !== null) return undefined;
    const made = change(now, tx.isInDoubt ?? false);
    if (!made) return undefined;
    await resources.set("composition", now, made.row, tx.db);
    for (const update of made.updates) {
      const id = ids.uuid();
      tx.afterCommit(() => events.publish(compositionEvent(now, update, { id, atMs })));
    }
    return { ...now, ...made.row };
  }
}

/** Why a composition that was stopped ends; empty where nothing is wrong. */
export function failureOf({ failure }: CompositionRow): CompositionFailure {
  return failure === null ? {} : JSON.parse(failure);
}

function isStill(now: CompositionRow, row: Taken): boolean {
  return now.owner === row.owner && now.session_id === row.session_id;
}

/** Destinations after news of some, as JSON, and the events of them. */
function changed(
  before: readonly StoredDestination[],
  newsOf: (destination: StoredDestination) => TimedNews | undefined,
): { readonly destinations: string; readonly updates: readonly CompositionUpdate[] } {
  const updates: CompositionUpdate[] = [];
  const after = before.map((destination): StoredDestination => {
    const news = newsOf(destination);
    if (!news) return destination;
    const { state, atMs, reason } = news;
    const name = NAMES[state];
    if (name !== undefined) updates.push({ name, destination: destination.id, reason });
    return {
      ...{ ...destination, state },
      ...(state === "ACTIVE" && destination.startedAtMs === undefined ? { startedAtMs: atMs } : {}),
      ...(isOver({ ...destination, state }) ? { endedAtMs: atMs } : {}),
    };
  });
  return { destinations: JSON.stringify(after), updates };
}
