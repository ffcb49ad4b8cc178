import type { Store } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { type BusPlace, busArn } from "../arns.ts";
import { archivesOf } from "../rows/archives.ts";
import type { ArchiveRow, EventsTables, RuleRow } from "../tables.ts";

/** The rules and archives that a bus's events are held against. */
export interface Watchers {
  /** Those that are enabled and have a pattern. */
  readonly rules: readonly RuleRow[];
  readonly archives: readonly ArchiveRow[];
}

/**
 * Reads buses' rules and archives. Events that come in the same turn, as those of one step of a
 * stack do, share a read, which begins after all of them.
 */
export class BusWatchers {
  readonly #store: Store<EventsTables>;
  readonly #next = new Map<string, Promise<Watchers>>();

  constructor(store: Store<EventsTables>) {
    this.#store = store;
  }

  of(bus: BusPlace): Promise<Watchers> {
    const arn = busArn(bus);
    const reading = this.#next.get(arn) ?? this.#read(arn, bus);
    this.#next.set(arn, reading);
    return reading;
  }

  async #read(arn: string, bus: BusPlace): Promise<Watchers> {
    await nextTurn();
    this.#next.delete(arn);
    return { rules: await this.#rulesOf(bus), archives: await archivesOf(bus, this.#store.db) };
  }

  #rulesOf(bus: BusPlace): Promise<RuleRow[]> {
    return this.#store.db
      .selectFrom("events_rules")
      .selectAll()
      .where("account_id", "=", bus.account_id)
      .where("region", "=", bus.region)
      .where("bus_name", "=", bus.name)
      .where("state", "!=", "DISABLED")
      .where("event_pattern", "!=", "")
      .execute();
  }
}
