import { AwsError } from "../../../kernel/aws-error.ts";
import type { Clock } from "../../../kernel/clock.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { compilePattern, type EventTest } from "../pattern/compile-pattern.ts";
import type { DeliveryRow, EventsTables, RuleRow } from "../tables.ts";
import type { Webhook } from "./webhook.ts";

/** Deliveries waiting at most: beyond it the oldest event's place isn't worth the disk. */
const WAITING_MAX = 100_000;
/** Compiled patterns kept, by their text. */
const PATTERNS_MAX = 1_000;

/** Finds whom an event is for, and puts it on its way to each: durable when `route` resolves. */
export class EventRouter {
  readonly #store: Store<EventsTables>;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #webhooks: readonly Webhook[];
  readonly #log: Log;
  readonly #tests = new Map<string, EventTest>();

  constructor(store: Store, clock: Clock, ids: Ids, webhooks: readonly Webhook[], log: Log) {
    this.#store = store.tables<EventsTables>();
    this.#clock = clock;
    this.#ids = ids;
    this.#webhooks = webhooks;
    this.#log = log;
  }

  /** True when the event is on its way to somebody. */
  async route(event: AwsEvent): Promise<boolean> {
    const hooks = this.#webhooks.filter(({ matches }) => matches(event));
    const rules = (await this.#rulesOf(event)).filter((rule) => this.#test(rule)(event));
    const deliveries = hooks.map(({ id }) => this.#delivery(event, "", id));
    for (const rule of rules) {
      const targets = await this.#store.db
        .selectFrom("events_targets")
        .select("id")
        .where("account_id", "=", rule.account_id)
        .where("region", "=", rule.region)
        .where("rule_name", "=", rule.name)
        .execute();
      for (const { id } of targets) deliveries.push(this.#delivery(event, rule.name, id));
    }
    if (deliveries.length === 0) return false;
    await this.#store.transaction(async ({ db }) => {
      const { count } = await db
        .selectFrom("events_deliveries")
        .select((select) => select.fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow();
      if (Number(count) + deliveries.length > WAITING_MAX) {
        throw new Error(`More than ${WAITING_MAX} events wait to be delivered: ${event.id} isn't.`);
      }
      await db.insertInto("events_deliveries").values(deliveries).execute();
    });
    return true;
  }

  #rulesOf(event: AwsEvent): Promise<RuleRow[]> {
    return this.#store.db
      .selectFrom("events_rules")
      .selectAll()
      .where("account_id", "=", event.account)
      .where("region", "=", event.region)
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

  /** A pattern that an earlier build took, and AWS wouldn't, must not keep events from the other rules. */
  #compile(text: string, rule: string): EventTest {
    try {
      return compilePattern(text);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#log.warn({ rule, error: error.message }, "a rule matches no event: put it again");
      return () => false;
    }
  }

  #delivery(event: AwsEvent, ruleName: string, targetId: string): DeliveryRow {
    const nowMs = this.#clock.nowMs();
    return {
      id: this.#ids.uuid(),
      account_id: event.account,
      region: event.region,
      rule_name: ruleName,
      target_id: targetId,
      event: JSON.stringify(event),
      attempts: 0,
      first_at_ms: nowMs,
      next_at_ms: nowMs,
      claimed_until_ms: 0,
    };
  }
}
