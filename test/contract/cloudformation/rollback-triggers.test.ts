import {
  CancelUpdateStackCommand,
  CreateChangeSetCommand,
  CreateStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  ExecuteChangeSetCommand,
  type RollbackConfiguration,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
} from "@aws-sdk/client-cloudwatch";
import { ListChannelsCommand } from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { channel, cloudFormationOf, stackOf, template } from "./support.ts";

let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;
let cloudwatch: CloudWatchClient;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 200 });
  client = cloudFormationOf(server);
  const { endpoint } = server;
  cloudwatch = new CloudWatchClient({ endpoint, region: "us-east-1", credentials: ROOT });
});
afterAll(() => server.close());

const arnOf = (name: string) => `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${name}`;

function watching(name: string, MonitoringTimeInMinutes?: number): RollbackConfiguration {
  return {
    RollbackTriggers: [{ Arn: arnOf(name), Type: "AWS::CloudWatch::CompositeAlarm" }],
    ...(MonitoringTimeInMinutes === undefined ? {} : { MonitoringTimeInMinutes }),
  };
}

/** Puts a composite alarm, which no metric changes, into a state. */
async function setState(state: "ALARM" | "OK"): Promise<void> {
  const AlarmRule = state === "ALARM" ? "TRUE" : "FALSE";
  await cloudwatch.send(new PutCompositeAlarmCommand({ AlarmName: "errors", AlarmRule }));
  const command = new DescribeAlarmsCommand({ AlarmTypes: ["CompositeAlarm"] });
  await until(async () => {
    const { CompositeAlarms = [] } = await cloudwatch.send(command);
    return CompositeAlarms.some(({ StateValue }) => StateValue === state);
  }, `the alarm's state ${state}`);
}

const body = (name: string) => template({ Live: channel({ Name: name }) });

function ended(StackName: string) {
  return until(async () => {
    const { StackStatus = "", StackStatusReason } = await stackOf(client, StackName);
    return StackStatus.endsWith("_IN_PROGRESS") ? undefined : [StackStatus, StackStatusReason];
  }, `the end of ${StackName}`);
}

async function reasonsOf(StackName: string): Promise<readonly unknown[]> {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason);
}

test("an alarm that isn't there, or is in ALARM, ends an operation", async () => {
  const create = (StackName: string, name: string) =>
    client.send(
      new CreateStackCommand({
        ...{ StackName, TemplateBody: body(StackName), RollbackConfiguration: watching(name) },
      }),
    );
  await create("missing", "absent");
  expect((await ended("missing"))[0]).toBe("ROLLBACK_COMPLETE");
  const absent = `Rollback trigger ${arnOf("absent")} does not exist.`;
  expect(await reasonsOf("missing")).toContain(absent);
  await setState("OK");
  await create("watched", "errors");
  expect((await ended("watched"))[0]).toBe("CREATE_COMPLETE");
  expect((await stackOf(client, "watched")).RollbackConfiguration).toEqual(watching("errors"));
  await setState("ALARM");
  // The stack keeps its triggers.
  const update = { StackName: "watched", TemplateBody: body("other") };
  await client.send(new UpdateStackCommand(update));
  expect((await ended("watched"))[0]).toBe("UPDATE_ROLLBACK_COMPLETE");
  const none = { RollbackConfiguration: { RollbackTriggers: [] } };
  await client.send(new UpdateStackCommand({ ...update, ...none }));
  expect((await ended("watched"))[0]).toBe("UPDATE_COMPLETE");
});

test("alarms are watched for a while after the last resource", async () => {
  await setState("OK");
  const named = { StackName: "monitored", ChangeSetName: "first" };
  await client.send(
    new CreateChangeSetCommand({
      ...{ ...named, ChangeSetType: "CREATE", TemplateBody: body("monitored") },
      RollbackConfiguration: watching("errors", 5),
    }),
  );
  const made = await client.send(new DescribeChangeSetCommand(named));
  expect(made.RollbackConfiguration).toEqual(watching("errors", 5));
  await client.send(new ExecuteChangeSetCommand(named));
  const { ivs } = server.clients();
  await until(async () => {
    const { channels = [] } = await ivs.send(new ListChannelsCommand({}));
    return channels.some(({ name }) => name === "monitored");
  }, "the stack's channel");
  expect((await stackOf(client, "monitored")).StackStatus).toBe("CREATE_IN_PROGRESS");
  await setState("ALARM");
  expect((await ended("monitored"))[0]).toBe("ROLLBACK_COMPLETE");
  const alarm = `Rollback trigger ${arnOf("errors")} is in ALARM state.`;
  expect(await reasonsOf("monitored")).toContain(alarm);
});

test("a stack without alarms waits, too, until somebody has looked and cancels", async () => {
  const StackName = "looked-at";
  await client.send(new CreateStackCommand({ StackName, TemplateBody: body("before") }));
  await ended(StackName);
  const RollbackConfiguration = { MonitoringTimeInMinutes: 5 };
  const update = { StackName, TemplateBody: body("after"), RollbackConfiguration };
  await client.send(new UpdateStackCommand(update));
  expect((await stackOf(client, StackName)).StackStatus).toBe("UPDATE_IN_PROGRESS");
  await client.send(new CancelUpdateStackCommand({ StackName }));
  expect((await ended(StackName))[0]).toBe("UPDATE_ROLLBACK_COMPLETE");
});
