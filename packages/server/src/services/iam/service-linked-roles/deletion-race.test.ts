import fc from "fast-check";
import { expect, test } from "vitest";
import { AwsError } from "../../../kernel/aws-error.ts";
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
 * A made-up linked service that uses its role as Amazon IVS does: it makes the role when it is
 * missing and inserts what uses it in one transaction. Its users, the deletion of the role, the
 * worker's steps and power cuts come in any order, chosen by fast-check's scheduler.
 */

type Action = "create" | "remove" | "create-role" | "delete-role" | "step";
type Pause = (label: string) => Promise<void>;

/** The answers that callers got, or are about to get: they must hold after a power cut. */
class Promises {
  readonly created: Set<string>;
  /** Removals that may be committed already, though no answer was sent. */
  readonly removing: Set<string>;
  readonly removed: Set<string>;
  readonly taskIds: Set<string>;

  constructor(before?: Promises) {
    this.created = new Set(before?.created);
    this.removing = new Set(before?.removing);
    this.removed = new Set(before?.removed);
    this.taskIds = new Set(before?.taskIds);
  }
}

/** One life of the server, from a start to a power cut. */
class Life {
  readonly world: IamWorld;
  readonly promises: Promises;
  readonly #pause: Pause;

  private constructor(world: IamWorld, promises: Promises, pause: Pause) {
    this.world = world;
    this.promises = promises;
    this.#pause = pause;
  }

  static async start(pause: Pause, broken: string[], before?: Life): Promise<Life> {
    // The power is cut here: nothing of what the earlier life does from now on counts.
    const left = before && { folder: before.world.snapshot() };
    const promises = new Promises(before?.promises);
    const world = await IamWorld.open({
      ...left,
      migrations: [usagesMigration],
      beforeCommit: async (tx) => void broken.push(...(await brokenRules(tx))),
    });
    world.roles.register({
      servicePrincipal: SERVICE,
      findUsage: async (accountId, tx) => {
        const usage = await findUsage(accountId, tx);
        await pause("usage found");
        return usage;
      },
    });
    return new Life(world, promises, pause);
  }

  async perform(action: Action, index: number): Promise<void> {
    await this.#pause(`start ${action}`);
    if (action === "create") await this.#create(index);
    else if (action === "remove") await this.#remove();
    else if (action === "create-role") await this.#createRole();
    else if (action === "delete-role") await this.#deleteRole();
    else await this.world.roles.step();
  }

  async #create(index: number): Promise<void> {
    const region = REGIONS[index % REGIONS.length] ?? REGIONS[0];
    const arn = `arn:aws:ivs:${region}:${ACCOUNT_ID}:recording-configuration/${crypto.randomUUID()}`;
    await createUsage(this.world, region, arn, this.#pause);
    this.promises.created.add(arn);
  }

  async #remove(): Promise<void> {
    const removed = await removeUsage(this.world, async (arn) => {
      await this.#pause("usage chosen");
      if (arn !== undefined) this.promises.removing.add(arn);
    });
    if (removed !== undefined) this.promises.removed.add(removed);
  }

  /** Somebody makes the role by hand, whether or not it is there. */
  async #createRole(): Promise<void> {
    try {
      await this.world.call("CreateServiceLinkedRole", { AWSServiceName: SERVICE });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== "InvalidInput") throw error;
    }
  }

  async #deleteRole(): Promise<void> {
    try {
      const answer = await this.world.call<{ DeletionTaskId: string }>("DeleteServiceLinkedRole", {
        RoleName: ROLE_NAME,
      });
      this.promises.taskIds.add(answer.DeletionTaskId);
    } catch (error) {
      // The role may not be there yet, or no more.
      if (!(error instanceof AwsError) || error.code !== "NoSuchEntity") throw error;
    }
  }

  /** Checks that the answers which callers got still hold. */
  async expectPromisesKept(): Promise<void> {
    const rows = await usagesOf({ db: this.world.store.db }, ACCOUNT_ID);
    const arns = new Set(rows.map((row) => row.arn));
    const { created, removing, removed } = this.promises;
    for (const arn of created) if (!removing.has(arn)) expect(arns).toContain(arn);
    for (const arn of removed) expect(arns).not.toContain(arn);
    for (const DeletionTaskId of this.promises.taskIds) {
      const status = await this.world.call("GetServiceLinkedRoleDeletionStatus", {
        DeletionTaskId,
      });
      expect(status).toHaveProperty("Status");
    }
  }

  async expectSettled(): Promise<void> {
    await this.world.finishDeletions();
    for (const DeletionTaskId of this.promises.taskIds) {
      const { Status, Reason } = await this.world.call<{
        Status: string;
        Reason?: { RoleUsageList: { Region: string; Resources: string[] }[] };
      }>("GetServiceLinkedRoleDeletionStatus", { DeletionTaskId });
      expect(["SUCCEEDED", "FAILED"]).toContain(Status);
      if (Status !== "FAILED") continue;
      const used = Reason?.RoleUsageList ?? [];
      expect(used.length).toBeGreaterThan(0);
      for (const { Region, Resources } of used)
        for (const arn of Resources) expect(arn).toContain(`:ivs:${Region}:`);
    }
  }
}

const action = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Action>("create") },
  { weight: 2, arbitrary: fc.constant<Action>("remove") },
  { weight: 1, arbitrary: fc.constant<Action>("create-role") },
  { weight: 2, arbitrary: fc.constant<Action>("delete-role") },
  { weight: 4, arbitrary: fc.constant<Action>("step") },
);
/** The steps that were taken, one after the other, before the interesting part. */
const prelude = fc.oneof(
  fc.constantFrom<Action[]>(
    ["create-role", "delete-role", "step"],
    ["create", "delete-role", "step", "remove"],
  ),
  fc.array(action, { maxLength: 4 }),
);
/** The steps that are then taken at the same time; a power cut ends every life but the last. */
const lives = fc.array(
  fc.record({ prelude, together: fc.array(action, { minLength: 2, maxLength: 6 }) }),
  { minLength: 1, maxLength: 3 },
);

// Each run has databases of its own; a busy machine takes its time for their files.
test("never is the role gone while it is used, and never does a create end without its role", async () => {
  const seen = { succeeded: 0, failed: 0 };
  await fc.assert(
    fc.asyncProperty(lives, fc.scheduler(), async (plan, scheduler) => {
      const broken: string[] = [];
      const pause: Pause = (label) => scheduler.schedule(Promise.resolve(), label);
      let life = await Life.start(pause, broken);
      for (const [index, { prelude, together }] of plan.entries()) {
        for (const each of prelude) await scheduler.waitFor(life.perform(each, index));

        let next: Life | undefined;
        const powerCut = async () => {
          await pause("power cut");
          await pause("power cut");
          next = await Life.start(pause, broken, life);
        };
        const isLast = index === plan.length - 1;
        const all = together.map((each, number) => life.perform(each, number));
        if (!isLast) all.push(powerCut());
        await scheduler.waitFor(Promise.all(all));
        if (next) {
          await life.world.close();
          life = next;
        }
        await scheduler.waitFor(life.expectPromisesKept());
      }
      await scheduler.waitFor(life.expectSettled());
      for (const row of await statuses(life.world)) {
        if (row.status === "SUCCEEDED") seen.succeeded += 1;
        if (row.status === "FAILED") seen.failed += 1;
      }
      await life.world.close();
      expect(broken).toEqual([]);
    }),
    { numRuns: 30 },
  );
  // A run in which the role was never deleted, or never in use, would have shown nothing.
  expect(seen.succeeded).toBeGreaterThan(0);
  expect(seen.failed).toBeGreaterThan(0);
});

function statuses(world: IamWorld) {
  const { db } = world.store.tables<ServiceLinkedRoleTables>();
  return db.selectFrom("iam_role_deletion_tasks").select("status").execute();
}
