import { CloudWatch, type StateValue } from "@aws-sdk/client-cloudwatch";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { Bag } from "./sameness.ts";
import { changeTags, type Tags, tagsOf } from "./tags.ts";

/*
 * Alarms with their settings, tags and reasons, and their histories: each change that was
 * acknowledged is there once, also after its alarm was deleted.
 */

const PREFIX = "kills-";

interface Alarm {
  readonly threshold: number;
  readonly enabled: boolean;
  readonly tags: Tags;
  /** Why it is in its state, once a client has said so. */
  readonly reason: string | undefined;
}

/** A name of an alarm, which keeps its history whatever becomes of the alarm. */
interface Named {
  readonly alarm: Alarm | undefined;
  /** In no order: several may be of one millisecond. */
  readonly history: Bag<string>;
}

/** Never in that many minutes: a state that a client sets stays. */
const METRIC = {
  ...({ Namespace: "Kills", MetricName: "none", Statistic: "Sum", Period: 86_400 } as const),
  ...({ EvaluationPeriods: 1, ComparisonOperator: "GreaterThanThreshold" } as const),
  TreatMissingData: "ignore",
};

function change(key: string, named: Named | undefined, chance: Chance): Change<Named> {
  const AlarmName = PREFIX + key;
  const ResourceARN = `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${AlarmName}`;
  const Threshold = chance.below(1e6);
  const { alarm, history = new Bag<string>([]) } = named ?? {};
  const noted = (...items: readonly string[]) => new Bag([...history.items, ...items]);
  if (!alarm || chance.rarely(4))
    return {
      says: `PutMetricAlarm ${key} ${Threshold}`,
      send: (at) => at.client(CloudWatch).putMetricAlarm({ ...METRIC, AlarmName, Threshold }),
      after: () => ({
        alarm: {
          ...{ tags: {}, reason: undefined, ...alarm },
          // Given anew, as all settings that a call leaves out.
          ...{ threshold: Threshold, enabled: true },
        },
        history: noted(`${alarm ? "Update" : "Create"} ${Threshold}`),
      }),
    };
  switch (chance.below(4)) {
    case 0:
      return {
        says: `DeleteAlarms ${key}`,
        send: (at) => at.client(CloudWatch).deleteAlarms({ AlarmNames: [AlarmName] }),
        after: () => ({ alarm: undefined, history: noted(`Delete ${alarm.threshold}`) }),
      };
    case 1:
      return {
        says: `${alarm.enabled ? "Disable" : "Enable"}AlarmActions ${key}`,
        send: (at) =>
          alarm.enabled
            ? at.client(CloudWatch).disableAlarmActions({ AlarmNames: [AlarmName] })
            : at.client(CloudWatch).enableAlarmActions({ AlarmNames: [AlarmName] }),
        after: () => ({ alarm: { ...alarm, enabled: !alarm.enabled }, history }),
      };
    case 2: {
      const tagged = changeTags(alarm, chance, `alarm ${key}`, {
        tag: (at, Key, Value) =>
          at.client(CloudWatch).tagResource({ ResourceARN, Tags: [{ Key, Value }] }),
        untag: (at, Key) => at.client(CloudWatch).untagResource({ ResourceARN, TagKeys: [Key] }),
      });
      return { ...tagged, after: () => ({ alarm: tagged.after(), history }) };
    }
    default: {
      const StateReason = `reason ${chance.below(1e6)}`;
      const StateValue: StateValue = chance.one(["OK", "ALARM"]);
      const reason = `${StateValue} ${StateReason}`;
      const isTransition = alarm.reason?.split(" ")[0] !== StateValue;
      return {
        says: `SetAlarmState ${key} ${reason}`,
        send: (at) => at.client(CloudWatch).setAlarmState({ AlarmName, StateValue, StateReason }),
        after: () => ({
          alarm: { ...alarm, reason },
          // Another reason for the same state isn't noted.
          history: isTransition ? noted(reason) : history,
        }),
      };
    }
  }
}

async function readHistories(at: Node): Promise<ReadonlyMap<string, readonly string[]>> {
  const items = await allPages(
    (NextToken) => at.client(CloudWatch).describeAlarmHistory({ NextToken }),
    ({ AlarmHistoryItems }) => AlarmHistoryItems,
    ({ NextToken }) => NextToken,
  );
  const histories = new Map<string, string[]>();
  for (const { AlarmName = "", HistoryData = "{}" } of items.reverse()) {
    const { type, newState, ...data } = JSON.parse(HistoryData) as HistoryData;
    const { threshold } = data.createdAlarm ?? data.updatedAlarm ?? data.deletedAlarm ?? {};
    const item = newState
      ? `${newState.stateValue} ${newState.stateReason}`
      : `${type} ${threshold}`;
    histories.set(AlarmName, [...(histories.get(AlarmName) ?? []), item]);
  }
  return histories;
}

interface HistoryData {
  readonly type?: string;
  readonly createdAlarm?: { readonly threshold?: number };
  readonly updatedAlarm?: { readonly threshold?: number };
  readonly deletedAlarm?: { readonly threshold?: number };
  readonly newState?: { readonly stateValue: string; readonly stateReason: string };
}

async function read(at: Node): Promise<ReadonlyMap<string, Named>> {
  const cloudWatch = at.client(CloudWatch);
  const listed = await allPages(
    (NextToken) => cloudWatch.describeAlarms({ NextToken }),
    ({ MetricAlarms }) => MetricAlarms,
    ({ NextToken }) => NextToken,
  );
  const histories = await readHistories(at);
  const gone = new Set(histories.keys());
  const named: [string | undefined, Named][] = [];
  const add = (name: string, alarm: Alarm | undefined) =>
    named.push([name, { alarm, history: new Bag(histories.get(name) ?? []) }]);
  for (const {
    AlarmName = "",
    AlarmArn,
    Threshold = 0,
    ActionsEnabled = false,
    ...state
  } of listed) {
    const { Tags } = await cloudWatch.listTagsForResource({ ResourceARN: AlarmArn });
    const said = /^reason \d+$/.test(state.StateReason ?? "");
    add(AlarmName, {
      ...{ threshold: Threshold, enabled: ActionsEnabled, tags: tagsOf(Tags) },
      reason: said ? `${state.StateValue} ${state.StateReason}` : undefined,
    });
    gone.delete(AlarmName);
  }
  for (const name of gone) add(name, undefined);
  return byKey(PREFIX, named);
}

export const alarms = remembered<Named>({ name: "cloudwatch-alarms", keys: 10, change, read });
