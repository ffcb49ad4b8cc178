import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { sendSigned } from "../../support/signed-request.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * What AWS answers where it was recorded, to the letter where its clients hide the letters.
 */

let server: TestServer;
let root: cloudwatch.CloudWatch;
beforeAll(async () => {
  server = await startTestServer();
  root = clientOf(ROOT);
});
afterAll(() => server?.close());

function clientOf(credentials: Key, { endpoint } = server): cloudwatch.CloudWatch {
  return new cloudwatch.CloudWatch({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
}

function ask(operation: string, input: Readonly<Record<string, string>>) {
  const body = new URLSearchParams({ Action: operation, Version: "2010-08-01", ...input });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const raw = { headers, body: body.toString() };
  return sendSigned(server.endpoint, raw, { service: "monitoring" });
}

function askInJson(operation: string, input: object) {
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `GraniteServiceVersion20100801.${operation}`,
  };
  const raw = { headers, body: JSON.stringify(input) };
  return sendSigned(server.endpoint, raw, { service: "monitoring" });
}

const ALARM = {
  Namespace: "Studio",
  MetricName: "Frames",
  EvaluationPeriods: 1,
  ComparisonOperator: "GreaterThanThreshold",
  Period: 60,
  Statistic: "Sum",
  Threshold: 30,
} as const;

test("an alarm's threshold and times are floating-point, its periods are integers", async () => {
  await root.putMetricAlarm({ ...ALARM, AlarmName: "forms" });
  const json = await askInJson("DescribeAlarms", { AlarmNames: ["forms"] });
  expect(json.body).toContain('"Threshold":30.0');
  expect(json.body).toMatch(/"Period":60[,}]/);
  expect(json.body).toMatch(/"StateUpdatedTimestamp":1\.\d+E9[,}]/);
  const { body } = await ask("DescribeAlarms", { "AlarmNames.member.1": "forms" });
  expect(body).toContain("<Threshold>30.0</Threshold>");
  expect(body).toContain("<Period>60</Period>");
});

test("times in XML have milliseconds where they aren't whole seconds", async () => {
  await root.putMetricAlarm({ ...ALARM, AlarmName: "timed" });
  const json = await askInJson("DescribeAlarms", { AlarmNames: ["timed"] });
  const { MetricAlarms } = JSON.parse(json.body) as {
    MetricAlarms: readonly { AlarmConfigurationUpdatedTimestamp: number }[];
  };
  const seconds = MetricAlarms[0]?.AlarmConfigurationUpdatedTimestamp ?? 0;
  const moment = new Date(Math.round(seconds * 1000)).toISOString().replace(".000Z", "Z");
  const alarm = await ask("DescribeAlarms", { "AlarmNames.member.1": "timed" });
  expect(alarm.body).toContain(
    `<AlarmConfigurationUpdatedTimestamp>${moment}</AlarmConfigurationUpdatedTimestamp>`,
  );
  const Namespace = "Times";
  await root.putMetricData({ Namespace, MetricData: [{ MetricName: "Frames", Value: 1 }] });
  const now = Date.now();
  const statistics = await ask("GetMetricStatistics", {
    ...{ Namespace, MetricName: "Frames", Period: "60", "Statistics.member.1": "Sum" },
    StartTime: new Date(now - 120_000).toISOString(),
    EndTime: new Date(now + 120_000).toISOString(),
  });
  expect(statistics.body).toMatch(/<Sum>1\.0<\/Sum>/);
  expect(statistics.body).toMatch(/<Timestamp>[-\d]{10}T\d\d:\d\d:00Z<\/Timestamp>/);
});

test("alarms of logs are an empty element in XML, and nothing in JSON", async () => {
  const none = { "AlarmNames.member.1": "nobody's" };
  const { body } = await ask("DescribeAlarms", none);
  expect(body).toContain(
    "<DescribeAlarmsResult><CompositeAlarms/><MetricAlarms/><LogAlarms/></DescribeAlarmsResult>",
  );
  const json = await askInJson("DescribeAlarms", { AlarmNames: ["nobody's"] });
  expect(JSON.parse(json.body)).toEqual({ CompositeAlarms: [], MetricAlarms: [] });
});

test("an error without words has no member for them", async () => {
  const input = { AlarmName: "nobody's", StateValue: "OK", StateReason: "test" };
  const { status, body } = await ask("SetAlarmState", input);
  expect(status).toBe(404);
  expect(body).toContain(
    "<Error><Type>Sender</Type><Code>ResourceNotFound</Code></Error><RequestId>",
  );
  const json = await askInJson("SetAlarmState", input);
  expect(JSON.parse(json.body)).toEqual({ __type: "ResourceNotFound" });
});

test("an alarm's tags are listed by its ARN right after it was made, in any account", async () => {
  const id = "111122223333";
  const key = { accessKeyId: "of-the-other-account", secretAccessKey: "its-secret" };
  const account = {
    id,
    rootAccessKeyId: key.accessKeyId,
    rootSecretAccessKey: key.secretAccessKey,
  };
  const other = await startTestServer({ accounts: [account] });
  onTestFinished(() => other.close());
  const client = clientOf(key, other);
  const tags = [
    { Key: "tag1", Value: "foo" },
    { Key: "tag2", Value: "bar" },
  ];
  await client.putMetricAlarm({ ...ALARM, AlarmName: "tagged" });
  const { MetricAlarms = [] } = await client.describeAlarms({ AlarmNames: ["tagged"] });
  const ResourceARN = MetricAlarms[0]?.AlarmArn;
  expect(ResourceARN).toBe(`arn:aws:cloudwatch:us-east-1:${id}:alarm:tagged`);
  await client.tagResource({ ResourceARN, Tags: tags });
  expect(await client.listTagsForResource({ ResourceARN })).toMatchObject({ Tags: tags });
  await client.untagResource({ ResourceARN, TagKeys: ["tag1"] });
  expect((await client.listTagsForResource({ ResourceARN })).Tags).toEqual([tags[1]]);
});

test("a dashboard has a sentence for its name, and a size beyond its body", async () => {
  const metrics = [["AWS/EC2", "CPUUtilization", "InstanceId", "i-12345678"]];
  const properties = { metrics, region: "us-east-1", view: "timeSeries", stacked: false };
  const widget = { type: "metric", x: 0, y: 0, width: 6, height: 6, properties };
  const DashboardBody = JSON.stringify({ widgets: [widget] });
  const refused = root.putDashboard({ DashboardName: "test:invalid", DashboardBody });
  await expect(refused).rejects.toMatchObject({
    name: "InvalidParameterValueException",
    message:
      "The value for field DashboardName contains invalid characters. " +
      "It can only contain alphanumerics, dash (-) and underscore (_).\n",
    $metadata: { httpStatusCode: 400 },
  });
  await root.putDashboard({ DashboardName: "sized", DashboardBody: DashboardBody.padEnd(225) });
  const { DashboardEntries } = await root.listDashboards({ DashboardNamePrefix: "sized" });
  expect(DashboardEntries).toMatchObject([{ Size: 240 }]);
});

test("a day has 1,440 minutes, whenever it begins", async () => {
  const StartTime = new Date("2026-01-01T10:20:30.400Z");
  const statistics = (ms: number, Period: number) =>
    root.getMetricStatistics({
      ...{ Namespace: "Studio", MetricName: "None", Statistics: ["SampleCount"], Period },
      ...{ StartTime, EndTime: new Date(StartTime.getTime() + ms) },
    });
  const day = 86_400_000;
  expect(await statistics(day, 60)).toMatchObject({ Label: "None", Datapoints: [] });
  const tooMany = (count: number) => ({
    name: "InvalidParameterCombinationException",
    message:
      `You have requested up to ${count} datapoints, which exceeds the limit of 1440. ` +
      "You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
  });
  await expect(statistics(day + 60_000, 60)).rejects.toMatchObject(tooMany(1441));
  await expect(statistics(day, 1)).rejects.toMatchObject(tooMany(86_400));
});
