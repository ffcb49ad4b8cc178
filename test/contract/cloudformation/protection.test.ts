import {
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  DetectStackResourceDriftCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListExportsCommand,
  ListImportsCommand,
  RollbackStackCommand,
  SetStackPolicyCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from "@aws-sdk/client-cloudformation";
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { GetRoleCommand, UpdateRoleCommand } from "@aws-sdk/client-iam";
import { PutBucketLifecycleConfigurationCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
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

const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
const create = (StackName: string, TemplateBody: string, more: object = {}) =>
  client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities, ...more }));
const update = (StackName: string, TemplateBody: string, more: object = {}) =>
  client.send(new UpdateStackCommand({ StackName, TemplateBody, Capabilities, ...more }));
const remove = (StackName: string) => client.send(new DeleteStackCommand({ StackName }));

test("termination protection keeps a stack", async () => {
  await create("kept", template({ Role: role() }), { EnableTerminationProtection: true });
  expect(await outcomeOf(remove("kept"))).toBe(
    "ValidationError: Stack [kept] cannot be deleted while TerminationProtection is enabled",
  );
  await client.send(
    new UpdateTerminationProtectionCommand({
      StackName: "kept",
      EnableTerminationProtection: false,
    }),
  );
  expect(await outcomeOf(remove("kept"))).toBe("done");
});

test("a stack policy stops an update, which goes back", async () => {
  await create("ruled", template({ Free: channel({ Name: "a" }), Fixed: channel({ Name: "b" }) }));
  const StackPolicyBody = JSON.stringify({
    Statement: [
      { Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" },
      {
        Effect: "Deny",
        Action: ["Update:Modify", "Update:Delete"],
        Principal: "*",
        Resource: "LogicalResourceId/Fixed",
      },
    ],
  });
  await client.send(new SetStackPolicyCommand({ StackName: "ruled", StackPolicyBody }));
  await update("ruled", template({ Free: channel({ Name: "c" }), Fixed: channel({ Name: "b" }) }));
  expect((await stackOf(client, "ruled")).StackStatus).toBe("UPDATE_COMPLETE");
  await update("ruled", template({ Free: channel({ Name: "d" }), Fixed: channel({ Name: "e" }) }));
  expect((await stackOf(client, "ruled")).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  await update("ruled", template({ Free: channel({ Name: "d" }) }));
  expect((await stackOf(client, "ruled")).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect(await eventsOf(client, "ruled")).not.toContain("Fixed DELETE_COMPLETE");
  const onAccount = JSON.parse(StackPolicyBody);
  onAccount.Statement[1].Condition = { StringEquals: { "aws:PrincipalAccount": "1" } };
  for (const body of ["{", JSON.stringify(onAccount)]) {
    const input = { StackName: "ruled", StackPolicyBody: body };
    expect(await outcomeOf(client.send(new SetStackPolicyCommand(input)))).toBe(
      "ValidationError: Error validating stack policy: Invalid stack policy",
    );
  }
});

test("an export that is imported can be neither changed nor removed", async () => {
  const giving = (name: string) =>
    template(
      { Role: role({ RoleName: name }) },
      { Outputs: { Name: { Value: { Ref: "Role" }, Export: { Name: "role-name" } } } },
    );
  await create("giving", giving("giving-one"));
  await create("taking", template({ Live: channel({ Name: { "Fn::ImportValue": "role-name" } }) }));
  const { Exports } = await client.send(new ListExportsCommand({}));
  expect(Exports).toMatchObject([{ Name: "role-name", Value: "giving-one" }]);
  const { Imports } = await client.send(new ListImportsCommand({ ExportName: "role-name" }));
  expect(Imports).toEqual(["taking"]);
  await update("giving", giving("giving-two"));
  expect((await stackOf(client, "giving")).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  await remove("giving");
  const { StackStatus, StackStatusReason } = await stackOf(client, "giving");
  expect([StackStatus, StackStatusReason]).toEqual([
    "DELETE_FAILED",
    "Export role-name cannot be deleted as it is in use by taking",
  ]);
  await remove("taking");
  await remove("giving");
  expect(await outcomeOf(stackOf(client, "giving"))).toBe(
    "ValidationError: Stack with id giving does not exist",
  );
});

test("drift is found in what the template declares", async () => {
  await create(
    "drifting",
    template({ Role: role({ RoleName: "drifting", Description: "declared" }), Live: channel() }),
  );
  const detect = async () => {
    const { StackDriftDetectionId } = await client.send(
      new DetectStackDriftCommand({ StackName: "drifting" }),
    );
    const found = await client.send(
      new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }),
    );
    return [found.DetectionStatus, found.StackDriftStatus, found.DriftedStackResourceCount];
  };
  expect(await detect()).toEqual(["DETECTION_COMPLETE", "IN_SYNC", 0]);
  await server
    .clients()
    .iam.send(new UpdateRoleCommand({ RoleName: "drifting", Description: "other" }));
  expect(await detect()).toEqual(["DETECTION_COMPLETE", "DRIFTED", 1]);
  const { StackResourceDrifts = [] } = await client.send(
    new DescribeStackResourceDriftsCommand({
      StackName: "drifting",
      StackResourceDriftStatusFilters: ["MODIFIED"],
    }),
  );
  expect(StackResourceDrifts.map(({ PropertyDifferences }) => PropertyDifferences)).toEqual([
    [
      {
        PropertyPath: "/Description",
        ExpectedValue: "declared",
        ActualValue: "other",
        DifferenceType: "NOT_EQUAL",
      },
    ],
  ]);
});

test("of a property that reading doesn't give back whole, the rest is compared", async () => {
  const rule = { Id: "old", Status: "Enabled", ExpirationInDays: 7, Prefix: "old/" };
  await create(
    "lifecycle",
    template({
      Bucket: {
        Type: "AWS::S3::Bucket",
        Properties: { BucketName: "lifecycle-drift", LifecycleConfiguration: { Rules: [rule] } },
      },
    }),
  );
  const detect = async () => {
    const found = await client.send(
      new DetectStackResourceDriftCommand({
        ...{ StackName: "lifecycle", LogicalResourceId: "Bucket" },
      }),
    );
    return found.StackResourceDrift;
  };
  expect(await detect()).toMatchObject({ StackResourceDriftStatus: "IN_SYNC" });
  await server.clients().s3.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket: "lifecycle-drift",
      LifecycleConfiguration: {
        Rules: [{ ID: "old", Status: "Enabled", Expiration: { Days: 8 }, Prefix: "old/" }],
      },
    }),
  );
  const { StackResourceDriftStatus, PropertyDifferences = [] } = (await detect()) ?? {};
  expect([StackResourceDriftStatus, PropertyDifferences.length > 0]).toEqual(["MODIFIED", true]);
  for (const { PropertyPath } of PropertyDifferences)
    expect(PropertyPath).toMatch(/^\/LifecycleConfiguration\/Rules/);
});

const SECRET = "kept-from-all-eyes";

test("a parameter with NoEcho is shown nowhere but in outputs and metadata", async () => {
  const body = (Name: string) =>
    template(
      {
        Live: channel({ Name, Tags: [{ Key: "secret", Value: { "Fn::Sub": "x-${Secret}" } }] }),
        Role: role({ RoleName: "no-echo", Description: { Ref: "Secret" } }),
      },
      { Parameters: { Secret: { Type: "String", NoEcho: true } } },
    );
  const Parameters = [{ ParameterKey: "Secret", ParameterValue: SECRET }];
  const StackName = "no-echo";
  const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
  await client.send(
    new CreateStackCommand({ StackName, TemplateBody: body("one"), Parameters, Capabilities }),
  );
  const { iam } = server.clients();
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: "no-echo" }));
  expect(Role?.Description).toBe(SECRET);
  const changed = [{ ParameterKey: "Secret", ParameterValue: `${SECRET}-2` }];
  const names = { StackName, ChangeSetName: "changes" };
  await client.send(
    new CreateChangeSetCommand({
      ...{ ...names, TemplateBody: body("two"), Parameters: changed, Capabilities },
    }),
  );
  const values = { ...names, IncludePropertyValues: true };
  const changes = await client.send(new DescribeChangeSetCommand(values));
  await client.send(new ExecuteChangeSetCommand(names));
  // A service's refusal may repeat what it was given.
  const bad = [{ ParameterKey: "Secret", ParameterValue: `${SECRET}\u0000` }];
  await client.send(
    new UpdateStackCommand({
      ...{ StackName, TemplateBody: body("three"), Parameters: bad, Capabilities },
    }),
  );
  await client.send(new DetectStackDriftCommand({ StackName }));
  const shown = [
    changes,
    await client.send(new DescribeStacksCommand({ StackName })),
    await client.send(new DescribeStackEventsCommand({ StackName })),
    await client.send(new DescribeEventsCommand({ StackName })),
    await client.send(new DescribeStackResourcesCommand({ StackName })),
    await client.send(new DescribeStackResourceDriftsCommand({ StackName })),
    await client.send(new GetTemplateCommand({ StackName, TemplateStage: "Processed" })),
  ];
  expect(JSON.stringify(shown)).not.toContain(SECRET);
  expect(JSON.stringify(shown)).toContain("x-****");
  await until(async () => {
    const trail = new CloudTrailClient({
      ...{ endpoint: server.endpoint, region: "us-east-1", credentials: ROOT },
    });
    const { Events = [] } = await trail.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "CreateChangeSet" }],
      }),
    );
    const text = JSON.stringify(Events);
    expect(text).not.toContain(SECRET);
    return text.includes(StackName);
  }, "the change set's record");
});

test("without rollback a failure leaves what was made, until RollbackStack", async () => {
  const before = template({ Live: channel({ Name: "before" }) });
  const failing = template({
    Live: channel({ Name: "after" }),
    Bad: role({ RoleName: "no/name" }, { DependsOn: "Live" }),
  });
  await create("stays", before);
  await update("stays", failing, { DisableRollback: true });
  expect((await stackOf(client, "stays")).StackStatus).toBe("UPDATE_FAILED");
  await client.send(new RollbackStackCommand({ StackName: "stays" }));
  expect((await stackOf(client, "stays")).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect((await eventsOf(client, "stays")).slice(-3)).toEqual([
    "stays UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "Bad DELETE_COMPLETE",
    "stays UPDATE_ROLLBACK_COMPLETE",
  ]);
});
