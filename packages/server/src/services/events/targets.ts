import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { ContextEntries } from "../../kernel/authorization.ts";
import type { Checked } from "../../kernel/checked.ts";
import type { Contributions } from "../../kernel/contributions.ts";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { Turns } from "../../kernel/work/turns.ts";
import { type BusPlace, DEFAULT_BUS, ruleNameOf, rulePath } from "./arns.ts";
import { limitExceeded, olderNodes, validation } from "./errors.ts";
import { checkTargetParameters } from "./http-parameters.ts";
import { requireOwnBus } from "./rows/buses.ts";
import { pageByName } from "./rows/page.ts";
import { requireRule } from "./rows/rules.ts";
import { onRule, passToEvents } from "./rule-authorization.ts";
import { readTarget, type Target } from "./stored-target.ts";
import type { EventsTables, RuleRow, TargetRow } from "./tables.ts";
import { checkTargetArn, targetPlaceOf } from "./target-arn.ts";
import { jsonErrorPlace } from "./target-input/target-json.ts";
import { checkPath, checkTransformer } from "./target-input/transform-input.ts";

/** Source: EventBridge quotas, "Targets per rule". */
const TARGETS_MAX = 5;
const TARGETS =
  "Rolecast delivers to API destinations, event buses, Lambda functions and log groups";

export interface TargetParts {
  readonly contributed: Pick<Contributions, "nodeAbilities">;
}

/** PutTargets, RemoveTargets, ListTargetsByRule, ListRuleNamesByTarget. */
export function targetOperations(parts: TargetParts): OperationTable {
  return defineOperations<typeof eventbridge>()({
    PutTargets: {
      authorize: (input, context) => {
        const keys: ContextEntries = { "events:targetarn": input.Targets.map(({ Arn }) => Arn) };
        const roles = new Set(
          input.Targets.flatMap(({ RoleArn }) => (RoleArn === undefined ? [] : [RoleArn])),
        );
        return [
          { ...onRule("PutTargets", input.Rule, input.EventBusName, context), context: keys },
          ...[...roles].map((role) => passToEvents(role, context)),
        ];
      },
      handle: (input, context) => putTargets(input, context, parts),
    },
    RemoveTargets: {
      authorize: (input, context) =>
        onRule("RemoveTargets", input.Rule, input.EventBusName, context),
      async handle(input, context) {
        const rule = await requireRule(input.Rule, input.EventBusName, context);
        await context.transaction<EventsTables, unknown>(({ db }) =>
          db
            .deleteFrom("events_targets")
            .where("account_id", "=", rule.account_id)
            .where("region", "=", rule.region)
            .where("rule_name", "=", rule.name)
            .where("id", "in", input.Ids)
            .execute(),
        );
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    },
    ListTargetsByRule: {
      authorize: (input, context) =>
        onRule("ListTargetsByRule", input.Rule, input.EventBusName, context),
      async handle(input, context) {
        const rule = await requireRule(input.Rule, input.EventBusName, context);
        const { rows, NextToken } = await pageByName(
          (after, limit) =>
            context
              .db<EventsTables>()
              .selectFrom("events_targets")
              .selectAll()
              .where("account_id", "=", rule.account_id)
              .where("region", "=", rule.region)
              .where("rule_name", "=", rule.name)
              .where("id", ">", after)
              .orderBy("id")
              .limit(limit)
              .execute(),
          ({ id }) => id,
          input,
        );
        return { Targets: rows.map(readTarget), NextToken };
      },
    },
    ListRuleNamesByTarget: {
      authorize: () => ({ action: "events:ListRuleNamesByTarget", resource: "*" }),
      async handle(input, context) {
        const bus = await requireOwnBus(input.EventBusName, context);
        const { rows, NextToken } = await pageByName(
          (after, limit) => rulesWithTarget(input.TargetArn, bus, context, { after, limit }),
          (name) => name,
          input,
        );
        return { RuleNames: [...rows], NextToken };
      },
    },
  });
}

/** The number of targets that one statement reads. */
const STEP = 200;

/** Names of a bus's first rules after `after` that have the target, in their order. */
async function rulesWithTarget(
  arn: string,
  { account_id, region, name: bus }: BusPlace,
  context: RequestContext,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  const turns = new Turns();
  const names: string[] = [];
  // After all of a rule's targets, whose ids are ASCII.
  let from = { rule_name: rulePath(bus, after), id: "\u007f" };
  for (;;) {
    await turns.next();
    const rows = await context
      .db<EventsTables>()
      .selectFrom("events_targets")
      .selectAll()
      .where("account_id", "=", account_id)
      .where("region", "=", region)
      .where(({ eb, refTuple, tuple }) =>
        eb(refTuple("rule_name", "id"), ">", tuple(from.rule_name, from.id)),
      )
      .orderBy("rule_name")
      .orderBy("id")
      .limit(STEP)
      .execute();
    for (const row of rows) {
      if (names.length === limit) return names;
      const name = ruleNameOf(row.rule_name);
      if (row.rule_name !== rulePath(bus, name)) {
        // Rules of the default bus stand between those of the others.
        if (bus !== DEFAULT_BUS) return names;
        continue;
      }
      if (readTarget(row).Arn === arn && names.at(-1) !== name) names.push(name);
    }
    const last = rows.at(-1);
    if (!last || rows.length < STEP) return names;
    from = last;
  }
}

async function putTargets(
  input: Checked<eventbridge.PutTargetsCommandInput>,
  context: RequestContext,
  { contributed }: TargetParts,
) {
  const rule = await requireRule(input.Rule, input.EventBusName, context);
  const failed: eventbridge.PutTargetsResultEntry[] = [];
  const accepted: Target[] = [];
  const turns = new Turns();
  for (const target of input.Targets) {
    await turns.next();
    const refusal = checkTarget(target, rule);
    if (refusal === undefined) accepted.push(target);
    else
      failed.push({ TargetId: target.Id, ErrorCode: "ValidationException", ErrorMessage: refusal });
  }
  const isFunction = ({ Arn }: Target) => targetPlaceOf(Arn, rule)?.kind === "function";
  if (accepted.some(isFunction)) await requireNewNodes(contributed, context);
  await context.transaction<EventsTables, unknown>(async ({ db }) => {
    const before = await db
      .selectFrom("events_targets")
      .select("id")
      .where("account_id", "=", rule.account_id)
      .where("region", "=", rule.region)
      .where("rule_name", "=", rule.name)
      .execute();
    const ids = new Set([...before.map(({ id }) => id), ...accepted.map(({ Id }) => Id)]);
    if (ids.size > TARGETS_MAX) {
      throw limitExceeded("The requested resource exceeds the maximum number allowed.");
    }
    for (const target of accepted) {
      const row: TargetRow = {
        account_id: rule.account_id,
        region: rule.region,
        rule_name: rule.name,
        id: target.Id,
        target: JSON.stringify(target),
      };
      await db
        .insertInto("events_targets")
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(["account_id", "region", "rule_name", "id"])
            .doUpdateSet({ target: row.target }),
        )
        .execute();
    }
  });
  return { FailedEntryCount: failed.length, FailedEntries: failed };
}

/** Throws while there is a node that knows no functions: it routes and delivers events, too. */
async function requireNewNodes(
  { nodeAbilities }: TargetParts["contributed"],
  context: RequestContext,
): Promise<void> {
  for (const nodes of nodeAbilities) {
    const older = await nodes.nodesWithout("function-targets", context);
    if (older.length > 0) throw olderNodes("Targets that are Lambda functions", older);
  }
}

/** Returns the reason for a refusal; a malformed target fails the whole call, as on AWS. */
function checkTarget(target: Target, rule: RuleRow): string | undefined {
  const { Id, Arn, Input, InputPath, InputTransformer, RoleArn, DeadLetterConfig } = target;
  const place = checkTargetArn(Arn, rule);
  checkTargetParameters(target.HttpParameters);
  if (!place) return `${TARGETS}, not to ${Arn}.`;
  if ([Input, InputPath, InputTransformer].filter((given) => given !== undefined).length > 1) {
    throw validation(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`,
    );
  }
  const error = Input && jsonErrorPlace(Input);
  if (error) throw validation(`JSON syntax error in input for target ${Id}: ${error}`);
  if (InputPath) checkPath(InputPath, Id);
  if (InputTransformer) checkTransformer(InputTransformer, Id);
  if (DeadLetterConfig?.Arn !== undefined)
    return "Rolecast has no dead-letter queues (Amazon SQS).";
  if (place.kind === "function" && RoleArn !== undefined)
    throw validation(`RoleArn is not supported for target ${Arn}.`);
  if ((place.kind === "api-destination" || place.kind === "event-bus") && RoleArn === undefined)
    throw validation(`RoleArn is required for target ${Arn}.`);
  if (place.kind === "event-bus" && (Input ?? InputPath ?? InputTransformer) !== undefined)
    return "An event bus gets the event as it is: leave out Input, InputPath and InputTransformer.";
  return undefined;
}
