import assert from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { brotliDecompressSync } from "node:zlib";
import type {
  DescribeStackResourceDriftsOutput,
  DescribeStackResourcesOutput,
  DescribeStacksOutput,
} from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readGenerated } from "./kernel/files/read-generated.ts";
import { StepCalls } from "./kernel/resource-types/resource-calls.ts";
import type { ResourceModel, ResourceSchema, ResourceType, Step } from "./kernel/resources.ts";
import { createServer } from "./main.ts";
import type { Platform } from "./platform.ts";
import type { RunningServer } from "./running-server.ts";
import { FREE_PORTS, onlooker } from "./testing/onlooker.ts";
import { organizationsSamples } from "./testing/organization-samples.ts";
import {
  type Act,
  anotherPrimaryKey,
  makeSurroundings,
  resourceSamples,
} from "./testing/resource-samples.ts";
import type { Sample } from "./testing/sample-words.ts";
import { tagAccess, tagKeysIn } from "./testing/tag-operations.ts";

const ACCOUNT_ID = "123456789012";
const REGION = "us-east-1";
let platform: Platform;
let server: RunningServer;

beforeAll(async () => {
  const looking = onlooker((needs) => {
    platform = needs;
  });
  server = await createServer({ data: "memory", ...FREE_PORTS }, { furtherServices: [looking] });
  const list = await resourceSamples(await makeSurroundings(act, ACCOUNT_ID));
  samples = new Map(list.map((sample) => [sample.typeName, sample]));
});
afterAll(() => server.close());

const AS_ROOT = {
  kind: "root",
  accountId: ACCOUNT_ID,
  arn: `arn:aws:iam::${ACCOUNT_ID}:root`,
} as const;

const act: Act = (service, operation, input, region = REGION) =>
  server.invoke(service, operation, input, { as: { principal: AS_ROOT }, region });

/** Runs one step in a transaction of its own, as whoever keeps the step's row does. */
function inStep<Result>(
  run: (call: StepCalls) => Promise<Result>,
  state?: ResourceModel,
): Promise<Result> {
  const { invoke, ids, store } = platform;
  return store.transaction((transaction) => {
    const as = { principal: AS_ROOT };
    return run(
      new StepCalls({ invoke, ids, as, region: REGION, transaction, state, token: ids.uuid() }),
    );
  });
}

/** All steps of a piece of work, one after the other. */
async function finish(run: (call: StepCalls) => Promise<Step>): Promise<ResourceModel> {
  let state: ResourceModel | undefined;
  for (;;) {
    const step = await inStep(run, state);
    if (step.kind === "done") return step.model;
    state = step.state;
    await new Promise((resolve) => setTimeout(resolve, step.ms));
  }
}

let samples: ReadonlyMap<string, Sample>;

/** Members that a policy, a list of tags and so on have besides don't matter. */
function readable({ unread = [] }: Sample, model: ResourceModel): ResourceModel {
  return Object.fromEntries(Object.entries(model).filter(([name]) => !unread.includes(name)));
}

/** AWS's own tags of a resource that comes to be a stack's, with its tags as they are. */
async function taggedByAdoption(
  { typeName, update }: ResourceType,
  property: string,
  made: ResourceModel,
  properties: ResourceModel,
): Promise<readonly string[]> {
  const { invoke, ids, store } = platform;
  const { [property]: _tags, ...rest } = properties;
  await store.transaction((transaction) => {
    const calling = { invoke, ids, as: { principal: AS_ROOT }, region: REGION, transaction };
    const systemTags = { "aws:cloudformation:stack-name": "adopting" };
    const more = { systemTags, rewritesTags: true, token: ids.uuid() };
    return update(made, rest, rest, new StepCalls({ ...calling, ...more }));
  });
  const schema = await platform.resources.schema(typeName);
  const id = String(made[schema?.ref[0] ?? ""]);
  const access = tagAccess(typeName, { accountId: ACCOUNT_ID, id, arn: String(made.Arn ?? id) });
  return tagKeysIn(await act(...(access?.list ?? ["", "", {}]))).filter((key) =>
    key.startsWith("aws:"),
  );
}

async function live(sample: Sample): Promise<void> {
  const { typeName, create, update } = sample;
  const type = await platform.resources.find(typeName);
  const schema = await platform.resources.schema(typeName);
  if (!type || !schema) throw new Error(`${typeName} is missing`);
  const made = await finish((call) => type.create(create, call));
  expect(made).toMatchObject(create);
  for (const attribute of Object.keys(schema.attributes))
    if (schema.primaryIdentifier.includes(attribute)) expect(made).toHaveProperty(attribute);
  const identity = Object.fromEntries(schema.primaryIdentifier.map((name) => [name, made[name]]));
  const id = type.isRemembered ? made : identity;
  const read = (known: ResourceModel) => inStep((call) => type.read(known, call));
  expect(await read(id)).toMatchObject(readable(sample, create));
  let last = made;
  if (update) {
    last = await finish((call) => type.update(made, create, update, call));
    const now = await read(type.isRemembered ? last : id);
    expect(now).toMatchObject(readable(sample, update));
    for (const name of Object.keys(create))
      if (!(name in update) && name !== "Id" && name in now)
        expect([name, now[name]]).not.toEqual([name, create[name]]);
  }
  if (!type.isRemembered) {
    const listed = await inStep(async (call) => {
      const all: ResourceModel[] = [];
      for await (const each of type.list(made, call)) all.push(each);
      return all;
    });
    expect(listed).toContainEqual(identity);
  }
  const declared = update ?? create;
  if (schema.tags?.hasSystemTags && !type.isRemembered)
    expect([typeName, await taggedByAdoption(type, schema.tags.property, last, declared)]).toEqual([
      ...[typeName, ["aws:cloudformation:stack-name"]],
    ]);
  await finish((call) => type.delete(last, call));
  if (type.isRemembered || sample.isKept) return;
  const gone = await inStep((call) =>
    type.read(id, call).then(
      () => undefined,
      (error: unknown) => call.failureOf(error)?.code,
    ),
  );
  expect(gone).toBe("NotFound");
}

const SYSTEM_TAGS = ["logical-id", "stack-id", "stack-name"].map(
  (name) => `aws:cloudformation:${name}`,
);

/** The failures of a stack's resources to have CloudFormation's tags, and to keep them. */
async function taggedByStack(list: readonly Sample[]): Promise<readonly string[]> {
  const Resources: Record<string, object> = {};
  const Outputs: Record<string, object> = {};
  const wanted = new Map<string, { typeName: string; hasSystemTags: boolean }>();
  for (const { typeName, create } of list) {
    const schema = await platform.resources.schema(typeName);
    if (!schema?.tags) continue;
    const id = typeName.replaceAll("::", "");
    Resources[id] = { Type: typeName, Properties: create };
    if (schema.attributes.Arn) Outputs[id] = { Value: { "Fn::GetAtt": [id, "Arn"] } };
    wanted.set(id, { typeName, hasSystemTags: schema.tags.hasSystemTags });
  }
  const named = { StackName: "tagged" };
  const ask = <Output>(operation: string, input: object = {}) =>
    act<Output>("cloudformation", operation, { ...named, ...input });
  const statusOf = () =>
    ask<DescribeStacksOutput>("DescribeStacks").then(
      ({ Stacks = [] }) => Stacks[0]?.StackStatus,
      () => "gone",
    );
  const TemplateBody = JSON.stringify({ Resources, Outputs });
  await ask("CreateStack", { TemplateBody, Capabilities: ["CAPABILITY_NAMED_IAM"] });
  await expect.poll(statusOf, { timeout: 20_000 }).toBe("CREATE_COMPLETE");
  const { Stacks = [] } = await ask<DescribeStacksOutput>("DescribeStacks");
  const arns = new Map(Stacks[0]?.Outputs?.map((one) => [one.OutputKey, one.OutputValue]));
  const { StackResources = [] } = await ask<DescribeStackResourcesOutput>("DescribeStackResources");
  const failures: string[] = [];
  for (const { LogicalResourceId: name = "", PhysicalResourceId: id = "" } of StackResources) {
    const { typeName = "", hasSystemTags = false } = wanted.get(name) ?? {};
    const access = tagAccess(typeName, { accountId: ACCOUNT_ID, id, arn: arns.get(name) ?? id });
    if (!access) throw new Error(`${typeName}: no operation lists its tags`);
    const found = async () =>
      tagKeysIn(await act(...access.list))
        .filter((key) => key.startsWith("aws:"))
        .sort();
    const expected = hasSystemTags ? SYSTEM_TAGS : [];
    if (!isDeepStrictEqual(await found(), expected)) failures.push(`${typeName} ${await found()}`);
    for (const key of expected) {
      const untagged = act(...access.untag(key)).then(
        () => true,
        () => false,
      );
      if (await untagged) failures.push(`${typeName}: ${key} was removed`);
    }
    if (!isDeepStrictEqual(await found(), expected)) failures.push(`${typeName} lost some`);
  }
  await ask("DetectStackDrift");
  const { StackResourceDrifts = [] } = await ask<DescribeStackResourceDriftsOutput>(
    "DescribeStackResourceDrifts",
  );
  for (const { ResourceType, PropertyDifferences = [] } of StackResourceDrifts)
    if (PropertyDifferences.some(({ PropertyPath }) => PropertyPath?.startsWith("/Tags")))
      failures.push(`${ResourceType}: its tags have drifted`);
  await ask("DeleteStack");
  await expect.poll(statusOf, { timeout: 20_000 }).toBe("gone");
  return failures;
}

test("every type whose resources have tags gets CloudFormation's, or has none by AWS", async () => {
  const primary = await anotherPrimaryKey(act);
  // A replica stays until its deletion is due, and a Region has one of a key.
  const list = [...samples.values()].map((sample) =>
    sample.create.PrimaryKeyArn
      ? { ...sample, create: { ...sample.create, PrimaryKeyArn: primary } }
      : sample,
  );
  expect(await taggedByStack(list)).toEqual([]);
}, 60_000);

test("every type lives from creation to deletion as it is declared", async () => {
  const failures: string[] = [];
  for (const typeName of platform.resources.typeNames) {
    const sample = samples.get(typeName);
    if (typeName.startsWith("AWS::Organizations::")) continue;
    if (!sample) failures.push(`${typeName}: no sample`);
    else
      await live(sample).catch((error: unknown) => {
        failures.push(`${typeName}: ${error instanceof Error ? error.message : error}`);
      });
  }
  expect(failures).toEqual([]);
}, 60_000);

test("an organization's types live in an organization of theirs", async () => {
  const type = await platform.resources.find("AWS::Organizations::Organization");
  assert(type);
  const made = await finish((call) => type.create({ FeatureSet: "ALL" }, call));
  expect(await inStep((call) => type.read({ Id: made.Id }, call))).toMatchObject(made);
  const list = organizationsSamples(String(made.RootId));
  for (const sample of list) await live(sample);
  // A closed account keeps its address.
  const Email = "another@studio.example";
  const others = list.map((sample) =>
    sample.create.Email ? { ...sample, create: { ...sample.create, Email } } : sample,
  );
  expect(await taggedByStack(others)).toEqual([]);
  const refused = finish((call) => type.delete(made, call));
  await expect(refused).rejects.toMatchObject({ code: "OrganizationNotEmptyException" });
});

test("each type has the specification's properties, and refuses some by name", async () => {
  const refused: Record<string, readonly string[]> = {};
  for (const typeName of platform.resources.typeNames) {
    const type = await platform.resources.find(typeName);
    const schema = await platform.resources.schema(typeName);
    assert(type && schema, typeName);
    const named = Object.keys(schema.properties);
    expect(named, typeName).toEqual(expect.arrayContaining([...type.properties]));
    const others = named.filter((name) => !type.properties.includes(name));
    if (others.length > 0) refused[typeName] = others;
    for (const name of others) {
      const creating = inStep((call) => type.create({ [name]: "x" }, call));
      await expect(creating).rejects.toThrow(`'${name}'`);
    }
  }
  expect(refused).toEqual({
    "AWS::CloudTrail::Trail": ["InsightSelectors", "AggregationConfigurations"],
    "AWS::CloudWatch::Alarm": [
      ...["ThresholdMetricId", "WarmUpConfiguration"],
      ...["EvaluationWindow", "EvaluationInterval", "EvaluationCriteria"],
    ],
    "AWS::CloudWatch::CompositeAlarm": [
      ...["ActionsSuppressorWaitPeriod", "ActionsSuppressor", "ActionsSuppressorExtensionPeriod"],
    ],
    "AWS::Events::Archive": ["KmsKeyIdentifier"],
    "AWS::Events::Connection": ["InvocationConnectivityParameters", "KmsKeyIdentifier"],
    "AWS::Events::EventBus": [
      ...["EventSourceName", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig"],
    ],
    "AWS::IAM::SAMLProvider": ["RemovePrivateKey", "PrivateKeyList"],
    "AWS::S3::Bucket": [
      ...["BucketNamespace", "BucketNamePrefix"],
      ...["MetadataTableConfiguration", "MetadataConfiguration"],
    ],
  });
});

/** All that CloudFormation's specification has of the services that the build takes. */
async function typesOfOurServices(): Promise<readonly string[]> {
  const bytes = await readGenerated("resource-schemas.br");
  const text = brotliDecompressSync(bytes.subarray(bytes.indexOf("\n") + 1)).toString();
  return (JSON.parse(text) as readonly ResourceSchema[]).map(({ typeName }) => typeName);
}

/** The page's names of services that CloudFormation calls otherwise. */
const PAGE_NAMES: Readonly<Record<string, string>> = {
  AccessAnalyzer: "Access Analyzer",
  Events: "EventBridge (`Events`)",
  IVSChat: "IVS Chat (`IVSChat`)",
};

test("the page lists every type of our services as here or refused", async () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/cloudcontrol.md"), "utf8");
  const types = page.slice(
    page.indexOf("\n## Resource types"),
    page.indexOf("\n## Who may do what"),
  );
  const [here = "", refused = ""] = types.split("These have no operations here:");
  const ours = new Set(platform.resources.typeNames);
  const wrong = (await typesOfOurServices()).filter((typeName) => {
    const [, service = "", name = ""] = typeName.split("::");
    const start = `**${PAGE_NAMES[service] ?? service}**:`;
    const itemOf = (list: string) =>
      list.split(/^- /m).find((item) => item.startsWith(start)) ?? "";
    const isIn = (list: string) => itemOf(list).includes(`\`${name}\``);
    return isIn(here) !== ours.has(typeName) || isIn(refused) === ours.has(typeName);
  });
  expect(wrong).toEqual([]);
});
