import type { Kysely } from "kysely";
import { errorClass } from "../../../kernel/error-class.ts";
import type { ServiceDependencies } from "../../../kernel/service.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import type { HeldTask } from "../../../kernel/work/task-queue.ts";
import type { DeliveryRow, EventsTables } from "../tables.ts";
import type { RuleMetrics } from "./rule-metrics.ts";

/*
 * Nodes that share a database aren't always alike: they are updated, and given new settings, one
 * after the other. A delivery that the node which took it can't make is left to one that can. Its
 * kind says then what it needs, and nodes look only for the kinds that they can deliver.
 */

const NEEDS = "needs ";
/** Nodes are given the same settings within this time; the next release as long as events live. */
const LEFT_MAX_MS = { settings: 10 * 60_000, release: 24 * 3_600_000 };
/** Source: EventBridge user guide, "Retry policy": an event is given up then at the latest. */
const AGE_MAX_MS = 24 * 3_600_000;
const EVERY_MS = 60_000;
/** Deliveries that one round gives up. */
const STEP = 1_000;

/** The part of a node that a delivery needs, of its settings or of its release. */
export interface DeliveryNeed {
  readonly of: keyof typeof LEFT_MAX_MS;
  readonly name: string;
}

/** A function's ARN, or the id of a webhook, with which nodes' settings have an address. */
export function settingNeed(name: string): DeliveryNeed {
  return { of: "settings", name };
}

/** The service whose targets a release may know: `sqs`. */
export function releaseNeed(name: string): DeliveryNeed {
  return { of: "release", name };
}

/** The kind of deliveries that wait for a node with this. */
export function kindOfNeed({ of, name }: DeliveryNeed): string {
  return `${NEEDS}${of} ${name}`;
}

/** Leaves a delivery to nodes that have what it needs, untried. */
export async function leave(task: HeldTask<DeliveryRow>, need: DeliveryNeed): Promise<void> {
  const kind = kindOfNeed(need);
  await task.finish(async (tx, nowMs) => {
    await tx
      .tables<EventsTables>()
      .db.updateTable("events_deliveries")
      .set({ kind, next_at_ms: nowMs, claimed_until_ms: 0, owner: "" })
      .where("id", "=", task.row.id)
      .execute();
  });
}

/**
 * Gives up, each minute, what was left for so long that no node will come that can deliver it. The
 * time begins when it is left. A node that has what it needs may try it in vain: then the time
 * begins again when it is due for the next try.
 */
export function leftDeliveries({
  clock,
  log,
  metrics,
  ...parts
}: Pick<ServiceDependencies, "clock" | "log" | "store"> & {
  readonly metrics: Pick<RuleMetrics, "givenUp">;
}): Periodic {
  const store = parts.store.tables<EventsTables>();
  const giveUp = async (of: DeliveryNeed["of"]) => {
    const nowMs = clock.nowMs();
    if ((await overdue(store.db, of, nowMs, 1)).length === 0) return;
    const rows = await store.transaction(async ({ db }) => {
      // A node may have taken one of them meanwhile.
      const found = await overdue(db, of, nowMs, STEP);
      if (found.length === 0) return found;
      const ids = found.map(({ id }) => id);
      await db.deleteFrom("events_deliveries").where("id", "in", ids).execute();
      return found;
    });
    for (const row of rows) {
      const { kind, rule_name: rule, target_id: target } = row;
      log.warn({ rule, target, kind }, "An event is given up: no node could deliver it.");
      metrics.givenUp(row);
    }
  };
  return new Periodic({
    everyMs: EVERY_MS,
    jitter: 0.2,
    round: async () => {
      await giveUp("settings");
      await giveUp("release");
    },
    failed: (error) => log.error({ error: errorClass(error) }, "deliveries left to other nodes"),
  });
}

/** Deliveries that wait for nodes, that none has taken for so long, or that are too old. */
function overdue(db: Kysely<EventsTables>, of: DeliveryNeed["of"], nowMs: number, max: number) {
  const from = kindOfNeed({ of, name: "" });
  const leftBeforeMs = nowMs - LEFT_MAX_MS[of];
  return (
    db
      .selectFrom("events_deliveries")
      .select(["id", "account_id", "region", "kind", "rule_name", "target_id"])
      .where("kind", ">=", from)
      // The character after the space at its end.
      .where("kind", "<", from.replace(/ $/, "!"))
      .where("claimed_until_ms", "<=", nowMs)
      .where((is) =>
        is.or([
          is.and([
            is("next_at_ms", "<", leftBeforeMs),
            // By a node that tried it, and has died.
            is("claimed_until_ms", "<", leftBeforeMs),
          ]),
          is("first_at_ms", "<", nowMs - AGE_MAX_MS),
        ]),
      )
      .limit(max)
      .execute()
  );
}
