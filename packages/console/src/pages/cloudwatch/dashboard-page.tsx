import { DescribeAlarmsCommand, GetDashboardCommand } from "@aws-sdk/client-cloudwatch";
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { placeOf } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { CallState } from "../../shared/call-state.tsx";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { pretty } from "../../shared/pretty-json.ts";
import { InRegion, useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { ALARM_TYPES, AlarmState } from "./alarm-facts.tsx";
import { type Widget, widgetsOf } from "./dashboard-widgets.ts";
import { cloudWatchOf } from "./metric-calls.ts";
import { MetricChart } from "./metric-chart.tsx";
import { useSpan } from "./span-choice.tsx";

/** One dashboard, drawn; and its body, as it was put. */
export function DashboardPage({ params }: PageProps) {
  const { name: DashboardName = "" } = params;
  const { region } = useAws();
  const { minutes, control } = useSpan();
  const got = useCall(`dashboard ${DashboardName}`, async (aws) => {
    const { DashboardBody = "{}" } = await cloudWatchOf(aws).send(
      new GetDashboardCommand({ DashboardName }),
    );
    return { text: DashboardBody, widgets: widgetsOf(DashboardBody) };
  });
  return (
    <Page title={DashboardName} actions={control}>
      <CallState what="dashboard" call={got} />
      {got.data && (
        <SpaceBetween size="l">
          {got.data.widgets.length === 0 && <Box>The dashboard has no widgets.</Box>}
          <ColumnLayout columns={2} minColumnWidth={360}>
            {got.data.widgets.map((widget) => (
              <InRegion key={widget.key} region={widget.region ?? region}>
                <Drawn widget={widget} minutes={minutes} />
              </InRegion>
            ))}
          </ColumnLayout>
          <ExpandableSection headerText="Body">
            <pre className="document">{pretty(got.data.text)}</pre>
          </ExpandableSection>
        </SpaceBetween>
      )}
    </Page>
  );
}

function Drawn({ widget, minutes }: { readonly widget: Widget; readonly minutes: number }) {
  const { kind, text, queries, alarms } = widget;
  const title = widget.title || (kind === "alarm" ? "Alarms" : queries.length > 0 ? "Metrics" : "");
  return (
    <Container
      fitHeight
      {...(title === "" ? {} : { header: <Header variant="h2">{title}</Header> })}
    >
      {kind === "metric" && queries.length > 0 ? (
        <MetricChart title={title} queries={queries} minutes={minutes} />
      ) : kind === "alarm" || alarms.length > 0 ? (
        <Alarms arns={alarms} />
      ) : kind === "text" ? (
        <div className="document">{text}</div>
      ) : (
        <Box color="text-body-secondary">Widgets of the type {kind} aren't drawn here.</Box>
      )}
    </Container>
  );
}

function Alarms({ arns }: { readonly arns: readonly string[] }) {
  const names = arns.map((arn) => arn.split(":alarm:").at(-1) ?? arn);
  const found = useCall(`alarms ${names}`, async (aws) => {
    const input = { AlarmNames: names, AlarmTypes: ALARM_TYPES };
    const { MetricAlarms = [], CompositeAlarms = [] } = await cloudWatchOf(aws).send(
      new DescribeAlarmsCommand(input),
    );
    return [...MetricAlarms, ...CompositeAlarms];
  });
  return (
    <SpaceBetween size="xs">
      <CallState what="alarms" call={found} />
      {found.data?.map(({ AlarmName = "", StateValue }) => (
        <SpaceBetween key={AlarmName} direction="horizontal" size="s">
          <PlaceLink to={placeOf("/cloudwatch/alarms/:name", { name: AlarmName })}>
            {AlarmName}
          </PlaceLink>
          <AlarmState state={StateValue} />
        </SpaceBetween>
      ))}
    </SpaceBetween>
  );
}
