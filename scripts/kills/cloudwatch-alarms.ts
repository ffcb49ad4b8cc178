import { CloudWatch, type StateValue } from "@aws-sdk/client-cloudwatch";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { changeTags, type Tags, tagsOf } from "./tags.ts";

/* Alarms with their settings, tags and reasons. */

const PREFIX = "kills-";

interface Alarm {
  readonly threshold: number;
  readonly enabled: boolean;
  readonly tags: Tags;
  /** Why it is in its state, once a client has said so. */
  readonly reason: string | undefined;
}

/** Never in that many minutes: a state that a client sets stays. */
const METRIC = {
  ...({ Namespace: "Kills", MetricName: "none", Statistic: "Sum", Period: 86_400 } as const),
  ...({ EvaluationPeriods: 1, ComparisonOperator: "GreaterThanThreshold" } as const),
  TreatMissingData: "ignore",
};

function change(key: string, alarm: Alarm | undefined, chance: Chance): Change<Alarm> {
  const AlarmName = PREFIX + key;
  const ResourceARN = `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${AlarmName}`;
  const Threshold = chance.below(1e6);
  if (!alarm || chance.rarely(4))
    return {
      says: `PutMetricAlarm ${key} ${Threshold}`,
      send: (at) => at.client(CloudWatch).putMetricAlarm({ ...METRIC, AlarmName, Threshold }),
      after: () => ({
        ...{ tags: {}, reason: undefined, ...alarm },
        // Given anew, as all settings that a call leaves out.
        ...{ threshold: Threshold, enabled: true },
      }),
    };
  switch (chance.below(4)) {
    case 0:
      return {
        says: `DeleteAlarms ${key}`,
        send: (at) => at.client(CloudWatch).deleteAlarms({ AlarmNames: [AlarmName] }),
        after: () => undefined,
      };
    case 1:
      return {
        says: `${alarm.enabled ? "Disable" : "Enable"}AlarmActions ${key}`,
        send: (at) =>
          alarm.enabled
            ? at.client(CloudWatch).disableAlarmActions({ AlarmNames: [AlarmName] })
            : at.client(CloudWatch).enableAlarmActions({ AlarmNames: [AlarmName] }),
        after: () => ({ ...alarm, enabled: !alarm.enabled }),
      };
    case 2:
      return changeTags(alarm, chance, `alarm ${key}`, {
        tag: (at, Key, Value) =>
          at.client(CloudWatch).tagResource({ ResourceARN, Tags: [{ Key, Value }] }),
        untag: (at, Key) => at.client(CloudWatch).untagResource({ ResourceARN, TagKeys: [Key] }),
      });
    default: {
      const StateReason = `reason ${chance.below(1e6)}`;
      const StateValue: StateValue = chance.one(["OK", "ALARM"]);
      return {
        says: `SetAlarmState ${key} ${StateValue} ${StateReason}`,
        send: (at) => at.client(CloudWatch).setAlarmState({ AlarmName, StateValue, StateReason }),
        after: () => ({ ...alarm, reason: `${StateValue} ${StateReason}` }),
      };
    }
  }
}

async function read(at: Node): Promise<ReadonlyMap<string, Alarm>> {
  const cloudWatch = at.client(CloudWatch);
  const listed = await allPages(
    (NextToken) => cloudWatch.describeAlarms({ NextToken }),
    ({ MetricAlarms }) => MetricAlarms,
    ({ NextToken }) => NextToken,
  );
  const named: [string | undefined, Alarm][] = [];
  for (const { AlarmName, AlarmArn, Threshold = 0, ActionsEnabled = false, ...state } of listed) {
    const { Tags } = await cloudWatch.listTagsForResource({ ResourceARN: AlarmArn });
    const said = /^reason \d+$/.test(state.StateReason ?? "");
    named.push([
      AlarmName,
      {
        ...{ threshold: Threshold, enabled: ActionsEnabled, tags: tagsOf(Tags) },
        reason: said ? `${state.StateValue} ${state.StateReason}` : undefined,
      },
    ]);
  }
  return byKey(PREFIX, named);
}

export const alarms = remembered<Alarm>({ name: "cloudwatch-alarms", keys: 10, change, read });
