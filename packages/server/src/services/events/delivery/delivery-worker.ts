import type { Target } from "@aws-sdk/client-eventbridge";
import { parseArn } from "../../../kernel/arn.ts";
import { errorClass } from "../../../kernel/error-class.ts";
import type { OutgoingClient } from "../../../kernel/outgoing/outgoing-client.ts";
import { isDiskFull } from "../../../kernel/ports/disk-space.ts";
import type { ServiceDependencies } from "../../../kernel/service.ts";
import type { Store } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import type { Periodic } from "../../../kernel/work/periodic.ts";
import { backoffMs, type HeldTask, TaskQueue } from "../../../kernel/work/task-queue.ts";
import type { TaskTable } from "../../../kernel/work/task-table.ts";
import { readTarget } from "../stored-target.ts";
import type { DeliveryRow, EventsTables } from "../tables.ts";
import { targetPlaceOf } from "../target-arn.ts";
import { type ApiTargetParts, ApiTargets } from "./api-targets.ts";
import { type BusTargetParts, BusTargets } from "./bus-targets.ts";
import { FUNCTION_DELIVERY } from "./event-plan.ts";
import { type FunctionTargetParts, FunctionTargets } from "./function-targets.ts";
import {
  type DeliveryNeed,
  kindOfNeed,
  leave,
  leftDeliveries,
  releaseNeed,
  settingNeed,
} from "./left-deliveries.ts";
import { appendLine, logFileOf } from "./log-file.ts";
import type { RuleMetrics } from "./rule-metrics.ts";
import { type Delivered, sendRequest } from "./send-request.ts";
import { TargetInputs } from "./target-inputs.ts";
import type { Webhook } from "./webhook.ts";

const AT_ONCE_MAX = 8;
/** Longer than a delivery may take: its node is gone by then, and another one tries. */
const CLAIM_MS = 30_000;
const POLL_MS = 1_000;
/** A slow function keeps no other target waiting, and other functions as long as these are few. */
const FUNCTIONS_AT_ONCE_MAX = 16;
/** A call that its time has ended is given back by then. */
const FUNCTION_CLAIM_MARGIN_MS = 15_000;
/** Source: EventBridge user guide, "Retry policy": the defaults are the limits. */
const ATTEMPTS_MAX = 185;
const AGE_SECONDS_MAX = 86_400;

export interface DeliveryParts
  extends BusTargetParts,
    ApiTargetParts,
    FunctionTargetParts,
    Pick<ServiceDependencies, "clock" | "log" | "disk"> {
  readonly store: Store;
  readonly webhooks: readonly Webhook[];
  readonly metrics: RuleMetrics;
  readonly logDir: string;
  /** For webhooks and functions: the operator has set their addresses, wherever they are. */
  readonly trusted: OutgoingClient;
}

const DELIVERIES: TaskTable<DeliveryRow> = {
  name: "events_deliveries",
  id: "id",
  leasedUntilMs: "claimed_until_ms",
  owner: "owner",
  dueMs: "next_at_ms",
  attempts: "attempts",
  failedStarts: "failed_starts",
  orderBy: ["next_at_ms"],
};

/** Takes deliveries that are due, up to eight at once, until it is closed. */
export class DeliveryWorker {
  readonly #parts: DeliveryParts;
  readonly #store: Store<EventsTables>;
  readonly #queues: readonly TaskQueue<DeliveryRow>[];
  readonly #left: Periodic | undefined;
  readonly #buses: BusTargets;
  readonly #apis: ApiTargets;
  readonly #functions: FunctionTargets;
  readonly #inputs: TargetInputs;

  constructor(parts: DeliveryParts) {
    const { store, settings, webhooks } = parts;
    this.#parts = parts;
    this.#store = store.tables<EventsTables>();
    this.#buses = new BusTargets(parts);
    this.#apis = new ApiTargets(parts);
    this.#functions = new FunctionTargets(parts);
    this.#inputs = new TargetInputs(parts.clock);
    const functionMs = settings.eventFunctionTimeoutMs + FUNCTION_CLAIM_MARGIN_MS;
    const left = (names: readonly string[]) => names.map((name) => kindOfNeed(settingNeed(name)));
    const hooks = left(webhooks.map(({ id }) => id));
    const functions = left(Object.keys(settings.eventFunctions));
    this.#queues = [
      this.#queue(["", ...hooks], AT_ONCE_MAX, CLAIM_MS),
      this.#queue([FUNCTION_DELIVERY, ...functions], FUNCTIONS_AT_ONCE_MAX, functionMs),
    ];
    this.#left = store.shared ? leftDeliveries(parts) : undefined;
  }

  start(): void {
    for (const queue of this.#queues) queue.start();
    this.#left?.start();
    inBackground(this.#left?.wake());
  }

  /** Something may be due now. */
  wake(): void {
    for (const queue of this.#queues) queue.wake();
  }

  /** Leaves further work to other nodes. */
  async drain(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.drain()));
  }

  /** Resolves when what was under way has ended; the rest waits in the database. */
  async close(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.close()));
    await this.#left?.close();
  }

  #queue(values: readonly string[], atOnceMax: number, leaseMs: number): TaskQueue<DeliveryRow> {
    const { store, clock, log } = this.#parts;
    return new TaskQueue({
      store,
      clock,
      table: { ...DELIVERIES, pending: { column: "kind", values } },
      atOnceMax,
      leaseMs: () => leaseMs,
      lookEveryMs: POLL_MS,
      run: (task) => this.#attempt(task),
      giveUp: (task) => this.#giveUp(task),
      failed: (error, row) =>
        log.error({ delivery: row?.id, error: errorClass(error) }, "event delivery"),
    });
  }

  async #attempt(task: HeldTask<DeliveryRow>): Promise<void> {
    const { row } = task;
    const { metrics } = this.#parts;
    const target = row.rule_name === "" ? undefined : await this.#targetOf(row);
    const outcome = await this.#deliver(task, target);
    if (outcome.delivered) {
      if (await task.remove()) metrics.attempted(row, true);
      return;
    }
    const { notBeforeMs, need, reason } = outcome;
    if (notBeforeMs !== undefined) return this.#postpone(task, notBeforeMs, target, reason);
    if (need && this.#store.shared) return this.#leave(task, need, reason);
    const attempts = row.attempts + 1;
    const { MaximumRetryAttempts = ATTEMPTS_MAX, MaximumEventAgeInSeconds = AGE_SECONDS_MAX } =
      target?.RetryPolicy ?? {};
    const waitMs = backoffMs(row.attempts);
    const ageMs = this.#parts.clock.nowMs() + waitMs - row.first_at_ms;
    const isTooOld = ageMs > MaximumEventAgeInSeconds * 1000;
    const isGivenUp = !outcome.retry || isTooOld || attempts > MaximumRetryAttempts;
    const { log } = this.#parts;
    metrics.attempted(row, false);
    const facts = { rule: row.rule_name, target: row.target_id, attempts, reason };
    if (isGivenUp) {
      log.warn(facts, "An event is given up: it could not be delivered.");
      if (await task.remove()) metrics.givenUp(row);
    } else {
      log.debug(facts, "An event will be delivered again.");
      await task.retryIn(waitMs);
    }
  }

  /** One that failed for reasons of ours, again and again. */
  async #giveUp(task: HeldTask<DeliveryRow>): Promise<void> {
    const { row } = task;
    const { metrics, log } = this.#parts;
    const facts = { rule: row.rule_name, target: row.target_id, reason: "internal error" };
    log.warn(facts, "An event is given up: it could not be delivered.");
    if (await task.remove()) metrics.givenUp(row);
  }

  async #leave(task: HeldTask<DeliveryRow>, need: DeliveryNeed, reason: string): Promise<void> {
    const { rule_name: rule, target_id: target } = task.row;
    this.#parts.log.info({ rule, target, reason }, "An event is left to another node.");
    await leave(task, need);
  }

  /** A delivery whose turn hasn't come yet wasn't tried. Its age counts all the same. */
  async #postpone(
    task: HeldTask<DeliveryRow>,
    untilMs: number,
    target: Target | undefined,
    reason: string,
  ): Promise<void> {
    const { row } = task;
    const { MaximumEventAgeInSeconds: ageMax = AGE_SECONDS_MAX } = target?.RetryPolicy ?? {};
    if (untilMs - row.first_at_ms > ageMax * 1000) {
      const facts = { rule: row.rule_name, target: row.target_id, reason };
      this.#parts.log.warn(facts, "An event is given up: its turn comes too late.");
      if (await task.remove()) this.#parts.metrics.givenUp(row);
      return;
    }
    await task.finish(async (tx) => {
      await tx
        .tables<EventsTables>()
        .db.updateTable("events_deliveries")
        .set({ next_at_ms: Math.ceil(untilMs), claimed_until_ms: 0, owner: "" })
        .where("id", "=", row.id)
        .execute();
    });
    for (const queue of this.#queues) queue.wakeIn(untilMs - this.#parts.clock.nowMs());
  }

  async #targetOf(row: DeliveryRow): Promise<Target | undefined> {
    const found = await this.#store.db
      .selectFrom("events_targets")
      .selectAll()
      .where("account_id", "=", row.account_id)
      .where("region", "=", row.region)
      .where("rule_name", "=", row.rule_name)
      .where("id", "=", row.target_id)
      .executeTakeFirst();
    return found && readTarget(found);
  }

  async #deliver(
    { row, closing }: HeldTask<DeliveryRow>,
    target: Target | undefined,
  ): Promise<Delivered> {
    if (row.rule_name === "") return this.#deliverToWebhook(row);
    if (!target) return { delivered: false, retry: false, reason: "the target was removed" };
    const input = await this.#inputs.of(row, target);
    if (input === undefined)
      return { delivered: false, retry: false, reason: "Invalid input for target." };
    const place = targetPlaceOf(target.Arn ?? "", row);
    if (!place) {
      // PutTargets takes no such target; that of a newer release may.
      const need = releaseNeed(parseArn(target.Arn ?? "")?.service ?? "");
      return { delivered: false, retry: false, reason: "the target isn't the rule's", need };
    }
    if (place.kind === "api-destination") return this.#apis.deliver(row, target, input.text);
    if (place.kind === "event-bus")
      return this.#buses.deliver(row, target.RoleArn ?? "", place.bus);
    if (place.kind === "function") {
      const { eventFunctionTimeoutMs } = this.#parts.settings;
      // Among the others if its target was another kind when the event came.
      const timeoutMs =
        row.kind !== "" ? eventFunctionTimeoutMs : Math.min(eventFunctionTimeoutMs, CLAIM_MS / 2);
      return this.#functions.deliver({
        arn: target.Arn ?? "",
        input: input.text,
        timeoutMs,
        closing,
      });
    }
    return this.#deliverToLog(logFileOf(this.#parts.logDir, row, place.name), input.line());
  }

  async #deliverToLog(file: string, line: string): Promise<Delivered> {
    const { disk } = this.#parts;
    try {
      await disk.admit(line.length);
      await appendLine(file, line);
      return { delivered: true };
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      return { delivered: false, retry: true, reason: "the disk is full" };
    }
  }

  async #deliverToWebhook(row: DeliveryRow): Promise<Delivered> {
    const webhook = this.#parts.webhooks.find(({ id }) => id === row.target_id);
    if (!webhook) {
      const reason = "the webhook is configured no more";
      return { delivered: false, retry: false, reason, need: settingNeed(row.target_id) };
    }
    const signature = webhook.sign(row.id, row.event, this.#parts.clock.nowMs());
    return sendRequest(this.#parts.trusted, {
      url: webhook.url,
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "Rolecast", ...signature },
      body: row.event,
    });
  }
}
