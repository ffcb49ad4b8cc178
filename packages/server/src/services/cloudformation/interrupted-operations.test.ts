import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { defineService } from "../../kernel/define-service.ts";
import { subjectOf } from "../../kernel/operations.ts";
import type { CredentialSource } from "../../kernel/ports/identity.ts";
import { ReadableRows } from "../../kernel/readable-rows.ts";
import { type Store, StoreUnavailableError, type Transaction } from "../../kernel/store.ts";
import { StoredCallers } from "../../kernel/stored-callers.ts";
import { testContext } from "../../kernel/testing/test-context.ts";
import { createServer } from "../../main.ts";
import type { Platform } from "../../platform.ts";
import { hasPostgres, makeSharedSchema } from "../../storage/testing/postgres-server.ts";
import { cloudFormationApi } from "./api.ts";
import type { EngineDependencies } from "./dependencies.ts";
import { OperationWorker } from "./engine/operation-worker.ts";
import { TemplateReader } from "./reader/template-reader.ts";
import type { CloudFormationTables } from "./tables.ts";
import { EngineTypes } from "./types/engine-types.ts";

/*
 * A process that dies between any two steps, or in the middle of one, leaves a stack that ends as
 * if nothing had happened: the same events, the same resources, nothing twice.
 */

const ACCOUNT_ID = "000000000000";

/** A process's parts. Its own workers rest: the test does their steps. */
type Node = Platform & { readonly sessions: CredentialSource };

const PORTS = { port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0, transcodeCores: 0 };
const closing: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

async function startNode(options: object): Promise<Node> {
  let node: Node | undefined;
  /** Has no operation: it is here for what the platform gives it. */
  const onlooker = defineService({
    title: "Onlooker",
    definition: { name: "onlooker", signingName: "onlooker", protocol: "restJson1", version: "1" },
    create: (needs: Node) => {
      node = needs;
      return {
        api: async () => ({
          schemas: {},
          constraints: { errorCode: "ValidationException", members: {} },
          operations: {},
        }),
      };
    },
  });
  const server = await createServer({ ...options, ...PORTS }, { furtherServices: [onlooker] });
  closing.push(() => server.close());
  if (!node) throw new Error("the platform isn't there");
  return node;
}

const TRUST = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
};

interface Shape {
  readonly roles: readonly number[];
  readonly named: boolean;
  readonly fails: boolean;
}

/** Roles that need each other in a chain, channels that are named after them, and a failure. */
function templateOf(stackName: string, { roles, named, fails }: Shape): string {
  const resources: Record<string, object> = {};
  for (const [index, version] of roles.entries()) {
    const RoleName = `${stackName}-${index}-${version}`;
    const Description = `version ${version}`;
    resources[`Role${index}`] = {
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: TRUST,
        Description,
        ...(named ? { RoleName } : {}),
      },
      ...(index > 0 ? { DependsOn: `Role${index - 1}` } : {}),
    };
    resources[`Channel${index}`] = {
      Type: "AWS::IVS::Channel",
      Properties: { Name: named ? { Ref: `Role${index}` } : `v${version}` },
    };
  }
  if (fails)
    resources.Bad = {
      Type: "AWS::IAM::Role",
      Properties: { AssumeRolePolicyDocument: TRUST, RoleName: "no/name" },
      DependsOn: Object.keys(resources),
    };
  return JSON.stringify({ Resources: resources });
}

/** A store whose process dies in the transactions that `dies` says, before they commit. */
function mortal(store: Store, dies: () => boolean): Store {
  return {
    ...store,
    shared: store.shared,
    db: store.db,
    tables: (() => mortal(store.tables(), dies)) as unknown as Store["tables"],
    transaction: <R>(run: (tx: Transaction) => Promise<R>) =>
      store.transaction(async (tx) => {
        const result = await run(tx);
        if (dies()) throw new StoreUnavailableError("the process has died");
        return result;
      }),
  };
}

/** Works an operation to its end, each step in a process of its own, the nodes in turn. */
async function workToTheEnd(
  engines: readonly EngineDependencies[],
  dies: () => boolean,
): Promise<void> {
  const nodes = engines.map((engine) => ({
    ...engine,
    store: mortal(engine.store, dies),
    log: { ...engine.log, error() {} },
  }));
  for (let processes = 0; processes < 2_000; processes++) {
    const [engine, deps] = [engines[processes % engines.length], nodes[processes % engines.length]];
    if (!engine || !deps) throw new Error("there is no node");
    const worker = new OperationWorker(deps, async () => deps as EngineDependencies, {
      stepsMax: 1,
    });
    let isBusy: boolean;
    try {
      isBusy = (await worker.step()) && (await worker.step());
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      isBusy = true;
    }
    if (!isBusy && (await pendingOf(engine)) === 0) return;
    // A task that failed rests, and one of a dead node is the node's until its lease ends: time
    // passes.
    await engine.store
      .tables<CloudFormationTables>()
      .transaction(({ db }) =>
        db
          .updateTable("cloudformation_operations")
          .set({ due_ms: 0, leased_until_ms: null })
          .where("status", "=", "RUNNING")
          .execute(),
      );
  }
  throw new Error("the operation doesn't end");
}

async function pendingOf({ store }: EngineDependencies): Promise<number> {
  const rows = await store
    .tables<CloudFormationTables>()
    .db.selectFrom("cloudformation_operations")
    .select("operation_id")
    .where("status", "=", "RUNNING")
    .execute();
  return rows.length;
}

interface Outcome {
  readonly status: string | undefined;
  readonly events: readonly string[];
}

/** Creates, updates and deletes a stack. Resolves to its last status and its events. */
async function life(
  name: string,
  shapes: readonly Shape[],
  dies: () => boolean,
  nodes: readonly [Node, ...Node[]],
): Promise<readonly Outcome[]> {
  const engines = nodes.map((node): EngineDependencies => {
    const storedCallers = new StoredCallers(node.sealingKey);
    const types = new EngineTypes(node.resources);
    const readable = new ReadableRows("cloudformation", node.log);
    return { ...node, storedCallers, types, readable, reader: new TemplateReader(node.log) };
  });
  const [platform] = nodes;
  const { store } = platform;
  const { operations } = cloudFormationApi({
    ...(engines[0] as EngineDependencies),
    address: platform.address,
    settings: { stackAnswerMs: 0, customResources: {} },
    worker: { wake() {}, settled: async () => {} },
  });
  const outcomes: Outcome[] = [];
  const call = async (operation: string, input: object) => {
    const context = testContext({
      ...{ service: "cloudformation", operation, store, invoke: platform.invoke },
      ...{ nowMs: platform.clock.nowMs(), region: "us-east-1" },
      caller: {
        principal: {
          kind: "root",
          accountId: ACCOUNT_ID,
          arn: `arn:aws:iam::${ACCOUNT_ID}:root`,
        },
      },
    });
    const handler = operations[operation];
    if (!handler) throw new Error(operation);
    const decided = await handler.authorize(input as never, context);
    await handler.handle(input as never, context, subjectOf(decided) as never);
    await workToTheEnd(engines, dies);
  };
  const db = store.tables<CloudFormationTables>().db;
  const Capabilities = ["CAPABILITY_NAMED_IAM"];
  for (const [index, shape] of shapes.entries()) {
    const TemplateBody = templateOf(name, shape);
    const operation = index === 0 ? "CreateStack" : "UpdateStack";
    const input = { StackName: name, TemplateBody, Capabilities };
    await call(operation, input).catch((error: Error) => {
      if (!/No updates|can not be updated/.test(error.message)) throw error;
    });
  }
  await call("DeleteStack", { StackName: name });
  const stack = await db
    .selectFrom("cloudformation_stacks")
    .selectAll()
    .where("name", "=", name)
    .orderBy("created_ms", "desc")
    .executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom("cloudformation_events")
    .selectAll()
    .where("stack_id", "=", stack.stack_id)
    .orderBy("number")
    .execute();
  expect(new Set(rows.map(({ event_id }) => event_id)).size).toBe(rows.length);
  outcomes.push({
    status: stack.status,
    events: rows.map(({ logical_id, status, reason }) =>
      `${logical_id} ${status} ${reason ?? ""}`.replaceAll(
        /RequestToken: \S+|Request ID: [-0-9a-f]+/g,
        "",
      ),
    ),
  });
  return outcomes;
}

/** All roles and channels of the account. */
async function leftBehind(platform: Node): Promise<number> {
  const as = {
    principal: { kind: "root", accountId: ACCOUNT_ID, arn: `arn:aws:iam::${ACCOUNT_ID}:root` },
  } as const;
  const options = { as, region: "us-east-1" };
  const { Roles } = await platform.invoke<{ Roles: readonly { RoleName: string }[] }>(
    "iam",
    "ListRoles",
    {},
    options,
  );
  const { channels } = await platform.invoke<{ channels: readonly object[] }>(
    "ivs",
    "ListChannels",
    {},
    options,
  );
  return Roles.filter(({ RoleName }) => /^(calm|rough)/.test(RoleName)).length + channels.length;
}

/** Is true about every fourth time, by a seed: a process that always dies ends nothing. */
function everyFourth(seed: number): () => boolean {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 30 === 0;
  };
}

const shape: fc.Arbitrary<Shape> = fc.record({
  roles: fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 3 }),
  named: fc.boolean(),
  fails: fc.nat({ max: 3 }).map((number) => number === 0),
});

/** The lives of a stack without deaths and with them end the same, and leave nothing. */
async function endsTheSame(nodes: readonly [Node, ...Node[]], numRuns: number): Promise<void> {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(shape, { minLength: 1, maxLength: 3 }),
      fc.nat(),
      async (shapes, seed) => {
        const dies = everyFourth(seed);
        run += 1;
        const calm = await life(`calm${run}`, shapes, () => false, nodes);
        const rough = await life(`rough${run}`, shapes, dies, nodes);
        const renamed = JSON.parse(JSON.stringify(rough).replaceAll(`rough${run}`, `calm${run}`));
        expect(renamed).toEqual(calm);
        expect(await leftBehind(nodes[0])).toBe(0);
      },
    ),
    { numRuns },
  );
}

test("a stack ends the same, wherever its process dies", async () => {
  await endsTheSame([await startNode({ data: "memory" })], 12);
}, 120_000);

test.skipIf(!hasPostgres)(
  "a node ends what another one left, wherever that one died",
  async () => {
    const database = await makeSharedSchema();
    const data = await mkdtemp(join(tmpdir(), "rolecast-stacks-"));
    closing.push(() => rm(data, { recursive: true, force: true }));
    const node = (name: string) => startNode({ data, database, nodeDir: join(data, name) });
    await endsTheSame([await node("one"), await node("two")], 4);
  },
  120_000,
);
