import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import type { Node } from "./node.ts";
import { number } from "./settings.ts";
import { settingsOf } from "./settings-of.ts";

/* Alarms of alarms. */

const cloudWatch = (at: Node) => at.client(CloudWatch);
const nameOf = (key: string) => `kills-composite-${key}`;

export const compositeAlarms = settingsOf(
  "cloudwatch-composite-alarms",
  {
    alarm: {
      value: number,
      put: (at, of, AlarmDescription) =>
        cloudWatch(at).putCompositeAlarm({
          ...{ AlarmName: nameOf(of), AlarmDescription },
          AlarmRule: Number(AlarmDescription) % 2 === 0 ? "TRUE" : "FALSE",
        }),
      remove: (at, of) => cloudWatch(at).deleteAlarms({ AlarmNames: [nameOf(of)] }),
      async read(at, of) {
        const { CompositeAlarms = [] } = await cloudWatch(at).describeAlarms({
          ...{ AlarmNames: [nameOf(of)], AlarmTypes: ["CompositeAlarm"] },
        });
        const [alarm] = CompositeAlarms;
        if (alarm === undefined) return undefined;
        const isEven = alarm.AlarmRule === "TRUE";
        const fits = isEven === (Number(alarm.AlarmDescription) % 2 === 0);
        return fits ? alarm.AlarmDescription : `${alarm.AlarmDescription} with ${alarm.AlarmRule}`;
      },
    },
  },
  { keys: 4 },
);
