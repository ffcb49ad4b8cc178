import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AwsError } from "../../../kernel/aws-error.ts";
import { hasPostgres, makeSharedSchema } from "../../../storage/testing/postgres-server.ts";
import type { ServiceLinkedRoleTables } from "./tables.ts";
import { ACCOUNT_ID, IamWorld } from "./testing/iam-world.ts";
import {
  brokenRules,
  createUsage,
  findUsage,
  REGIONS,
  ROLE_NAME,
  removeUsage,
  SERVICE,
  usagesMigration,
  usagesOf,
} from "./testing/role-usages.ts";

/*
 * Nodes on one PostgreSQL, in truth at the same time: whatever their callers and workers do, and
 * whichever of them dies with a task at hand, the role is there as long as it is used.
 */

/** Longer than any lease. */
const LONG_MS = 60_000;

type Act = "create" | "remove" | "create-role" | "delete-role" | "step";
type Step =
  | { readonly together: readonly { readonly node: number; readonly act: Act }[] }
  | { readonly dies: number };

/** The state as it is known from outside. */
interface Known {
  /** How often each pending role was looked at and the outcome committed. */
  decisions: number;
  readonly created: Set<string>;
  readonly removed: Set<string>;
  readonly taskIds: Set<string>;
  nowMs: number;
}

async function startNode(url: string, known: Known): Promise<IamWorld> {
  const world = await IamWorld.open({
    database: { url },
    migrations: [usagesMigration],
    nowMs: () => known.nowMs,
  });
  world.roles.register({
    servicePrincipal: SERVICE,
    findUsage: async (accountId, tx) => {
      tx.afterCommit(() => {
        known.decisions += 1;
      });
      return findUsage(accountId, tx);
    },
  });
  return world;
}

/**
 * The refusals that a caller may get, since somebody else came first; a create and a step go
 * through.
 */
const EXPECTED: Readonly<Partial<Record<Act, string>>> = {
  "create-role": "InvalidInput",
  "delete-role": "NoSuchEntity",
};

async function perform(world: IamWorld, act: Act, known: Known): Promise<void> {
  try {
    if (act === "create") {
      const region = REGIONS[known.created.size % REGIONS.length] ?? REGIONS[0];
      const arn = `arn:aws:ivs:${region}:${ACCOUNT_ID}:recording-configuration/${crypto.randomUUID()}`;
      await createUsage(world, region, arn);
      known.created.add(arn);
    } else if (act === "remove") {
      const arn = await removeUsage(world);
      if (arn !== undefined) known.removed.add(arn);
    } else if (act === "create-role") {
      await world.call("CreateServiceLinkedRole", { AWSServiceName: SERVICE });
    } else if (act === "delete-role") {
      const answer = await world.call<{ DeletionTaskId: string }>("DeleteServiceLinkedRole", {
        RoleName: ROLE_NAME,
      });
      known.taskIds.add(answer.DeletionTaskId);
    } else {
      await world.roles.step();
    }
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== EXPECTED[act]) throw error;
  }
}

async function expectRulesKept(world: IamWorld, known: Known): Promise<void> {
  await world.store.transaction(async (tx) => {
    expect(await brokenRules(tx)).toEqual([]);
    const arns = (await usagesOf(tx, ACCOUNT_ID)).map((row) => row.arn);
    expect(new Set(arns)).toEqual(
      new Set([...known.created].filter((arn) => !known.removed.has(arn))),
    );
  });
}

function tasksOf(world: IamWorld) {
  const { db } = world.store.tables<ServiceLinkedRoleTables>();
  return db.selectFrom("iam_role_deletion_tasks").selectAll().execute();
}

const NODES = 2;
const act = fc.constantFrom<Act>(
  ...(["create", "remove", "create-role", "delete-role", "delete-role", "step", "step"] as const),
);
const node = fc.nat({ max: NODES - 1 });
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      together: fc.array(fc.record({ node, act }), { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ dies: node }) },
);

function oneByOne(...acts: Act[]): Step[] {
  return acts.map((act) => ({ together: [{ node: 0, act }] }));
}
/** Each of the two ends a task can have is seen in every run of this test, whatever else comes. */
const BOTH_ENDS: [Step[]][] = [
  [oneByOne("create-role", "delete-role")],
  [oneByOne("create", "delete-role")],
];

describe.skipIf(!hasPostgres)("the role on two nodes of one PostgreSQL", () => {
  test("is never gone while it is used, never missing after a create, and deleted by one decision", async () => {
    const seen = { SUCCEEDED: 0, FAILED: 0 };
    const url = await makeSharedSchema();
    await fc.assert(
      fc.asyncProperty(fc.array<Step>(step, { minLength: 3, maxLength: 8 }), async (steps) => {
        const known: Known = {
          decisions: 0,
          created: new Set(),
          removed: new Set(),
          taskIds: new Set(),
          nowMs: 1_000,
        };
        const nodes = await Promise.all([startNode(url, known), startNode(url, known)]);
        await nodes[0].empty();
        for (const each of steps) {
          if ("dies" in each) {
            // Its lease stays; the one that comes after it is another node.
            await nodes[each.dies]?.close();
            nodes[each.dies] = await startNode(url, known);
            known.nowMs += LONG_MS;
          } else {
            await Promise.all(
              each.together.map(({ node, act }) => perform(nodes[node] as IamWorld, act, known)),
            );
          }
          await expectRulesKept(nodes[0], known);
        }
        known.nowMs += LONG_MS;
        await Promise.all(nodes.map((world) => world.finishDeletions()));
        await expectRulesKept(nodes[0], known);
        const tasks = await tasksOf(nodes[0]);
        expect(new Set(tasks.map((task) => task.task_id))).toEqual(known.taskIds);
        for (const { status } of tasks) {
          if (status !== "SUCCEEDED") expect(status).toBe("FAILED");
          seen[status as keyof typeof seen] += 1;
        }
        expect(known.decisions).toBe(tasks.length);
        for (const world of nodes) await world.close();
      }),
      { numRuns: 10, examples: BOTH_ENDS },
    );
    expect(seen.SUCCEEDED).toBeGreaterThan(0);
    expect(seen.FAILED).toBeGreaterThan(0);
  });

  test("a task that a dead node had begun is the other's when the lease ends, and not before", async () => {
    const url = await makeSharedSchema();
    const known = {
      decisions: 0,
      created: new Set<string>(),
      removed: new Set<string>(),
      taskIds: new Set<string>(),
      nowMs: 1_000,
    };
    const [first, second] = await Promise.all([startNode(url, known), startNode(url, known)]);
    await perform(first, "create-role", known);
    await perform(first, "delete-role", known);
    await first.roles.step();
    expect(await tasksOf(second)).toMatchObject([{ status: "IN_PROGRESS" }]);
    expect(await second.roles.step()).toBe(false);
    await first.close();
    known.nowMs += LONG_MS;
    await second.finishDeletions();
    expect(await tasksOf(second)).toMatchObject([{ status: "SUCCEEDED" }]);
    expect(known.decisions).toBe(1);
    await second.close();
  });
});
