import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { GetRoleCommand } from "@aws-sdk/client-iam";
import { ListChannelsCommand } from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import {
  channel,
  cloudFormationOf,
  eventsOf,
  outcomeOf,
  role,
  stackOf,
  template,
} from "./support.ts";

let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 10_000 });
  client = cloudFormationOf(server);
});
afterAll(() => server.close());

const CAPABILITIES = { Capabilities: ["CAPABILITY_NAMED_IAM" as const] };

function create(StackName: string, TemplateBody: string, more: object = {}) {
  const input = { StackName, TemplateBody, ...CAPABILITIES, ...more };
  return client.send(new CreateStackCommand(input));
}

function update(StackName: string, TemplateBody: string, more: object = {}) {
  const input = { StackName, TemplateBody, ...CAPABILITIES, ...more };
  return client.send(new UpdateStackCommand(input));
}

async function namesOfChannels(): Promise<readonly (string | undefined)[]> {
  const { channels = [] } = await server.clients().ivs.send(new ListChannelsCommand({}));
  return channels.map(({ name }) => name);
}

test("a stack is created, changed in place and deleted, with AWS's events", async () => {
  const one = template(
    { Role: role(), Channel: channel({ Name: { "Fn::Sub": "of-${Role}" } }) },
    {
      Outputs: { Arn: { Value: { "Fn::GetAtt": ["Channel", "Arn"] }, Export: { Name: "arn" } } },
    },
  );
  const { StackId = "" } = await create("life", one);
  const made = await stackOf(client, "life");
  expect(made.StackStatus).toBe("CREATE_COMPLETE");
  expect(made.Outputs).toMatchObject([{ OutputKey: "Arn", ExportName: "arn" }]);
  const resources = await client.send(new DescribeStackResourcesCommand({ StackName: "life" }));
  const roleName =
    resources.StackResources?.find(({ LogicalResourceId }) => LogicalResourceId === "Role")
      ?.PhysicalResourceId ?? "";
  expect(roleName).toMatch(/^life-Role-[A-Za-z0-9]{12}$/);
  expect(await namesOfChannels()).toContain(`of-${roleName}`);

  const two = template({
    Role: role({ Description: "changed" }),
    Channel: channel({ Name: "renamed" }),
  });
  await update("life", two);
  const { iam } = server.clients();
  const { Role: changed } = await iam.send(new GetRoleCommand({ RoleName: roleName }));
  expect(changed?.Description).toBe("changed");
  expect(await outcomeOf(update("life", two))).toBe(
    "ValidationError: No updates are to be performed.",
  );

  await client.send(new DeleteStackCommand({ StackName: "life" }));
  expect(await outcomeOf(stackOf(client, "life"))).toBe(
    "ValidationError: Stack with id life does not exist",
  );
  expect(await eventsOf(client, StackId)).toEqual([
    "life CREATE_IN_PROGRESS",
    "Role CREATE_IN_PROGRESS",
    "Role CREATE_IN_PROGRESS",
    "Role CREATE_COMPLETE",
    "Channel CREATE_IN_PROGRESS",
    "Channel CREATE_IN_PROGRESS",
    "Channel CREATE_COMPLETE",
    "life CREATE_COMPLETE",
    "life UPDATE_IN_PROGRESS",
    "Role UPDATE_IN_PROGRESS",
    "Role UPDATE_COMPLETE",
    "Channel UPDATE_IN_PROGRESS",
    "Channel UPDATE_COMPLETE",
    "life UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "life UPDATE_COMPLETE",
    "life DELETE_IN_PROGRESS",
    "Channel DELETE_IN_PROGRESS",
    "Channel DELETE_COMPLETE",
    "Role DELETE_IN_PROGRESS",
    "Role DELETE_COMPLETE",
    "life DELETE_COMPLETE",
  ]);
  const { StackEvents = [] } = await client.send(
    new DescribeStackEventsCommand({ StackName: StackId }),
  );
  expect(new Set(StackEvents.map(({ EventId }) => EventId)).size).toBe(StackEvents.length);
  const times = StackEvents.map(({ Timestamp }) => Timestamp?.getTime() ?? 0);
  expect(times.every((time, index) => index === 0 || time < (times[index - 1] ?? 0))).toBe(true);
  expect(await namesOfChannels()).not.toContain("renamed");
});

test("a replacement is made before what it replaces goes", async () => {
  const { StackId = "" } = await create(
    "swap",
    template({ Role: role({ RoleName: "swap-one" }), Channel: channel({ Name: { Ref: "Role" } }) }),
  );
  await update(
    "swap",
    template({ Role: role({ RoleName: "swap-two" }), Channel: channel({ Name: { Ref: "Role" } }) }),
  );
  expect(await namesOfChannels()).toContain("swap-two");
  expect((await eventsOf(client, StackId)).slice(8)).toEqual([
    "swap UPDATE_IN_PROGRESS",
    "Role UPDATE_IN_PROGRESS",
    "Role UPDATE_IN_PROGRESS",
    "Role UPDATE_COMPLETE",
    "Channel UPDATE_IN_PROGRESS",
    "Channel UPDATE_COMPLETE",
    "swap UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "Role DELETE_IN_PROGRESS",
    "Role DELETE_COMPLETE",
    "swap UPDATE_COMPLETE",
  ]);
});

test("a creation that fails removes what it made", async () => {
  const { StackId = "" } = await create(
    "broken",
    template({
      Good: role({ RoleName: "broken-good" }),
      Bad: role({ RoleName: "broken-good" }, { DependsOn: "Good" }),
    }),
  );
  const { StackStatus, StackStatusReason } = await stackOf(client, StackId);
  expect([StackStatus, StackStatusReason]).toEqual(["ROLLBACK_COMPLETE", undefined]);
  expect(await eventsOf(client, StackId)).toEqual([
    "broken CREATE_IN_PROGRESS",
    "Good CREATE_IN_PROGRESS",
    "Good CREATE_IN_PROGRESS",
    "Good CREATE_COMPLETE",
    "Bad CREATE_IN_PROGRESS",
    "Bad CREATE_FAILED",
    "broken ROLLBACK_IN_PROGRESS",
    "Bad DELETE_COMPLETE",
    "Good DELETE_IN_PROGRESS",
    "Good DELETE_COMPLETE",
    "broken ROLLBACK_COMPLETE",
  ]);
  const { StackEvents = [] } = await client.send(
    new DescribeStackEventsCommand({ StackName: StackId }),
  );
  const failed = StackEvents.find(({ ResourceStatus }) => ResourceStatus === "CREATE_FAILED");
  expect(failed?.ResourceStatusReason).toMatch(
    new RegExp(
      '^Resource handler returned message: "Role with name broken-good already exists\\. .*" ' +
        "\\(RequestToken: [-0-9a-f]{36}, HandlerErrorCode: AlreadyExists\\)$",
    ),
  );
  const undone = StackEvents.find(
    ({ ResourceStatus }) => ResourceStatus === "ROLLBACK_IN_PROGRESS",
  );
  expect(undone?.ResourceStatusReason).toBe(
    "The following resource(s) failed to create: [Bad]. Rollback requested by user.",
  );
});

test("an update that fails goes back to what was there", async () => {
  const before = template({
    Kept: role({ RoleName: "back-one", Description: "before" }),
    Changed: channel({ Name: "before" }),
  });
  await create("back", before);
  await update(
    "back",
    template({
      Kept: role({ RoleName: "back-two" }),
      Changed: channel({ Name: "after" }),
      New: role({ RoleName: "back-new" }),
      Bad: role({ RoleName: "back-new" }, { DependsOn: ["New", "Kept", "Changed"] }),
    }),
  );
  const events = await eventsOf(client, "back");
  expect(events.slice(events.indexOf("back UPDATE_ROLLBACK_IN_PROGRESS"))).toEqual([
    "back UPDATE_ROLLBACK_IN_PROGRESS",
    "Changed UPDATE_IN_PROGRESS",
    "Changed UPDATE_COMPLETE",
    "Kept UPDATE_IN_PROGRESS",
    "Kept UPDATE_COMPLETE",
    "back UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "Bad DELETE_COMPLETE",
    "New DELETE_IN_PROGRESS",
    "New DELETE_COMPLETE",
    "Kept DELETE_IN_PROGRESS",
    "Kept DELETE_COMPLETE",
    "back UPDATE_ROLLBACK_COMPLETE",
  ]);
  expect(await namesOfChannels()).toContain("before");
  expect(await outcomeOf(update("back", before))).toBe(
    "ValidationError: No updates are to be performed.",
  );
});
