import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { withSystemTags } from "../../../kernel/system-tags.ts";
import { onAlarm, placeOf } from "../access/alarm-access.ts";
import { checkedTags, requestTagKeys } from "../access/tags.ts";
import {
  alarmNotFound,
  invalidStateReasonData,
  tooManyAlarms,
  validationError,
} from "../errors.ts";
import {
  alarmsOfType,
  countAlarms,
  deleteAlarm,
  findAlarm,
  insertAlarm,
  updateAlarm,
} from "../rows/alarms.ts";
import type { AlarmKind, AlarmPlace, AlarmRow, CloudWatchTables } from "../tables.ts";
import { type ChangeParts, changeState, noteConfiguration } from "./alarm-changes.ts";
import { checkComposite, childrenOf } from "./composite-alarm.ts";
import { checkMetricAlarm } from "./metric-alarm.ts";

/** Source: CloudWatch quotas, alarms of an account's Region. */
const ALARMS_MAX = 5_000;

export interface AlarmParts extends ChangeParts {
  /** There is something for the evaluator to look at. */
  readonly changed: () => void;
}

interface NamesInput {
  readonly AlarmNames: readonly string[];
}

/** PutMetricAlarm, PutCompositeAlarm, DeleteAlarms, SetAlarmState, Enable-, DisableAlarmActions. */
export function alarmOperations(parts: AlarmParts): OperationTable {
  const onNames = (operation: string) => (input: NamesInput, context: RequestContext) =>
    Promise.all(input.AlarmNames.map((name) => onAlarm(operation, name, context)));
  return defineOperations<typeof cloudwatch>()({
    PutMetricAlarm: {
      authorize: (input, context) =>
        onAlarm("PutMetricAlarm", input.AlarmName, context, putKeys(input)),
      async handle(input, context) {
        const { AlarmName, ActionsEnabled, Tags, ...definition } = input;
        const place = placeOf(AlarmName, context);
        checkMetricAlarm(definition, place);
        const given = { ActionsEnabled, Tags, definition };
        await context.transaction<CloudWatchTables, void>((tx) =>
          putAlarm("MetricAlarm", place, given, context, tx, parts),
        );
        context.afterCommit(parts.changed);
        return {};
      },
    },
    PutCompositeAlarm: {
      authorize: (input, context) =>
        onAlarm("PutCompositeAlarm", input.AlarmName, context, putKeys(input)),
      async handle(input, context) {
        const { AlarmName, ActionsEnabled, Tags, ...definition } = input;
        const place = placeOf(AlarmName, context);
        const given = { ActionsEnabled, Tags, definition };
        await context.transaction<CloudWatchTables, void>(async (tx) => {
          await checkComposite(definition, place, tx.db);
          await putAlarm("CompositeAlarm", place, given, context, tx, parts);
        });
        context.afterCommit(parts.changed);
        return {};
      },
    },
    DeleteAlarms: {
      authorize: onNames("DeleteAlarms"),
      async handle({ AlarmNames }, context) {
        await context.transaction<CloudWatchTables, void>((tx) =>
          deleteAlarms(AlarmNames, context, tx, parts),
        );
        return {};
      },
    },
    SetAlarmState: {
      authorize: (input, context) => onAlarm("SetAlarmState", input.AlarmName, context),
      async handle(input, context) {
        await context.transaction<CloudWatchTables, void>((tx) =>
          setState(input, context, tx, parts),
        );
        context.afterCommit(parts.changed);
        return {};
      },
    },
    EnableAlarmActions: {
      authorize: onNames("EnableAlarmActions"),
      handle: (input, context) => switchActions(input, 1, context),
    },
    DisableAlarmActions: {
      authorize: onNames("DisableAlarmActions"),
      handle: (input, context) => switchActions(input, 0, context),
    },
  });
}

type Put = Checked<
  cloudwatch.PutMetricAlarmCommandInput | cloudwatch.PutCompositeAlarmCommandInput
>;

function putKeys({ AlarmActions, OKActions, InsufficientDataActions, Tags }: Put) {
  const actions = [AlarmActions, OKActions, InsufficientDataActions].flatMap((each) => each ?? []);
  return { "cloudwatch:alarmactions": actions, ...requestTagKeys(Tags) };
}

interface Given extends Pick<Put, "ActionsEnabled" | "Tags"> {
  readonly definition: object;
}

async function putAlarm(
  type: AlarmKind,
  place: AlarmPlace,
  { ActionsEnabled = true, Tags, definition }: Given,
  context: RequestContext,
  tx: Transaction<CloudWatchTables>,
  parts: ChangeParts,
): Promise<void> {
  const { nowMs } = context;
  const before = await findAlarm(place, tx.db);
  if (before && before.type !== type)
    throw validationError(`An alarm with the name ${place.name} exists and has another type.`);
  if (!before && (await countAlarms(place, tx.db)) >= ALARMS_MAX) throw tooManyAlarms(ALARMS_MAX);
  const put = {
    definition: JSON.stringify(definition),
    actions_enabled: ActionsEnabled ? 1 : 0,
    configured_ms: nowMs,
  };
  if (before) {
    // Tags are those of its creation: TagResource changes them. Source: API reference.
    const row = { ...before, ...put };
    await updateAlarm(place, put, tx.db);
    await noteConfiguration("update", row, before, nowMs, tx, parts);
    return;
  }
  const row: AlarmRow = {
    ...place,
    type,
    ...put,
    tags: JSON.stringify(withSystemTags(checkedTags(Tags), context)),
    state_value: "INSUFFICIENT_DATA",
    state_reason: "Unchecked: Initial alarm creation",
    state_reason_data: null,
    state_updated_ms: nowMs,
    state_transitioned_ms: nowMs,
  };
  await insertAlarm(row, tx.db);
  await noteConfiguration("create", row, undefined, nowMs, tx, parts);
}

/** Names without an alarm are no mistake. */
async function deleteAlarms(
  names: readonly string[],
  context: RequestContext,
  tx: Transaction<CloudWatchTables>,
  parts: ChangeParts,
): Promise<void> {
  const found: AlarmRow[] = [];
  for (const name of new Set(names)) {
    const row = await findAlarm(placeOf(name, context), tx.db);
    if (row) found.push(row);
  }
  if (found.filter(({ type }) => type === "CompositeAlarm").length > 1)
    throw validationError("DeleteAlarms can delete at most one composite alarm.");
  const gone = new Set(found.map(({ name }) => name));
  const composites = await alarmsOfType("CompositeAlarm", placeOf("", context), tx.db);
  const children = composites.flatMap((row) => (gone.has(row.name) ? [] : childrenOf(row)));
  const used = found.flatMap(({ name }) => (children.includes(name) ? [name] : []));
  if (used.length > 0)
    throw validationError(
      `Cannot delete ${used.join(",")} as there are composite alarm(s) depending on ` +
        `${used.length === 1 ? "it" : "them"}.`,
    );
  for (const row of found) {
    await deleteAlarm(row, tx.db);
    await noteConfiguration("delete", row, undefined, context.nowMs, tx, parts);
  }
}

async function setState(
  {
    AlarmName,
    StateValue,
    StateReason,
    StateReasonData,
  }: Checked<cloudwatch.SetAlarmStateCommandInput>,
  context: RequestContext,
  tx: Transaction<CloudWatchTables>,
  parts: ChangeParts,
): Promise<void> {
  if (StateReasonData !== undefined && !isJson(StateReasonData)) throw invalidStateReasonData();
  const row = await findAlarm(placeOf(AlarmName, context), tx.db);
  if (!row) throw alarmNotFound();
  const reasonData = StateReasonData ?? null;
  const change = { state: StateValue, reason: StateReason, reasonData };
  await changeState(row, change, context.nowMs, tx, parts);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // The caller is answered that it is none.
    return false;
  }
}

async function switchActions(
  { AlarmNames }: NamesInput,
  actions_enabled: number,
  context: RequestContext,
): Promise<object> {
  await context.transaction<CloudWatchTables, void>(async ({ db }) => {
    for (const name of AlarmNames)
      await updateAlarm(placeOf(name, context), { actions_enabled }, db);
  });
  return {};
}
