import { placeOf } from "../../routing/hash-route.ts";
import { nameColumn } from "../../shared/columns.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { ListPage } from "../../shared/list-page.tsx";
import { ALARM_REMOVAL, type Alarm, AlarmState, alarmPages, conditionOf } from "./alarm-facts.tsx";

/** Alarms are looked at every ten seconds to every minute. */
const POLL_MS = 10_000;

export function AlarmsPage() {
  return (
    <ListPage
      title="Alarms"
      description="Metrics that are watched, and other alarms."
      plural="alarms"
      pages={alarmPages}
      everyMs={POLL_MS}
      idOf={({ AlarmName = "" }) => AlarmName}
      removal={ALARM_REMOVAL}
      columns={COLUMNS}
      none={["No alarms in this Region", "A stack or the AWS CLI creates them."]}
    />
  );
}

const COLUMNS: readonly Column<Alarm>[] = [
  nameColumn<Alarm>(
    ({ AlarmName = "" }) => AlarmName,
    ({ AlarmName = "" }) => placeOf("/cloudwatch/alarms/:name", { name: AlarmName }),
  ),
  {
    id: "state",
    header: "State",
    value: ({ StateValue }) => StateValue,
    cell: ({ StateValue }) => <AlarmState state={StateValue} />,
  },
  {
    id: "condition",
    header: "Condition",
    value: conditionOf,
    cell: (alarm) => <span className="name-cell">{conditionOf(alarm)}</span>,
  },
  { id: "changed", header: "Changed", value: ({ StateUpdatedTimestamp: at }) => at },
];
