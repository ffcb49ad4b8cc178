import { AwsError } from "../../../kernel/aws-error.ts";
import type { Clock } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { LARGE_BYTES_MIN } from "../in-flight-bytes.ts";
import { compilePattern, type EventTest } from "../pattern/compile-pattern.ts";
import type { IncomingEvent } from "../put-event.ts";
import type { DeliveryRow, EventsTables, RuleRow } from "../tables.ts";
import { WaitingRoom } from "./waiting-room.ts";
import type { Webhook } from "./webhook.ts";

/** The thread isn't held any longer for rules. */
const SLICE_MS = 10;
/** Compiled patterns kept, by their text. */
const PATTERNS_MAX = 1_000;

/** Finds whom an event is for, and puts it on its way to each: durable when `route` resolves. */
export class EventRouter {
  readonly #store: Store<EventsTables>;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #webhooks: readonly Webhook[];
  readonly #log: Log;
  readonly #room: WaitingRoom;
  readonly #tests = new Map<string, EventTest>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(store: Store, clock: Clock, ids: Ids, webhooks: readonly Webhook[], log: Log) {
    this.#store = store.tables<EventsTables>();
    this.#room = new WaitingRoom(this.#store, clock);
    this.#clock = clock;
    this.#ids = ids;
    this.#webhooks = webhooks;
    this.#log = log;
  }

  /**
   * Puts an event on its way. `too-many`: the deliveries of its account, or of all accounts, that
   * wait take as much room as they may.
   */
  async route(event: IncomingEvent): Promise<"waiting" | "nobody" | "too-many"> {
    // A forwarded event has been sent to them from the bus that it came from.
    const hooks = event.isForwarded ? [] : this.#webhooks.filter(({ matches }) => matches(event));
    const deliveries = hooks.map(({ id }) => this.#delivery(event, "", id));
    for (const rule of await this.#matching(event)) {
      const targets = await this.#store.db
        .selectFrom("events_targets")
        .select("id")
        .where("account_id", "=", rule.account_id)
        .where("region", "=", rule.region)
        .where("rule_name", "=", rule.name)
        .execute();
      for (const { id } of targets) deliveries.push(this.#delivery(event, rule.name, id));
    }
    if (deliveries.length === 0) return "nobody";
    const bytes = deliveries.length * event.json.length;
    if (!(await this.#room.take(event.bus.account_id, deliveries.length, bytes))) return "too-many";
    const text = event.json.toString();
    await this.#store.transaction(async ({ db }) => {
      const rows = deliveries.map((row) => ({ ...row, event: text, bytes: event.json.length }));
      await db.insertInto("events_deliveries").values(rows).execute();
    });
    return "waiting";
  }

  /**
   * Finds the rules that match the event. Events are parsed one after another, since each takes
   * many times its size meanwhile, and with pauses, since there may be many rules.
   */
  async #matching(event: IncomingEvent): Promise<readonly RuleRow[]> {
    const rules = await this.#rulesOf(event);
    if (rules.length === 0) return [];
    const found = this.#turn.then(async () => {
      if (event.json.length >= LARGE_BYTES_MIN) await nextTurn();
      const parsed: unknown = JSON.parse(event.json.toString());
      const matching: RuleRow[] = [];
      let sinceMs = performance.now();
      for (const rule of rules) {
        if (this.#test(rule)(parsed)) matching.push(rule);
        if (performance.now() - sinceMs < SLICE_MS) continue;
        await nextTurn();
        sinceMs = performance.now();
      }
      return matching;
    });
    this.#turn = found.catch(() => undefined);
    return found;
  }

  #rulesOf(event: IncomingEvent): Promise<RuleRow[]> {
    return this.#store.db
      .selectFrom("events_rules")
      .selectAll()
      .where("account_id", "=", event.bus.account_id)
      .where("region", "=", event.bus.region)
      .where("bus_name", "=", event.bus.name)
      .where("state", "!=", "DISABLED")
      .execute();
  }

  #test({ event_pattern: text, name }: RuleRow): EventTest {
    const known = this.#tests.get(text);
    if (known) return known;
    if (this.#tests.size >= PATTERNS_MAX) this.#tests.clear();
    const test = this.#compile(text, name);
    this.#tests.set(text, test);
    return test;
  }

  /** A pattern that only an earlier build accepted must not keep events from the other rules. */
  #compile(text: string, rule: string): EventTest {
    try {
      return compilePattern(text);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#log.warn({ rule, error: error.message }, "a rule matches no event: put it again");
      return () => false;
    }
  }

  #delivery(
    event: IncomingEvent,
    ruleName: string,
    targetId: string,
  ): Omit<DeliveryRow, "event" | "bytes"> {
    const nowMs = this.#clock.nowMs();
    return {
      id: this.#ids.uuid(),
      account_id: event.bus.account_id,
      region: event.bus.region,
      rule_name: ruleName,
      target_id: targetId,
      is_forwarded: event.isForwarded ? 1 : 0,
      attempts: 0,
      first_at_ms: nowMs,
      next_at_ms: nowMs,
      claimed_until_ms: 0,
    };
  }
}
