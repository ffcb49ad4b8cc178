import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { SmithyRpcV2CborProtocol } from "@smithy/core/cbor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EventReader } from "../../scenarios/ivs/event-reader.ts";
import { awsCli, hasAwsCli, NO_AWS_CLI } from "../../support/aws-cli.ts";
import { allow, createUser, type Statements } from "../../support/principals.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

/*
 * Source: CloudWatch API reference; sentences and fields as AWS's alarms were recorded.
 */

const NAMESPACE = "Studio";
const ARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:";

let server: TestServer;
let root: cloudwatch.CloudWatch;
beforeAll(async () => {
  server = await startTestServer();
  root = clientOf(ROOT);
});
afterAll(() => server?.close());

function clientOf(credentials: Key, options: object = {}): cloudwatch.CloudWatch {
  const { endpoint } = server;
  return new cloudwatch.CloudWatch({
    ...{ endpoint, region: "us-east-1", credentials, maxAttempts: 1 },
    ...options,
  });
}

const DROPPED = {
  Namespace: NAMESPACE,
  MetricName: "Dropped",
  Statistic: "Sum",
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 2,
  ComparisonOperator: "GreaterThanThreshold",
} as const;

function put(MetricName: string, Value: number, minutesAgo: number) {
  const Timestamp = new Date(Date.now() - minutesAgo * 60_000);
  const MetricData = [{ MetricName, Value, Timestamp }];
  return root.putMetricData({ Namespace: NAMESPACE, MetricData });
}

async function alarm(name: string): Promise<cloudwatch.MetricAlarm> {
  const { MetricAlarms = [] } = await root.describeAlarms({ AlarmNames: [name] });
  const [found] = MetricAlarms;
  if (!found) throw new Error(`no alarm ${name}`);
  return found;
}

const inState = (name: string, state: string) =>
  until(
    async () => ((await alarm(name)).StateValue === state ? alarm(name) : undefined),
    `${name} in ${state}`,
  );

test("an alarm is described as it was put, and keeps its state when put again", async () => {
  const put = {
    ...DROPPED,
    AlarmName: "described",
    AlarmDescription: "too many",
    AlarmActions: ["arn:aws:sns:us-east-1:000000000000:ops"],
    Dimensions: [{ Name: "Camera", Value: "one" }],
    TreatMissingData: "ignore",
    Unit: "Count",
    Tags: [{ Key: "team", Value: "video" }],
  } satisfies cloudwatch.PutMetricAlarmInput;
  await root.putMetricAlarm(put);
  const { Tags, ...shown } = put;
  const found = await alarm("described");
  const [moment, ...moments] = [
    found.AlarmConfigurationUpdatedTimestamp,
    found.StateUpdatedTimestamp,
    found.StateTransitionedTimestamp,
  ];
  expect(moment).toBeInstanceOf(Date);
  expect(moments).toEqual([moment, moment]);
  expect(found).toEqual({
    ...shown,
    AlarmArn: `${ARN}described`,
    ActionsEnabled: true,
    OKActions: [],
    InsufficientDataActions: [],
    StateValue: "INSUFFICIENT_DATA",
    StateReason: "Unchecked: Initial alarm creation",
    AlarmConfigurationUpdatedTimestamp: moment,
    StateUpdatedTimestamp: moment,
    StateTransitionedTimestamp: moment,
  });
  const StateReasonData = '{"by":"hand"}';
  const state = { StateValue: "ALARM", StateReason: "by hand", StateReasonData } as const;
  await root.setAlarmState({ AlarmName: "described", ...state });
  await root.putMetricAlarm({ ...DROPPED, AlarmName: "described", Threshold: 3 });
  expect(await alarm("described")).toMatchObject({ ...state, Threshold: 3, AlarmActions: [] });
  const tags = await root.listTagsForResource({ ResourceARN: `${ARN}described` });
  expect(tags.Tags).toEqual(Tags);
});

test("alarms of metrics change state, with reasons, events and history", async () => {
  const events = new EventReader(server.endpoint);
  await put("Lost", 21.5, 2);
  await put("Lost", 1, 3);
  const metric = { ...DROPPED, MetricName: "Lost" };
  const AlarmActions = ["arn:aws:sns:us-east-1:000000000000:ops"];
  await root.putMetricAlarm({ ...metric, AlarmName: "one", AlarmActions });
  await root.putMetricAlarm({ ...metric, AlarmName: "named", DatapointsToAlarm: 1 });
  await root.putMetricAlarm({ ...metric, AlarmName: "both", EvaluationPeriods: 2 });
  const silent = { ...DROPPED, MetricName: "Silent" };
  await root.putMetricAlarm({ ...silent, AlarmName: "bad", TreatMissingData: "breaching" });
  const two = { EvaluationPeriods: 2, TreatMissingData: "notBreaching" };
  await root.putMetricAlarm({ ...silent, AlarmName: "good", ...two });
  await root.putMetricAlarm({ ...silent, AlarmName: "unknown" });
  const query = {
    Id: "m1",
    MetricStat: {
      Metric: { Namespace: NAMESPACE, MetricName: "Lost" },
      Period: 60,
      Stat: "Maximum",
    },
  };
  const rule = {
    EvaluationPeriods: 1,
    Threshold: 30,
    ComparisonOperator: "LessThanThreshold",
  } as const;
  await root.putMetricAlarm({ AlarmName: "query", Metrics: [query], ...rule });
  const at = "\\(\\d\\d/\\d\\d/\\d\\d \\d\\d:\\d\\d:00\\)";
  const crossed = (text: string) => new RegExp(`^Threshold Crossed: ${text}$`);
  expect((await inState("one", "ALARM")).StateReason).toMatch(
    crossed(`1 datapoint \\[21\\.5 ${at}\\] was greater than the threshold \\(2\\.0\\)\\.`),
  );
  expect((await inState("named", "ALARM")).StateReason).toMatch(
    crossed(
      `1 out of the last 1 datapoints \\[21\\.5 ${at}\\] was greater than the threshold ` +
        `\\(2\\.0\\) \\(minimum 1 datapoint for OK -> ALARM transition\\)\\.`,
    ),
  );
  expect((await inState("both", "OK")).StateReason).toMatch(
    crossed(`1 datapoint \\[1\\.0 ${at}\\] was not greater than the threshold \\(2\\.0\\)\\.`),
  );
  expect((await inState("bad", "ALARM")).StateReason).toBe(
    "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint " +
      "was treated as [Breaching].",
  );
  expect((await inState("good", "OK")).StateReason).toBe(
    "Threshold Crossed: no datapoints were received for 2 periods and 2 missing " +
      "datapoints were treated as [NonBreaching].",
  );
  expect((await inState("query", "ALARM")).StateReason).toContain("was less than");
  expect(await alarm("unknown")).toMatchObject({
    StateValue: "INSUFFICIENT_DATA",
    StateReason: "Unchecked: Initial alarm creation",
  });
  const { StateReasonData = "" } = await alarm("one");
  // Its numbers are floating-point but for the period.
  expect(StateReasonData).toMatch(/"period":60,.*"threshold":2\.0,.*"sampleCount":1\.0,/);
  const data: unknown = JSON.parse(StateReasonData);
  expect(data).toMatchObject({
    version: "1.0",
    statistic: "Sum",
    period: 60,
    recentDatapoints: [21.5],
    threshold: 2,
    evaluatedDatapoints: [{ sampleCount: 1, value: 21.5 }],
  });
  const changed = await until(() => {
    const found = events.seen.filter(({ detail }) => detail.alarmName === "one");
    return found.length > 1 && found;
  }, "the events of an alarm");
  events.close();
  expect(changed.map((event) => event["detail-type"])).toEqual([
    "CloudWatch Alarm Configuration Change",
    "CloudWatch Alarm State Change",
  ]);
  const id = expect.any(String) as string;
  const dimensions = {};
  const measured = {
    metric: { namespace: NAMESPACE, name: "Lost", dimensions },
    period: 60,
    stat: "Sum",
  };
  expect(changed[1]?.detail).toMatchObject({
    state: { value: "ALARM" },
    previousState: { value: "INSUFFICIENT_DATA", reason: "Unchecked: Initial alarm creation" },
    configuration: { metrics: [{ id, metricStat: measured, returnData: true }] },
  });
  const { AlarmHistoryItems = [] } = await root.describeAlarmHistory({
    AlarmName: "one",
    ScanBy: "TimestampAscending",
  });
  const made = AlarmHistoryItems.find(({ HistoryItemType: type }) => type?.startsWith("Conf"));
  expect(made?.HistoryData).toContain('"evaluationPeriods":1,"threshold":2.0,');
  expect(AlarmHistoryItems.map((item) => [item.HistoryItemType, item.HistorySummary])).toEqual(
    expect.arrayContaining([
      ["ConfigurationUpdate", 'Alarm "one" created'],
      ["StateUpdate", "Alarm updated from INSUFFICIENT_DATA to ALARM"],
      ["Action", `Failed to execute action ${AlarmActions[0]}`],
    ]),
  );
  const states = await root.describeAlarmHistory({
    AlarmName: "one",
    HistoryItemType: "StateUpdate",
  });
  const [item] = states.AlarmHistoryItems ?? [];
  expect(item?.HistoryData).toContain(`"stateReasonData":${StateReasonData}`);
  expect(JSON.parse(item?.HistoryData ?? "")).toMatchObject({
    version: "1.0",
    oldState: { stateValue: "INSUFFICIENT_DATA" },
    newState: { stateValue: "ALARM", stateReasonData: data },
  });
});

test("alarms watch percentiles and expressions of several metrics", async () => {
  const Timestamp = new Date(Date.now() - 2 * 60_000);
  const Values = Array.from({ length: 10 }, (_none, index) => index + 1);
  const Counts = Values.map((value) => (value === 10 ? 1 : 2));
  const all = { MetricName: "Frames", Value: 38, Timestamp };
  const MetricData = [{ MetricName: "Late", Values, Counts, Timestamp }, all];
  await root.putMetricData({ Namespace: NAMESPACE, MetricData });
  const rule = { EvaluationPeriods: 1, ComparisonOperator: "GreaterThanThreshold" } as const;
  const late = { ...DROPPED, MetricName: "Late", Statistic: undefined };
  const p90 = { ...late, ...rule, ExtendedStatistic: "p90", Threshold: 8.5 };
  await root.putMetricAlarm({ ...p90, AlarmName: "late-90" });
  await root.putMetricAlarm({ ...p90, AlarmName: "late-40", ExtendedStatistic: "p40" });
  const few = { EvaluateLowSampleCountPercentile: "ignore" };
  await root.putMetricAlarm({ ...p90, ...few, AlarmName: "few" });
  await root.putMetricAlarm({ ...p90, ...few, AlarmName: "late-45", ExtendedStatistic: "p45" });
  const stat = (MetricName: string, Stat: string) => ({
    MetricStat: { Metric: { Namespace: NAMESPACE, MetricName }, Period: 60, Stat },
    ReturnData: false,
  });
  const Metrics = [
    { Id: "share", Expression: "100 * late / frames", Label: "Late, percent" },
    { Id: "late", ...stat("Late", "SampleCount") },
    { Id: "frames", ...stat("Frames", "Sum") },
  ];
  const events = new EventReader(server.endpoint);
  await root.putMetricAlarm({ AlarmName: "share", Metrics, ...rule, Threshold: 49 });
  const shown = await inState("late-90", "ALARM");
  expect(shown.StateReason).toContain("1 datapoint [9.0 (");
  expect(JSON.parse(shown.StateReasonData ?? "")).toMatchObject({
    ...{ statistic: "p90", recentDatapoints: [9], evaluatedDatapoints: [{ sampleCount: 19 }] },
  });
  expect(shown).toMatchObject({ ExtendedStatistic: "p90" });
  expect((await inState("late-40", "OK")).StateReason).toContain("[4.0 (");
  const share = await inState("share", "ALARM");
  expect(share.StateReason).toContain("1 datapoint [50.0 (");
  expect(share.Metrics).toEqual(Metrics);
  expect(JSON.parse(share.StateReasonData ?? "")).not.toHaveProperty("statistic");
  // Of 19 samples p90 isn't believed, of which it takes 100.
  expect((await alarm("few")).StateValue).toBe("INSUFFICIENT_DATA");
  const of = await root.describeAlarmsForMetric({
    ...{ Namespace: NAMESPACE, MetricName: "Late", ExtendedStatistic: "p40" },
  });
  expect(of.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(["late-40"]);
  const isChange = ({ "detail-type": type, detail }: { "detail-type": string; detail: object }) =>
    type === "CloudWatch Alarm State Change" &&
    "alarmName" in detail &&
    detail.alarmName === "share";
  const change = await until(() => events.seen.find(isChange), "the event of the expression");
  events.close();
  expect(change.detail).toMatchObject({
    configuration: {
      metrics: [
        { id: "share", expression: "100 * late / frames", returnData: true },
        { id: "late", metricStat: { stat: "SampleCount", period: 60 }, returnData: false },
        { id: "frames", returnData: false },
      ],
    },
  });
});

test("a composite alarm follows its children, and keeps them from being deleted", async () => {
  for (const AlarmName of ["left", "right"])
    await root.putMetricAlarm({ ...DROPPED, AlarmName, TreatMissingData: "ignore" });
  const AlarmRule = `ALARM(left) AND (ALARM("${ARN}right") OR NOT TRUE)`;
  await root.putCompositeAlarm({ AlarmName: "whole", AlarmRule });
  const composite = async () => {
    const input = { AlarmNames: ["whole"], AlarmTypes: ["CompositeAlarm" as const] };
    const { CompositeAlarms = [] } = await root.describeAlarms(input);
    return CompositeAlarms[0];
  };
  const reaches = (state: string) =>
    until(
      async () => ((await composite())?.StateValue === state ? composite() : undefined),
      `the composite alarm in ${state}`,
    );
  expect(await reaches("OK")).toMatchObject({
    AlarmRule,
    StateReason: `${ARN}whole was created and its alarm rule evaluates to OK`,
  });
  const state = { StateValue: "ALARM", StateReason: "by hand" } as const;
  for (const AlarmName of ["left", "right"]) await root.setAlarmState({ AlarmName, ...state });
  expect((await reaches("ALARM"))?.StateReason).toMatch(
    /:alarm:right transitioned to ALARM at [A-Z][a-z]+ \d\d [A-Z][a-z]+, \d{4} \d\d:\d\d:\d\d UTC$/,
  );
  const children = await root.describeAlarms({ ChildrenOfAlarmName: "whole" });
  expect(children.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(["left", "right"]);
  const parents = await root.describeAlarms({ ParentsOfAlarmName: "left" });
  expect(parents.CompositeAlarms).toEqual([{ AlarmName: "whole", AlarmArn: `${ARN}whole` }]);
  for (const [AlarmNames, used] of [
    [["left"], "left as there are composite alarm(s) depending on it."],
    [["left", "right"], "left,right as there are composite alarm(s) depending on them."],
  ] as const)
    await expect(root.deleteAlarms({ AlarmNames: [...AlarmNames] })).rejects.toMatchObject({
      message: `Cannot delete ${used}`,
    });
  const names = ["left", "right", "whole", "never"];
  await root.deleteAlarms({ AlarmNames: names });
  const left = await root.describeAlarms({
    AlarmNames: names,
    AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
  });
  expect([left.MetricAlarms, left.CompositeAlarms]).toEqual([[], []]);
});

test("lists are filtered and come in pages", async () => {
  const names = ["p1", "p2", "p3", "p4", "p5"];
  for (const AlarmName of names)
    await root.putMetricAlarm({ ...DROPPED, MetricName: "Paged", AlarmName });
  const found: (string | undefined)[] = [];
  let NextToken: string | undefined;
  do {
    const page = await root.describeAlarms({ AlarmNamePrefix: "p", MaxRecords: 2, NextToken });
    expect(page.MetricAlarms?.length).toBeLessThanOrEqual(2);
    found.push(...(page.MetricAlarms ?? []).map(({ AlarmName }) => AlarmName));
    NextToken = page.NextToken;
  } while (NextToken);
  expect(found).toEqual(names);
  const metric = { Namespace: NAMESPACE, MetricName: "Paged" };
  const of = await root.describeAlarmsForMetric(metric);
  expect(of.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(names);
  const others = await root.describeAlarmsForMetric({ ...metric, Statistic: "Average" });
  expect(others.MetricAlarms).toEqual([]);
  await root.disableAlarmActions({ AlarmNames: ["p1", "never"] });
  expect((await alarm("p1")).ActionsEnabled).toBe(false);
  await root.enableAlarmActions({ AlarmNames: ["p1"] });
  expect((await alarm("p1")).ActionsEnabled).toBe(true);
  const history = await root.describeAlarmHistory({ MaxRecords: 3 });
  const rest = await root.describeAlarmHistory({ MaxRecords: 100, NextToken: history.NextToken });
  expect(history.AlarmHistoryItems).toHaveLength(3);
  expect(rest.AlarmHistoryItems?.length).toBeGreaterThan(2);
});

const NO_METRIC = {
  MetricName: undefined,
  Namespace: undefined,
  Period: undefined,
  Statistic: undefined,
};
const M = {
  Id: "m",
  MetricStat: { Metric: { Namespace: NAMESPACE, MetricName: "M" }, Period: 60, Stat: "Sum" },
  ReturnData: false,
};

type Call = (client: cloudwatch.CloudWatch) => Promise<unknown>;
const asAlarm =
  (more: object): Call =>
  (client) =>
    client.putMetricAlarm({ ...DROPPED, AlarmName: "x", ...more });

test.each<[string, Call, string]>([
  ["a period", asAlarm({ Period: 45 }), "Period must be 10, 20, 30 or a multiple of 60"],
  [
    "a time of more than a day",
    asAlarm({ EvaluationPeriods: 1441 }),
    "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must " +
      "be <= 86400).",
  ],
  [
    "missing data",
    asAlarm({ TreatMissingData: "no" }),
    "Option no for parameter TreatMissingData is not supported. Supported options are " +
      "[breaching, notBreaching, ignore, missing].",
  ],
  ["an action", asAlarm({ AlarmActions: ["ops"] }), "Invalid arn syntax: ops"],
  [
    "an action in another Region",
    asAlarm({ OKActions: ["arn:aws:sns:eu-west-1:000000000000:ops"] }),
    "Invalid region eu-west-1 specified. Only us-east-1 is supported.",
  ],
  [
    "an action in another partition",
    asAlarm({ OKActions: ["arn:aws-cn:sns:us-east-1:000000000000:ops"] }),
    "Invalid partition aws-cn specified. Only aws is supported.",
  ],
  [
    "a dimension's empty value",
    asAlarm({ Dimensions: [{ Name: "Camera", Value: "" }] }),
    "Value '' at 'dimensions.1.member.value' failed to satisfy constraint: Member must have",
  ],
  [
    "a metric's name",
    asAlarm({ MetricName: "Größe" }),
    "MetricName must not contain Non-ASCII characters.",
  ],
  [
    "a percentile",
    asAlarm({ Statistic: undefined, ExtendedStatistic: "p101" }),
    "The value p101 for parameter ExtendedStatistic is not supported.",
  ],
  ["a threshold", asAlarm({ Threshold: undefined }), "The parameter Threshold is required."],
  [
    "more datapoints than periods",
    asAlarm({ DatapointsToAlarm: 2 }),
    "DatapointsToAlarm must be less than or equal to EvaluationPeriods",
  ],
  [
    "two statistics",
    asAlarm({ ExtendedStatistic: "p99" }),
    "The parameters Statistic and ExtendedStatistic are mutually exclusive.",
  ],
  [
    "a trimmed mean",
    asAlarm({ Statistic: undefined, ExtendedStatistic: "tm90" }),
    "Rolecast's CloudWatch has no statistic tm90.",
  ],
  [
    "few samples of a sum",
    asAlarm({ EvaluateLowSampleCountPercentile: "ignore" }),
    "EvaluateLowSampleCountPercentile is for alarms by one percentile.",
  ],
  ...(
    [
      [[{ Id: "e", Expression: "1" }], "Metrics list must contain at least one metric."],
      [[{ Id: "e", Expression: "m +" }, M], "Error in expression 'e'"],
      [[{ Id: "e", Expression: "x * 2" }, M], "Error in expression 'e'"],
      [[{ Id: "e", Expression: "MAX(m)" }, M], "it is a number"],
      [[{ Id: "e", Expression: "METRICS() * 2" }, M, { ...M, Id: "n" }], "a single time series"],
      [
        [
          { Id: "e", Expression: "m" },
          { ...M, ReturnData: true },
        ],
        "Exactly one element",
      ],
      [[{ ...M, ReturnData: true }, M], "are not unique"],
      [[{ Id: "E", Expression: "m" }, M], "Metrics.member.1.Id must match"],
      [[{ Id: "e" }, M], "exactly one of MetricStat and Expression"],
    ] as const
  ).map(([Metrics, reason]): [string, Call, string] => [
    `queries: ${reason}`,
    asAlarm({ ...NO_METRIC, Metrics: [...Metrics] }),
    reason,
  ]),
  [
    "predictions",
    asAlarm({ ComparisonOperator: "GreaterThanUpperThreshold" }),
    "Rolecast's CloudWatch has no alarms by predictions (ComparisonOperator " +
      "GreaterThanUpperThreshold).",
  ],
  [
    "a rule",
    (client) => client.putCompositeAlarm({ AlarmName: "c", AlarmRule: "ALARM(a" }),
    "AlarmRule is invalid: it ends too early.",
  ],
  [
    "an alarm that isn't there",
    (client) => client.putCompositeAlarm({ AlarmName: "c", AlarmRule: "OK(nothing)" }),
    "Could not save the composite alarm as alarms [nothing] in the alarm rule do not exist",
  ],
  [
    "a state",
    (client) =>
      client.setAlarmState({ AlarmName: "x", StateValue: "INVALID" as "OK", StateReason: "r" }),
    "1 validation error detected: Value 'INVALID' at 'stateValue' failed to satisfy " +
      "constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]",
  ],
])("what is wrong is refused: %s", async (_what, call, message) => {
  await expect(call(root)).rejects.toThrow(message);
});

test("a state can't be set of an alarm that isn't there", async () => {
  const state = { AlarmName: "never", StateValue: "OK", StateReason: "r" } as const;
  await expect(root.setAlarmState(state)).rejects.toMatchObject({
    name: "ResourceNotFound",
    $metadata: { httpStatusCode: 404 },
  });
  const cbor = clientOf(ROOT, { protocol: SmithyRpcV2CborProtocol });
  await expect(cbor.setAlarmState(state)).rejects.toMatchObject({ name: "ResourceNotFound" });
});

describe("dashboards", () => {
  const body = JSON.stringify({
    widgets: [
      { type: "text", x: 0, y: 0, width: 3, height: 3, properties: { markdown: "Hello" } },
      {
        type: "metric",
        properties: { metrics: [["AWS/IVS", "ConcurrentViews", "Channel", "c", { stat: "Sum" }]] },
      },
    ],
  });
  const DashboardArn = "arn:aws:cloudwatch::000000000000:dashboard/live";

  test("live in all Regions, with their bodies and tags", async () => {
    const Tags = [{ Key: "team", Value: "video" }];
    const made = await root.putDashboard({ DashboardName: "live", DashboardBody: body, Tags });
    expect(made.DashboardValidationMessages).toEqual([]);
    const elsewhere = clientOf(ROOT, { region: "eu-west-1" });
    const { $metadata: _facts, ...found } = await elsewhere.getDashboard({ DashboardName: "live" });
    expect(found).toEqual({ DashboardArn, DashboardBody: body, DashboardName: "live" });
    const listed = await root.listDashboards({ DashboardNamePrefix: "li" });
    expect(listed.DashboardEntries).toEqual([
      {
        DashboardName: "live",
        DashboardArn,
        LastModified: expect.any(Date),
        Size: body.length + 15,
      },
    ]);
    expect((await root.listDashboards({ DashboardNamePrefix: "x" })).DashboardEntries).toEqual([]);
    await root.untagResource({ ResourceARN: DashboardArn, TagKeys: ["team"] });
    await root.tagResource({ ResourceARN: DashboardArn, Tags: [{ Key: "a", Value: "b" }] });
    const tags = await root.listTagsForResource({ ResourceARN: DashboardArn });
    expect(tags.Tags).toEqual([{ Key: "a", Value: "b" }]);
    await root.deleteDashboards({ DashboardNames: ["live"] });
    await expect(root.getDashboard({ DashboardName: "live" })).rejects.toMatchObject({
      name: "ResourceNotFound",
      message: "Dashboard live does not exist",
    });
  });

  test("bodies are checked, and each finding is named", async () => {
    const widgets = [
      { type: "metric", properties: { metrics: [["AWS/IVS", { Channel: "c" }, "x"]] } },
      { type: "text", properties: {} },
      { type: "film", properties: {} },
    ];
    const findings = [
      {
        DataPath: "/widgets/0/properties/metrics/0/1",
        Message: "Invalid metric field type, only 'String' type is allowed",
      },
      { DataPath: "/widgets/1/properties", Message: "Should have required property 'markdown'" },
      { DataPath: "/widgets/2/type", Message: "Should be equal to one of the allowed values" },
    ];
    const DashboardBody = JSON.stringify({ widgets });
    const putting = root.putDashboard({ DashboardName: "wrong", DashboardBody });
    await expect(putting).rejects.toMatchObject({
      name: "DashboardInvalidInputError",
      message: expect.stringMatching(
        /^The dashboard body is invalid, there are 3 validation errors:\n\[\n/,
      ),
      dashboardValidationMessages: findings,
    });
    const noJson = root.putDashboard({ DashboardName: "wrong", DashboardBody: "{" });
    await expect(noJson).rejects.toThrow("The field DashboardBody must be a valid JSON object");
    const noName = root.putDashboard({ DashboardName: "a b", DashboardBody: body });
    await expect(noName).rejects.toThrow("It can only contain alphanumerics, dash (-)");
  });
});

test.each<[string, Statements, Call, string]>([
  [
    "an alarm by its ARN",
    [allow("cloudwatch:PutMetricAlarm", `${ARN}mine-*`)],
    (client) => client.putMetricAlarm({ ...DROPPED, AlarmName: "mine-1" }),
    "done",
  ],
  [
    "no other alarm",
    [allow("cloudwatch:PutMetricAlarm", `${ARN}mine-*`)],
    (client) => client.putMetricAlarm({ ...DROPPED, AlarmName: "yours" }),
    `cloudwatch:PutMetricAlarm on resource: ${ARN}yours because no identity-based policy allows`,
  ],
  [
    "by an alarm's tag",
    [
      {
        ...allow("cloudwatch:SetAlarmState", "*"),
        Condition: { StringEquals: { "aws:ResourceTag/team": "video" } },
      },
    ],
    (client) =>
      client.setAlarmState({ AlarmName: "described", StateValue: "OK", StateReason: "r" }),
    "done",
  ],
  [
    "not with the actions that a policy denies",
    [
      allow("cloudwatch:PutMetricAlarm", "*"),
      {
        ...allow("cloudwatch:PutMetricAlarm", "*"),
        Effect: "Deny",
        Condition: { "ForAnyValue:StringLike": { "cloudwatch:AlarmActions": "arn:aws:sns:*" } },
      },
    ],
    asAlarm({ AlarmActions: ["arn:aws:sns:us-east-1:000000000000:ops"] }),
    "with an explicit deny in an identity-based policy",
  ],
  [
    "a list on all alarms alone",
    [allow("cloudwatch:DescribeAlarms", `${ARN}mine-*`)],
    (client) => client.describeAlarms({ AlarmNames: ["mine-1"] }),
    `cloudwatch:DescribeAlarms on resource: ${ARN}*`,
  ],
  [
    "dashboards without a Region",
    [allow("cloudwatch:PutDashboard", "arn:aws:cloudwatch::000000000000:dashboard/a")],
    (client) => client.putDashboard({ DashboardName: "b", DashboardBody: "{}" }),
    "cloudwatch:PutDashboard on resource: arn:aws:cloudwatch::000000000000:dashboard/b",
  ],
])("permissions decide: %s", async (what, statements, call, outcome) => {
  const name = `alarms-${what.replaceAll(/\W/g, "-")}`;
  const key = await createUser(server.clients().iam, name, statements);
  const answer = await call(clientOf(key)).then(
    () => "done",
    (error: Error) => error.message,
  );
  expect(answer).toContain(outcome);
});

test.skipIf(!hasAwsCli)(
  `the AWS CLI speaks the query protocol${hasAwsCli ? "" : NO_AWS_CLI}`,
  async () => {
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: ROOT.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ROOT.secretAccessKey,
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ENDPOINT_URL: server.endpoint,
    };
    const aws = async (...args: string[]): Promise<string> =>
      (await promisify(execFile)(await awsCli(), ["cloudwatch", ...args], { env })).stdout;
    await aws(
      ...[
        "put-metric-alarm",
        "--alarm-name",
        "cli",
        "--namespace",
        NAMESPACE,
        "--metric-name",
        "Dropped",
      ],
      ...[
        "--statistic",
        "Average",
        "--period",
        "60",
        "--evaluation-periods",
        "3",
        "--threshold",
        "1.5",
      ],
      ...["--comparison-operator", "LessThanThreshold", "--dimensions", "Name=Camera,Value=two"],
    );
    const text = await aws("describe-alarms", "--alarm-names", "cli", "--output", "json");
    expect(JSON.parse(text)).toMatchObject({
      MetricAlarms: [
        { AlarmName: "cli", Threshold: 1.5, Dimensions: [{ Name: "Camera", Value: "two" }] },
      ],
      CompositeAlarms: [],
    });
    const state = ["--state-value", "OK", "--state-reason", "r"];
    const missing = aws("set-alarm-state", "--alarm-name", "never", ...state);
    await expect(missing).rejects.toThrow("(ResourceNotFound)");
    const wrong = aws(
      "put-dashboard",
      "--dashboard-name",
      "d",
      "--dashboard-body",
      '{"widgets":1}',
    );
    await expect(wrong).rejects.toThrow("(InvalidParameterInput)");
  },
);
