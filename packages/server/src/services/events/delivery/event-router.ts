import type { Kysely } from "kysely";
import type { Clock } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Store } from "../../../kernel/store.ts";
import { nextTurn, Turns } from "../../../kernel/work/turns.ts";
import type { IncomingEvent } from "../put-event.ts";
import { readTarget } from "../stored-target.ts";
import type { ArchiveRow, EventsTables, RuleRow } from "../tables.ts";
import { targetPlaceOf } from "../target-arn.ts";
import { ArchiveRoom } from "./archive-room.ts";
import { BusWatchers } from "./bus-watchers.ts";
import type { EventMatcher } from "./event-matcher.ts";
import {
  type EventPlan,
  FUNCTION_DELIVERY,
  keepPlan,
  type PlannedArchived,
  type PlannedDelivery,
  partsOf,
} from "./event-plan.ts";
import type { RuleMetrics } from "./rule-metrics.ts";
import { WaitingRoom } from "./waiting-room.ts";
import type { Webhook } from "./webhook.ts";

export interface EventRouterParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly webhooks: readonly Webhook[];
  readonly matcher: Pick<EventMatcher, "matching">;
  readonly metrics: Pick<RuleMetrics, "matched">;
}

/** Finds whom an event is for, and puts it on its way to each: durable when `route` resolves. */
export class EventRouter {
  readonly #store: Store<EventsTables>;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #webhooks: readonly Webhook[];
  readonly #metrics: EventRouterParts["metrics"];
  readonly #room: WaitingRoom;
  readonly #archiveRoom: ArchiveRoom;
  readonly #watchers: BusWatchers;
  readonly #matcher: EventRouterParts["matcher"];

  constructor({ store, clock, ids, webhooks, matcher, metrics }: EventRouterParts) {
    this.#metrics = metrics;
    this.#store = store.tables<EventsTables>();
    this.#room = new WaitingRoom(this.#store, clock);
    this.#archiveRoom = new ArchiveRoom(this.#store, clock);
    this.#watchers = new BusWatchers(this.#store);
    this.#clock = clock;
    this.#ids = ids;
    this.#webhooks = webhooks;
    this.#matcher = matcher;
  }

  /**
   * Puts an event on its way. `too-many`: the deliveries of its account, or of all accounts, that
   * wait take as much room as they may, or too many events wait to be matched.
   */
  async route(event: IncomingEvent): Promise<"waiting" | "nobody" | "too-many"> {
    // A forwarded event has been sent to them from the bus that it came from.
    const hooks = event.isForwarded ? [] : this.#webhooks.filter(({ matches }) => matches(event));
    const watchers = await this.#watchers.of(event.bus);
    const matching = await this.#matcher.matching(event, watchers);
    if (matching === "too-long") return "too-many";
    const { rules, archives, timeMs } = matching;
    const deliveries = [
      ...hooks.map(({ id }) => this.#delivery(event, "", id)),
      ...(await this.#deliveries(event, rules)),
    ];
    const kept = await this.#archived(event, archives, timeMs);
    const plan: EventPlan = { json: event.json, deliveries, ...kept };
    if (deliveries.length + kept.archived.length + kept.full.length === 0) return "nobody";
    if (!(await this.takeRoom(event.bus.account_id, [plan]))) return "too-many";
    const last = await this.keepAhead(plan);
    await this.#store.transaction(({ db }) => this.keep(last, db));
    this.#metrics.matched(rules.map((rule) => ({ ...rule, rule_name: rule.name })));
    return deliveries.length > 0 ? "waiting" : "nobody";
  }

  /**
   * The deliveries of an event that is replayed: to rules that match, of `names` if given;
   * undefined if too many events wait to be matched.
   */
  async planReplay(
    event: IncomingEvent,
    names?: ReadonlySet<string>,
  ): Promise<EventPlan | undefined> {
    const { rules } = await this.#watchers.of(event.bus);
    const matching = await this.#matcher.matching(event, { rules, archives: [] });
    if (matching === "too-long") return undefined;
    const wanted = matching.rules.filter(({ name }) => names?.has(name) ?? true);
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

  /**
   * Puts on its way what is too much for one transaction, and gives the rest. A process that dies
   * meanwhile has delivered to some targets an event that its sender will put again.
   */
  async keepAhead(plan: EventPlan): Promise<EventPlan> {
    const parts = partsOf(plan);
    for (const part of parts.slice(0, -1)) {
      await this.#store.transaction(({ db }) => this.keep(part, db));
      await nextTurn();
    }
    return parts.at(-1) ?? plan;
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
    const turns = new Turns();
    for (const { name } of rules) {
      await turns.next();
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
