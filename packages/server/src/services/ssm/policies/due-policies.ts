import type { Kysely } from "kysely";
import type { Clock } from "../../../kernel/clock.ts";
import { errorClass } from "../../../kernel/error-class.ts";
import type { AwsEvent, EventBus } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { ReadableRows } from "../../../kernel/readable-rows.ts";
import type { Store } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { changeEvent, policyEvent } from "../parameter-events.ts";
import {
  dueParameters,
  findParameter,
  findVersion,
  nextDueAfter,
  removeParameter,
  updateParameter,
  updatePolicies,
} from "../rows/parameters.ts";
import type { ParameterRow, SsmTables } from "../tables.ts";
import { nextDueMs, policiesOf } from "./parameter-policies.ts";

const EVERY_MS = 60_000;
const JITTER = 0.5;
/** Parameters of one round, so that it stays short. */
const BATCH = 100;

/** The pause before a further batch of what is due. */
const FURTHER_BATCH_MS = 100;

interface DuePoliciesParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events: EventBus;
  readonly log: Log;
}

/** Deletes parameters that expire, and publishes the notices that their policies ask for. */
export class DuePolicies {
  readonly #store: Store<SsmTables>;
  readonly #parts: DuePoliciesParts;
  readonly #rounds: Periodic;
  readonly #rows: ReadableRows;

  constructor(parts: DuePoliciesParts) {
    this.#parts = parts;
    this.#store = parts.store.tables<SsmTables>();
    this.#rows = new ReadableRows("ssm", parts.log);
    this.#rounds = new Periodic({
      everyMs: EVERY_MS,
      jitter: JITTER,
      round: (signal) => this.#round(signal),
      failed: (error) => parts.log.error({ error: errorClass(error) }, "policies that are due"),
    });
  }

  start(): void {
    this.#rounds.start();
    inBackground(this.#rounds.wake());
  }

  close(): Promise<void> {
    return this.#rounds.close();
  }

  /** Takes note that a policy will be due at that time: a round comes then, if it is soon. */
  due(dueMs: number): void {
    const waitMs = Math.max(0, dueMs - this.#parts.clock.nowMs());
    if (waitMs < EVERY_MS) this.#rounds.wakeIn(waitMs);
  }

  async #round(signal: AbortSignal): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    const due = await dueParameters(nowMs, BATCH, this.#store.db);
    const keyOf = ({ account_id, region, path }: ParameterRow) => `${account_id} ${region} ${path}`;
    await this.#rows.each("parameter", due, keyOf, async (parameter) => {
      signal.throwIfAborted();
      const events = await this.#store.transaction(({ db }) => this.#act(parameter, nowMs, db));
      for (const event of events) this.#parts.events.publish(event);
    });
    // A wake for the earliest was all there was: what is due after this look needs its own.
    const next =
      due.length < BATCH ? await nextDueAfter(nowMs, this.#store.db) : nowMs + FURTHER_BATCH_MS;
    if (next !== undefined) this.due(next);
  }

  /** Carries out what is due of a parameter, unless another node has: resolves to the events. */
  async #act(
    { account_id, region, path }: ParameterRow,
    nowMs: number,
    db: Kysely<SsmTables>,
  ): Promise<readonly AwsEvent[]> {
    const parameter = await findParameter({ account_id, region, path }, db);
    if (!parameter || parameter.due_ms === null || parameter.due_ms > nowMs) return [];
    const version = await findVersion(parameter, parameter.version, db);
    if (!version) return [];
    const isDue = ({ dueMs, isDone }: { dueMs: number; isDone?: true }) =>
      !isDone && dueMs <= nowMs;
    const policies = policiesOf(version);
    const facts = () => ({ id: this.#parts.ids.uuid(), nowMs });
    const events = policies
      .filter(isDue)
      .map((policy) => policyEvent(parameter, version, policy, facts()));
    if (policies.some((policy) => policy.type === "Expiration" && isDue(policy))) {
      await removeParameter(parameter, db);
      const gone = changeEvent("Delete", parameter, version, facts());
      return [...events, gone];
    }
    const after = policies.map((one) => (isDue(one) ? { ...one, isDone: true as const } : one));
    await updatePolicies({ ...version, policies: JSON.stringify(after) }, db);
    await updateParameter(parameter, { due_ms: nextDueMs(after) }, db);
    return events;
  }
}
