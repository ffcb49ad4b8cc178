import { afterAll, beforeAll, expect, test } from "vitest";
import { defineService } from "./kernel/define-service.ts";
import { StepCalls } from "./kernel/resource-types/resource-calls.ts";
import type { ResourceModel, Step } from "./kernel/resources.ts";
import { createServer } from "./main.ts";
import type { Platform } from "./platform.ts";
import type { RunningServer } from "./running-server.ts";

const ACCOUNT_ID = "123456789012";
const REGION = "us-east-1";

let platform: Platform;
let server: RunningServer;

/** Has no operation: it is here for what the platform gives it. */
const onlooker = defineService({
  title: "Onlooker",
  definition: { name: "onlooker", signingName: "onlooker", protocol: "restJson1", version: "1" },
  create: (needs: Platform) => {
    platform = needs;
    return {
      api: async () => ({
        schemas: {},
        constraints: { errorCode: "ValidationException", members: {} },
        operations: {},
      }),
    };
  },
});

beforeAll(async () => {
  server = await createServer({ data: "memory", port: 0 }, { furtherServices: [onlooker] });
});
afterAll(() => server.close());

const AS_ROOT = {
  kind: "root",
  accountId: ACCOUNT_ID,
  arn: `arn:aws:iam::${ACCOUNT_ID}:root`,
} as const;

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

interface Sample {
  readonly create: ResourceModel;
  readonly update?: ResourceModel;
}

const TRUST = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
};
const ALLOW = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
};

const SAMPLES: Readonly<Record<string, Sample>> = {
  "AWS::IAM::Role": {
    create: {
      RoleName: "writer",
      AssumeRolePolicyDocument: TRUST,
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
      Policies: [{ PolicyName: "read", PolicyDocument: ALLOW }],
      Tags: [{ Key: "team", Value: "studio" }],
    },
    update: {
      RoleName: "writer",
      AssumeRolePolicyDocument: TRUST,
      Description: "writes",
      Policies: [{ PolicyName: "write", PolicyDocument: ALLOW }],
      Tags: [{ Key: "team", Value: "other" }],
    },
  },
  "AWS::IVS::Channel": {
    create: { Name: "one", LatencyMode: "NORMAL", Tags: [{ Key: "a", Value: "b" }] },
    update: { Name: "two" },
  },
};

test.each(Object.entries(SAMPLES))(
  "%s lives from creation to deletion",
  async (typeName, sample) => {
    const type = await platform.resources.find(typeName);
    const schema = await platform.resources.schema(typeName);
    if (!type || !schema) throw new Error(`${typeName} is missing`);
    const made = await finish((call) => type.create(sample.create, call));
    expect(made).toMatchObject(sample.create);
    const id = Object.fromEntries(schema.primaryIdentifier.map((name) => [name, made[name]]));
    const read = await inStep((call) => type.read(id, call));
    expect(read).toMatchObject(sample.create);
    const want = sample.update;
    if (want) {
      await finish((call) => type.update(made, sample.create, want, call));
      expect(await inStep((call) => type.read(id, call))).toMatchObject(want);
    }
    const listed = await inStep(async (call) => {
      const all: ResourceModel[] = [];
      for await (const each of type.list(made, call)) all.push(each);
      return all;
    });
    expect(listed).toContainEqual(id);
    const last = await inStep((call) => type.read(id, call));
    await finish((call) => type.delete(last, call));
    const gone = await inStep(async (call) =>
      type.read(id, call).then(
        () => undefined,
        (error: unknown) => call.failureOf(error)?.code,
      ),
    );
    expect(gone).toBe("NotFound");
  },
);
