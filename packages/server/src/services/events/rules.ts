import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Checked } from "../../kernel/checked.ts";
import type { Ids } from "../../kernel/ids.ts";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { withSystemTags } from "../../kernel/system-tags.ts";
import { DEFAULT_BUS, ruleArn, ruleNameOf, rulePath } from "./arns.ts";
import { limitExceeded, validation } from "./errors.ts";
import { compilePattern } from "./pattern/compile-pattern.ts";
import { requireBus, requireOwnBus } from "./rows/buses.ts";
import { namesOf, pageByName } from "./rows/page.ts";
import { requireRule } from "./rows/rules.ts";
import { planSchedule, removeSchedule } from "./rows/schedules.ts";
import { onRule, passToEvents } from "./rule-authorization.ts";
import { checkedTags } from "./rule-tags.ts";
import { readSchedule } from "./schedule/schedule.ts";
import type { EventsTables, RuleRow } from "./tables.ts";

/** Source: EventBridge quotas, "Rules" per event bus. */
const RULES_MAX = 300;

export interface RuleParts {
  readonly ids: Ids;
  /** A schedule may have begun or ended. */
  readonly rulesChanged: () => void;
}

/** PutRule and what reads, switches and deletes rules. */
export function ruleOperations({ ids, rulesChanged }: RuleParts): OperationTable {
  return defineOperations<typeof eventbridge>()({
    PutRule: {
      authorize: (input, context) => {
        const rule = onRule("PutRule", input.Name, input.EventBusName, context);
        const { RoleArn: role } = input;
        return role === undefined ? rule : [rule, passToEvents(role, context)];
      },
      async handle(input, context) {
        const row = await putRule(input, context, ids);
        context.afterCommit(rulesChanged);
        return { RuleArn: ruleArn(row, row.name) };
      },
    },
    DescribeRule: {
      authorize: (input, context) =>
        onRule("DescribeRule", input.Name, input.EventBusName, context),
      async handle(input, context) {
        const row = await requireRule(input.Name, input.EventBusName, context);
        return { ...ruleView(row), CreatedBy: row.account_id };
      },
    },
    ListRules: {
      authorize: () => ({ action: "events:ListRules", resource: "*" }),
      async handle(input, context) {
        const { name: bus } = await requireOwnBus(input.EventBusName, context);
        const { NamePrefix: prefix = "" } = input;
        const { rows, NextToken } = await pageByName(
          (after, limit) =>
            context
              .db<EventsTables>()
              .selectFrom("events_rules")
              .selectAll()
              .where(namesOf(context, rulePath(bus, prefix), after && rulePath(bus, after)))
              .where("bus_name", "=", bus)
              .orderBy("name")
              .limit(limit)
              .execute(),
          ({ name }) => ruleNameOf(name),
          input,
        );
        return { Rules: rows.map(ruleView), NextToken };
      },
    },
    EnableRule: {
      authorize: (input, context) => onRule("EnableRule", input.Name, input.EventBusName, context),
      async handle(input, context) {
        await switchRule(input, "ENABLED", context, ids);
        context.afterCommit(rulesChanged);
      },
    },
    DisableRule: {
      authorize: (input, context) => onRule("DisableRule", input.Name, input.EventBusName, context),
      async handle(input, context) {
        await switchRule(input, "DISABLED", context, ids);
        context.afterCommit(rulesChanged);
      },
    },
    DeleteRule: {
      authorize: (input, context) => onRule("DeleteRule", input.Name, input.EventBusName, context),
      async handle(input, context) {
        await deleteRule(input, context);
        context.afterCommit(rulesChanged);
      },
    },
  });
}

function ruleView(row: RuleRow) {
  return {
    Name: ruleNameOf(row.name),
    Arn: ruleArn(row, row.name),
    EventBusName: row.bus_name,
    ...(row.event_pattern === "" ? {} : { EventPattern: row.event_pattern }),
    ...(row.schedule_expression === null ? {} : { ScheduleExpression: row.schedule_expression }),
    State: row.state as eventbridge.RuleState,
    ...(row.description === null ? {} : { Description: row.description }),
    ...(row.role_arn === null ? {} : { RoleArn: row.role_arn }),
  };
}

async function putRule(
  input: Checked<eventbridge.PutRuleCommandInput>,
  context: RequestContext,
  ids: Ids,
): Promise<RuleRow> {
  const bus = await requireBus(input.EventBusName, context);
  const { EventPattern: pattern = "", ScheduleExpression: schedule = "" } = input;
  if (pattern === "" && schedule === "")
    throw validation("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  if (schedule !== "" && bus.name !== DEFAULT_BUS)
    throw validation("ScheduleExpression is supported only on the default event bus.");
  if (pattern !== "") compilePattern(pattern);
  if (schedule !== "") readSchedule(schedule);
  const location = { account_id: bus.account_id, region: bus.region, bus_name: bus.name };
  const name = rulePath(bus.name, input.Name);
  return context.transaction<EventsTables, RuleRow>(async ({ db }) => {
    const rows = await db
      .selectFrom("events_rules")
      .selectAll()
      .where("account_id", "=", location.account_id)
      .where("region", "=", location.region)
      .where("bus_name", "=", location.bus_name)
      .execute();
    const before = rows.find((row) => row.name === name);
    if (!before && rows.length >= RULES_MAX) {
      throw limitExceeded("The requested resource exceeds the maximum number allowed.");
    }
    const row: RuleRow = {
      ...location,
      name,
      state: input.State ?? "ENABLED",
      description: input.Description ?? null,
      event_pattern: pattern,
      schedule_expression: schedule === "" ? null : schedule,
      role_arn: input.RoleArn ?? null,
      // An existing rule keeps its tags: PutRule ignores those in its input. Source: API reference.
      tags: before?.tags ?? JSON.stringify(withSystemTags(checkedTags(input.Tags), context)),
      created_at_ms: before?.created_at_ms ?? context.nowMs,
    };
    if (before) {
      const { account_id: _a, region: _r, bus_name: _b, name: _n, ...values } = row;
      await db
        .updateTable("events_rules")
        .set(values)
        .where("account_id", "=", row.account_id)
        .where("region", "=", row.region)
        .where("name", "=", name)
        .execute();
    } else await db.insertInto("events_rules").values(row).execute();
    await planSchedule(row, { nowMs: context.nowMs, id: ids.uuid() }, db);
    return row;
  });
}

async function switchRule(
  input: { Name: string; EventBusName?: string | undefined },
  state: "ENABLED" | "DISABLED",
  context: RequestContext,
  ids: Ids,
): Promise<void> {
  const row = await requireRule(input.Name, input.EventBusName, context);
  await context.transaction<EventsTables, void>(async ({ db }) => {
    await db
      .updateTable("events_rules")
      .set({ state })
      .where("account_id", "=", row.account_id)
      .where("region", "=", row.region)
      .where("name", "=", row.name)
      .execute();
    await planSchedule({ ...row, state }, { nowMs: context.nowMs, id: ids.uuid() }, db);
  });
}

/** Succeeds if there is no such rule; refuses a rule that has targets. */
async function deleteRule(
  input: Checked<eventbridge.DeleteRuleCommandInput>,
  context: RequestContext,
): Promise<void> {
  const bus = await requireBus(input.EventBusName, context);
  const { account_id, region } = bus;
  const name = rulePath(bus.name, input.Name);
  await context.transaction<EventsTables, unknown>(async ({ db }) => {
    const target = await db
      .selectFrom("events_targets")
      .select("id")
      .where("account_id", "=", account_id)
      .where("region", "=", region)
      .where("rule_name", "=", name)
      .executeTakeFirst();
    if (target) throw validation("Rule can't be deleted since it has targets.");
    await db
      .deleteFrom("events_rules")
      .where("account_id", "=", account_id)
      .where("region", "=", region)
      .where("name", "=", name)
      .execute();
    await removeSchedule({ account_id, region, name }, db);
  });
}
