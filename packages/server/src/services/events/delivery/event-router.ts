import type { Kysely } from "kysely";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Clock } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { LARGE_BYTES_MIN } from "../in-flight-bytes.ts";
import { compilePattern, type EventTest } from "../pattern/compile-pattern.ts";
import type { IncomingEvent } from "../put-event.ts";
import { readTarget } from "../stored-target.ts";
import type { ArchiveRow, EventsTables, RuleRow } from "../tables.ts";
import { targetPlaceOf } from "../target-arn.ts";
import { ArchiveRoom } from "./archive-room.ts";
import { BusWatchers, type Watchers } from "./bus-watchers.ts";
import {
  type EventPlan,
  FUNCTION_DELIVERY,
  keepPlan,
  type PlannedArchived,
  type PlannedDelivery,
} from "./event-plan.ts";
import type { RuleMetrics } from "./rule-metrics.ts";
import { WaitingRoom } from "./waiting-room.ts";
import type { Webhook } from "./webhook.ts";

/** The thread isn't held any longer for rules. */
const SLICE_MS = 10;
/** Compiled patterns kept, by their text. */
const PATTERNS_MAX = 1_000;

/** A rule or an archive, as an event is held against it. */
type Matched = Pick<RuleRow | ArchiveRow, "name" | "event_pattern">;

export interface EventRouterParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly webhooks: readonly Webhook[];
  readonly log: Log;
  readonly metrics: Pick<RuleMetrics, "matched">;
}

/** Finds whom an event is for, and puts it on its way to each: durable when `route` resolves. */
export class EventRouter {
  readonly #store: Store<EventsTables>;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #webhooks: readonly Webhook[];
  readonly #log: Log;
  readonly #metrics: EventRouterParts["metrics"];
  readonly #room: WaitingRoom;
  readonly #archiveRoom: ArchiveRoom;
  readonly #watchers: BusWatchers;
  readonly #tests = new Map<string, EventTest>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ store, clock, ids, webhooks, log, metrics }: EventRouterParts) {
    this.#metrics = metrics;
    this.#store = store.tables<EventsTables>();
    this.#room = new WaitingRoom(this.#store, clock);
    this.#archiveRoom = new ArchiveRoom(this.#store, clock);
    this.#watchers = new BusWatchers(this.#store);
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
    const { rules, archives, timeMs } = await this.#matching(
      event,
      await this.#watchers.of(event.bus),
    );
    const deliveries = [
      ...hooks.map(({ id }) => this.#delivery(event, "", id)),
      ...(await this.#deliveries(event, rules)),
    ];
    const kept = await this.#archived(event, archives, timeMs);
    const plan: EventPlan = { json: event.json, deliveries, ...kept };
    if (deliveries.length + kept.archived.length + kept.full.length === 0) return "nobody";
    if (!(await this.takeRoom(event.bus.account_id, [plan]))) return "too-many";
    await this.#store.transaction(({ db }) => this.keep(plan, db));
    this.#metrics.matched(rules.map((rule) => ({ ...rule, rule_name: rule.name })));
    return deliveries.length > 0 ? "waiting" : "nobody";
  }

  /** The deliveries of an event that is replayed: to rules that match, of `names` if given. */
  async planReplay(event: IncomingEvent, names?: ReadonlySet<string>): Promise<EventPlan> {
    const { rules: all } = await this.#watchers.of(event.bus);
    const { rules } = await this.#matching(event, { rules: all, archives: [] });
    const wanted = rules.filter(({ name }) => names?.has(name) ?? true);
    return this.#planned(event, wanted);
  }

  /** The deliveries of an event that is for one rule's targets, whatever its pattern. */
  async planFor(event: IncomingEvent, rule: Pick<RuleRow, "name">): Promise<EventPlan> {
    return this.#planned(event, [rule]);
  }

  /** False where there is no room for the account's deliveries; else they count from now on. */
  takeRoom(account: string, plans: readonly EventPlan[]): Promise<boolean> {
    const bytes = plans.reduce(
      (sum, { json, deliveries }) => sum + deliveries.length * json.length,
      0,
    );
    const count = plans.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
    return this.#room.take(account, count, bytes);
  }

  /** Puts on its way what was planned, once the transaction is committed. */
  keep(plan: EventPlan, db: Kysely<EventsTables>): Promise<void> {
    return keepPlan(plan, this.#clock.nowMs(), db);
  }

  async #planned(
    event: IncomingEvent,
    rules: readonly Pick<RuleRow, "name">[],
  ): Promise<EventPlan> {
    const deliveries = await this.#deliveries(event, rules);
    return { json: event.json, deliveries, archived: [], full: [] };
  }

  async #deliveries(
    event: IncomingEvent,
    rules: readonly Pick<RuleRow, "name">[],
  ): Promise<readonly PlannedDelivery[]> {
    const deliveries: PlannedDelivery[] = [];
    for (const { name } of rules) {
      const targets = await this.#store.db
        .selectFrom("events_targets")
        .selectAll()
        .where("account_id", "=", event.bus.account_id)
        .where("region", "=", event.bus.region)
        .where("rule_name", "=", name)
        .execute();
      for (const row of targets) {
        const place = targetPlaceOf(readTarget(row).Arn ?? "", row);
        const kind = place?.kind === "function" ? FUNCTION_DELIVERY : "";
        deliveries.push({ ...this.#delivery(event, name, row.id), kind });
      }
    }
    return deliveries;
  }

  async #archived(
    event: IncomingEvent,
    archives: readonly ArchiveRow[],
    timeMs: number,
  ): Promise<Pick<EventPlan, "archived" | "full">> {
    const archived: PlannedArchived[] = [];
    const full: string[] = [];
    for (const { archive_id } of archives) {
      if (!(await this.#archiveRoom.take(archive_id, event.json.length))) {
        full.push(archive_id);
        continue;
      }
      const archived_at_ms = this.#clock.nowMs();
      archived.push({ id: this.#ids.uuid(), archive_id, time_ms: timeMs, archived_at_ms });
    }
    return { archived, full };
  }

  /**
   * Those of its bus's rules and archives that match the event. Events are parsed one after
   * another, since each takes many times its size meanwhile, and with pauses, since there may be
   * many rules.
   */
  async #matching(event: IncomingEvent, { rules, archives }: Watchers) {
    if (rules.length + archives.length === 0) return { rules: [], archives: [], timeMs: 0 };
    const found = this.#turn.then(async () => {
      if (event.json.length >= LARGE_BYTES_MIN) await nextTurn();
      const parsed = JSON.parse(event.json.toString()) as { readonly time: string };
      return {
        rules: await this.#thatMatch(rules, parsed),
        archives: await this.#thatMatch(archives, parsed),
        timeMs: Date.parse(parsed.time),
      };
    });
    this.#turn = found.catch(() => undefined);
    return found;
  }

  async #thatMatch<Row extends Matched>(rows: readonly Row[], parsed: unknown): Promise<Row[]> {
    const matching: Row[] = [];
    let sinceMs = performance.now();
    for (const row of rows) {
      if (row.event_pattern === null || this.#test(row.event_pattern, row.name)(parsed))
        matching.push(row);
      if (performance.now() - sinceMs < SLICE_MS) continue;
      await nextTurn();
      sinceMs = performance.now();
    }
    return matching;
  }

  #test(text: string, name: string): EventTest {
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

  #delivery(event: IncomingEvent, ruleName: string, targetId: string): PlannedDelivery {
    const nowMs = this.#clock.nowMs();
    return {
      id: this.#ids.uuid(),
      account_id: event.bus.account_id,
      region: event.bus.region,
      rule_name: ruleName,
      target_id: targetId,
      kind: "",
      is_forwarded: event.isForwarded ? 1 : 0,
      attempts: 0,
      failed_starts: 0,
      first_at_ms: nowMs,
      next_at_ms: nowMs,
      claimed_until_ms: 0,
      owner: "",
    };
  }
}
