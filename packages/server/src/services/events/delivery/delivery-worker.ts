import type { Target } from "@aws-sdk/client-eventbridge";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { SecretBox } from "../../../kernel/crypto/secret-box.ts";
import { errorClass } from "../../../kernel/error-class.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import type { OutgoingClient } from "../../../kernel/outgoing/outgoing-client.ts";
import { isDiskFull } from "../../../kernel/ports/disk-space.ts";
import type { ServiceDependencies } from "../../../kernel/service.ts";
import type { Store } from "../../../kernel/store.ts";
import { apiDestinationArn } from "../api-destinations.ts";
import { ruleArn } from "../arns.ts";
import { connectionArn } from "../connections.ts";
import type { DeliveryRow, EventsTables } from "../tables.ts";
import { targetPlaceOf } from "../target-arn.ts";
import { readTarget } from "../targets.ts";
import { appendLine, logFileOf } from "./log-file.ts";
import { apiDestinationRequest, type Delivered, sendRequest } from "./send-request.ts";
import { asJsonLine, isJsonOrTextLines } from "./target-json.ts";
import { isSentWhole, transformInput } from "./transform-input.ts";
import type { Webhook } from "./webhook.ts";

const AT_ONCE_MAX = 8;
/** Longer than a delivery may take: then its node is gone, and another one tries. */
const CLAIM_MS = 30_000;
const POLL_MS = 1_000;
const BACKOFF_MS_MAX = 5 * 60_000;
/** Source: EventBridge user guide, "Retry policy": the defaults are the limits. */
const ATTEMPTS_MAX = 185;
const AGE_SECONDS_MAX = 86_400;

export interface DeliveryParts
  extends Pick<ServiceDependencies, "clock" | "log" | "invoke" | "disk"> {
  readonly store: Store;
  readonly secrets: SecretBox;
  readonly webhooks: readonly Webhook[];
  readonly logDir: string;
  readonly outgoing: OutgoingClient;
  /** Of the operator's settings: sent wherever they say. */
  readonly trusted: OutgoingClient;
}

/** Takes deliveries that are due, one after another at up to eight at once, until closed. */
export class DeliveryWorker {
  readonly #parts: DeliveryParts;
  readonly #store: Store<EventsTables>;
  readonly #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #lookAgain = false;
  #closed = true;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#store = parts.store.tables<EventsTables>();
  }

  start(): void {
    this.#closed = false;
    this.#timer = setInterval(() => this.wake(), POLL_MS);
    this.#timer.unref();
    this.wake();
  }

  /** Something may be due now. */
  wake(): void {
    if (this.#closed) return;
    this.#lookAgain = true;
    if (this.#looking) return;
    this.#looking = true;
    this.#look()
      .catch((error: unknown) =>
        this.#parts.log.error({ error: errorClass(error) }, "event delivery"),
      )
      .finally(() => {
        this.#looking = false;
      });
  }

  /** Resolves when what was under way has ended; the rest waits in the database. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await Promise.all(this.#running);
  }

  async #look(): Promise<void> {
    while (this.#lookAgain && !this.#closed) {
      this.#lookAgain = false;
      const free = AT_ONCE_MAX - this.#running.size;
      if (free <= 0) return;
      const nowMs = this.#parts.clock.nowMs();
      const due = await this.#store.db
        .selectFrom("events_deliveries")
        .selectAll()
        .where("next_at_ms", "<=", nowMs)
        .where("claimed_until_ms", "<", nowMs)
        .orderBy("next_at_ms")
        .limit(free)
        .execute();
      for (const row of due) {
        if (await this.#claim(row, nowMs)) this.#begin(row);
      }
    }
  }

  async #claim(row: DeliveryRow, nowMs: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#store.transaction(({ db }) =>
      db
        .updateTable("events_deliveries")
        .set({ claimed_until_ms: nowMs + CLAIM_MS })
        .where("id", "=", row.id)
        .where("claimed_until_ms", "=", row.claimed_until_ms)
        .executeTakeFirst(),
    );
    return Number(numUpdatedRows) === 1;
  }

  #begin(row: DeliveryRow): void {
    const running = this.#attempt(row)
      .catch((error: unknown) =>
        this.#parts.log.error({ delivery: row.id, error: errorClass(error) }, "event delivery"),
      )
      .finally(() => {
        this.#running.delete(running);
        this.wake();
      });
    this.#running.add(running);
  }

  async #attempt(row: DeliveryRow): Promise<void> {
    const target = row.rule_name === "" ? undefined : await this.#targetOf(row);
    const outcome = await this.#deliver(row, target);
    if (outcome.delivered) return this.#forget(row);
    const nowMs = this.#parts.clock.nowMs();
    const attempts = row.attempts + 1;
    const { MaximumRetryAttempts = ATTEMPTS_MAX, MaximumEventAgeInSeconds = AGE_SECONDS_MAX } =
      target?.RetryPolicy ?? {};
    const waitMs = Math.min(1000 * 2 ** Math.min(row.attempts, 20), BACKOFF_MS_MAX);
    const isTooOld = nowMs + waitMs - row.first_at_ms > MaximumEventAgeInSeconds * 1000;
    const gone = !outcome.retry || isTooOld || attempts > MaximumRetryAttempts;
    const { log } = this.#parts;
    const facts = { rule: row.rule_name, target: row.target_id, attempts, reason: outcome.reason };
    if (gone) {
      log.warn(facts, "An event is given up: it could not be delivered.");
      return this.#forget(row);
    }
    log.debug(facts, "An event will be delivered again.");
    await this.#store.transaction(({ db }) =>
      db
        .updateTable("events_deliveries")
        .set({ attempts, next_at_ms: nowMs + waitMs, claimed_until_ms: 0 })
        .where("id", "=", row.id)
        .execute(),
    );
  }

  async #forget(row: DeliveryRow): Promise<void> {
    await this.#store.transaction(({ db }) =>
      db.deleteFrom("events_deliveries").where("id", "=", row.id).execute(),
    );
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

  async #deliver(row: DeliveryRow, target: Target | undefined): Promise<Delivered> {
    if (row.rule_name === "") return this.#deliverToWebhook(row);
    if (!target) return { delivered: false, retry: false, reason: "the target was removed" };
    const input = isSentWhole(target) ? row.event : this.#inputOf(row, target);
    if (input === undefined)
      return { delivered: false, retry: false, reason: "Invalid input for target." };
    const place = targetPlaceOf(target.Arn ?? "", row);
    if (!place) return { delivered: false, retry: false, reason: "the target isn't the rule's" };
    if (place.kind === "api-destination") return this.#deliverToApi(row, target, input);
    const line = isSentWhole(target) ? input : asJsonLine(input);
    return this.#deliverToLog(logFileOf(this.#parts.logDir, row, place.name), line);
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

  /** The event as an object is gone once this returns: it takes many times its text. */
  #inputOf(row: DeliveryRow, target: Target): string | undefined {
    const input = transformInput(target, JSON.parse(row.event) as AwsEvent, {
      ruleArn: ruleArn(row, row.rule_name),
      ruleName: row.rule_name,
      nowIso: new Date(this.#parts.clock.nowMs()).toISOString(),
    });
    return input !== undefined && isJsonOrTextLines(input) ? input : undefined;
  }

  async #deliverToWebhook(row: DeliveryRow): Promise<Delivered> {
    const webhook = this.#parts.webhooks.find(({ id }) => id === row.target_id);
    if (!webhook)
      return { delivered: false, retry: false, reason: "the webhook is configured no more" };
    const signature = webhook.sign(row.id, row.event, this.#parts.clock.nowMs());
    return sendRequest(this.#parts.trusted, {
      url: webhook.url,
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "Rolecast", ...signature },
      body: row.event,
    });
  }

  async #deliverToApi(row: DeliveryRow, target: Target, input: string): Promise<Delivered> {
    const [, name = ""] = target.Arn?.split("/") ?? [];
    const destination = await this.#store.db
      .selectFrom("events_api_destinations")
      .selectAll()
      .where("account_id", "=", row.account_id)
      .where("region", "=", row.region)
      .where("name", "=", name)
      .executeTakeFirst();
    const connection =
      destination &&
      (await this.#store.db
        .selectFrom("events_connections")
        .selectAll()
        .where("account_id", "=", row.account_id)
        .where("region", "=", row.region)
        .where("name", "=", destination.connection_arn.split("/")[1] ?? "")
        .executeTakeFirst());
    if (!destination || apiDestinationArn(destination) !== target.Arn)
      return { delivered: false, retry: false, reason: "the API destination was deleted" };
    if (!connection || connectionArn(connection) !== destination.connection_arn)
      return { delivered: false, retry: false, reason: "the connection was deleted" };
    const refusal = await this.#assume(row, target.RoleArn ?? "");
    if (refusal) return refusal;
    const { outgoing, secrets } = this.#parts;
    const request = apiDestinationRequest(destination, connection, secrets, target, input);
    if (!request)
      return { delivered: false, retry: false, reason: "its path parameters lead elsewhere" };
    return sendRequest(outgoing, request);
  }

  /** EventBridge acts as the target's role: its trust policy must let events.amazonaws.com have it. */
  async #assume(row: DeliveryRow, roleArn: string): Promise<Delivered | undefined> {
    try {
      const input = { RoleArn: roleArn, RoleSessionName: row.id.replaceAll("-", "") };
      const as = { principal: { kind: "service", serviceName: "events.amazonaws.com" } } as const;
      await this.#parts.invoke("sts", "AssumeRole", input, { as, region: row.region });
      return undefined;
    } catch (error) {
      if (error instanceof AwsError)
        return { delivered: false, retry: true, reason: `its role: ${error.code}` };
      throw error;
    }
  }
}
