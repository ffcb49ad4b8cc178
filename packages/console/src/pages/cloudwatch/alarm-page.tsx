import {
  type AlarmHistoryItem,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
  type MetricAlarm,
  paginateDescribeAlarmHistory,
} from "@aws-sdk/client-cloudwatch";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { goTo } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { CallState } from "../../shared/call-state.tsx";
import { FactsPanel } from "../../shared/facts-panel.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { Page } from "../../shared/page.tsx";
import { RemoveItems } from "../../shared/remove-items.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAction } from "../../shared/use-action.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { pagesOf } from "../../wire/read-pages.ts";
import { useCall } from "../../wire/use-call.ts";
import { useList } from "../../wire/use-list.ts";
import {
  ALARM_REMOVAL,
  ALARM_TYPES,
  type Alarm,
  AlarmState,
  conditionOf,
  queriesOf,
} from "./alarm-facts.tsx";
import { cloudWatchOf } from "./metric-calls.ts";
import { MetricChart } from "./metric-chart.tsx";
import { useSpan } from "./span-choice.tsx";

const POLL_MS = 10_000;

/** One alarm: its state and why, what it watches as a chart, and its history. */
export function AlarmPage({ params }: PageProps) {
  const { name = "" } = params;
  const [deleting, setDeleting] = useState(false);
  const got = useCall(`alarm ${name}`, (aws) => readAlarm(aws, name), { everyMs: POLL_MS });
  const { data: alarm } = got;
  const acts = alarm?.ActionsEnabled === true;
  const toggle = useAction("The alarm wasn't changed", async (aws) => {
    const AlarmNames = [name];
    if (acts) await cloudWatchOf(aws).send(new DisableAlarmActionsCommand({ AlarmNames }));
    else await cloudWatchOf(aws).send(new EnableAlarmActionsCommand({ AlarmNames }));
    got.reload();
    return `The actions of ${name} are ${acts ? "disabled" : "enabled"}.`;
  });
  return (
    <Page
      title={name}
      description={alarm?.AlarmDescription}
      actions={
        alarm && (
          <Actions>
            <Button loading={toggle.running} onClick={() => toggle.run()}>
              {acts ? "Disable actions" : "Enable actions"}
            </Button>
            <Button onClick={() => setDeleting(true)}>Delete</Button>
          </Actions>
        )
      }
    >
      <CallState what="alarm" call={got} />
      {alarm && (
        <SpaceBetween size="l">
          <FactsPanel
            arn={alarm.AlarmArn}
            facts={[
              ["State", <AlarmState key="state" state={alarm.StateValue} />],
              ["Because", alarm.StateReason],
              ["Since", alarm.StateUpdatedTimestamp],
              ["Condition", conditionOf(alarm)],
              ["Actions", acts ? "Enabled" : "Disabled"],
            ]}
          />
          <Watched alarm={alarm} />
          <History name={name} state={alarm.StateValue} />
        </SpaceBetween>
      )}
      {deleting && (
        <RemoveItems
          removal={ALARM_REMOVAL}
          items={[{ AlarmName: name }]}
          plural="alarms"
          onClose={() => setDeleting(false)}
          onDone={() => goTo("#/cloudwatch/alarms")}
        />
      )}
    </Page>
  );
}

async function readAlarm(aws: AwsClients, name: string): Promise<Alarm> {
  const { MetricAlarms = [], CompositeAlarms = [] } = await cloudWatchOf(aws).send(
    new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ALARM_TYPES }),
  );
  const [found] = [...MetricAlarms, ...CompositeAlarms];
  if (!found) throw new Error(`There is no alarm ${name} in this Region.`);
  return found;
}

/** The chart of what the alarm watches, and its threshold. */
function Watched({ alarm }: { readonly alarm: Alarm }) {
  const { minutes, control } = useSpan();
  const queries = queriesOf(alarm);
  if (queries.length === 0) return null;
  return (
    <Container
      header={
        <Header variant="h2" actions={control}>
          Metric
        </Header>
      }
    >
      <MetricChart
        title={`Metric of ${alarm.AlarmName}`}
        queries={queries}
        minutes={minutes}
        threshold={(alarm as MetricAlarm).Threshold}
      />
    </Container>
  );
}

/** Read again whenever the state is another. */
function History(props: { readonly name: string; readonly state: string | undefined }) {
  const { name: AlarmName, state } = props;
  const history = useList(`history of ${AlarmName} ${state}`, (aws) => {
    const input = { AlarmName, AlarmTypes: ALARM_TYPES };
    const pages = paginateDescribeAlarmHistory({ client: cloudWatchOf(aws) }, input);
    return pagesOf(pages, (page) => page.AlarmHistoryItems);
  });
  return (
    <ResourceTable
      plural="events"
      heading="History"
      call={history}
      idOf={({ Timestamp, HistorySummary }) => `${Timestamp?.getTime()} ${HistorySummary}`}
      empty="Nothing has happened yet."
      columns={COLUMNS}
    />
  );
}

const COLUMNS: readonly Column<AlarmHistoryItem>[] = [
  { id: "time", header: "Time", value: ({ Timestamp }) => Timestamp },
  {
    id: "what",
    header: "What",
    isRowHeader: true,
    value: ({ HistorySummary }) => HistorySummary,
  },
];
