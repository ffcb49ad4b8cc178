import type { Kysely } from "kysely";
import { readSchedule } from "../schedule/schedule.ts";
import type { EventsTables, RuleRow } from "../tables.ts";

type RuleKey = Pick<RuleRow, "account_id" | "region" | "name">;

/** Plans an enabled rule's next event, and takes the plan of every other rule away. */
export async function planSchedule(
  rule: RuleRow,
  { nowMs, id }: { readonly nowMs: number; readonly id: string },
  db: Kysely<EventsTables>,
): Promise<void> {
  const { schedule_expression: expression, account_id, region, name } = rule;
  const before = await db
    .selectFrom("events_schedules")
    .select("expression")
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("rule_name", "=", name)
    .executeTakeFirst();
  const wanted = rule.state === "DISABLED" ? null : expression;
  // One that stays as it was goes on in its beat.
  if (before ? before.expression === wanted : wanted === null) return;
  await removeSchedule(rule, db);
  const nextMs = wanted === null ? undefined : readSchedule(wanted).next(nowMs, nowMs);
  if (wanted === null || nextMs === undefined) return;
  const row = {
    ...{ schedule_id: id, account_id, region, rule_name: name, expression: wanted },
    ...{ start_ms: nowMs, next_at_ms: nextMs, attempts: 0, failed_starts: 0 },
    ...{ owner: "", leased_until_ms: 0 },
  };
  await db.insertInto("events_schedules").values(row).execute();
}

export async function removeSchedule(
  { account_id, region, name }: RuleKey,
  db: Kysely<EventsTables>,
): Promise<void> {
  await db
    .deleteFrom("events_schedules")
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("rule_name", "=", name)
    .execute();
}
