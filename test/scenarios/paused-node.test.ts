import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateUserCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  hasPostgres,
  makeSharedSchema,
} from "../../packages/server/src/storage/testing/postgres-server.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

/*
 * Processes that stand still (SIGSTOP: a machine that sleeps, a container that is paused) while
 * they hold what others need.
 */

let data = "";
let client: pg.Client;
let nodes: readonly [ServerProcess, ServerProcess];

describe.skipIf(!hasPostgres)("beside a process that stands still", () => {
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "rolecast-paused-"));
    const database = await makeSharedSchema();
    client = new pg.Client(database);
    await client.connect();
    const start = () => startServerProcess(["--data", data], { ROLECAST_DATABASE: database });
    nodes = [await start(), await start()];
  });
  afterAll(async () => {
    await Promise.all((nodes ?? []).map((node) => node.stop("SIGKILL")));
    await client?.end();
    if (data) await rm(data, { recursive: true });
  });

  test("a node's writes go on though another one was paused inside a transaction, which is run again", async () => {
    const [paused, other] = nodes;
    // Holds up a transaction at its end, after it has written the account's row.
    await client.query("begin; lock table cloudtrail_intents in exclusive mode");
    const onPaused = paused.root.iam.send(new CreateUserCommand({ UserName: "on-paused" }));
    await untilSession("wait_event_type = 'Lock'");
    process.kill(paused.pid, "SIGSTOP");
    try {
      await client.query("rollback");
      await untilSession("state = 'idle in transaction'");
      await other.root.iam.send(new CreateUserCommand({ UserName: "on-other" }));
    } finally {
      process.kill(paused.pid, "SIGCONT");
    }
    await onPaused;
    await paused.root.iam.send(new CreateUserCommand({ UserName: "on-paused-later" }));
    for (const node of nodes) {
      const { Users = [] } = await node.root.iam.send(new ListUsersCommand({}));
      const names = Users.map(({ UserName }) => UserName);
      expect(names.sort()).toEqual(["on-other", "on-paused", "on-paused-later"]);
    }
  });

  test("a node is unready, and says so at once, while the database hangs, and ready again after it", async () => {
    const [node] = nodes;
    const health = (path: string) =>
      fetch(`${node.endpoint}/${path}`, { signal: AbortSignal.timeout(5_000) });
    await expect.poll(async () => (await health("_rolecast/health/ready")).status).toBe(200);
    const processes = await databaseProcesses();
    for (const pid of processes) process.kill(pid, "SIGSTOP");
    try {
      await expect
        .poll(async () => (await health("_rolecast/health/ready")).status, { timeout: 10_000 })
        .toBe(503);
      const ready = await health("_rolecast/health/ready");
      expect([ready.status, await ready.json()]).toEqual([
        503,
        {
          ...{ status: "unavailable", part: "database" },
          message: expect.stringMatching(/^The database /),
        },
      ]);
      const all = await health("_rolecast/health");
      expect([all.status, await all.json()]).toEqual([
        200,
        expect.objectContaining({
          store: expect.objectContaining({ condition: "unavailable", writable: 0 }),
        }),
      ]);
      const localStack = await health("_localstack/health");
      expect([localStack.status, await localStack.json()]).toEqual([
        503,
        expect.objectContaining({ services: expect.objectContaining({ s3: "error" }) }),
      ]);
      expect((await health("_rolecast/health/live")).status).toBe(200);
    } finally {
      for (const pid of processes) process.kill(pid, "SIGCONT");
    }
    await expect
      .poll(async () => (await health("_rolecast/health/ready")).status, { timeout: 20_000 })
      .toBe(200);
    await node.root.iam.send(new CreateUserCommand({ UserName: "after-it" }));
    expect((await health("_localstack/health")).status).toBe(200);
  });
});

/** Until PostgreSQL sees such a session of a node. */
async function untilSession(condition: string): Promise<void> {
  const query = `select pid from pg_stat_activity where application_name = 'rolecast' and ${condition}`;
  await expect.poll(async () => (await client.query(query)).rowCount, { timeout: 10_000 }).toBe(1);
}

/** PostgreSQL's own process, and those of the nodes' sessions. */
async function databaseProcesses(): Promise<readonly number[]> {
  const { rows } = await client.query(
    "select pid from pg_stat_activity where application_name = 'rolecast'",
  );
  const sessions = rows.map(({ pid }) => Number(pid));
  // The fourth field of /proc/<pid>/stat, after the name in brackets, is the parent.
  const stat = readFileSync(`/proc/${sessions[0]}/stat`, "utf8");
  const parent = Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2]);
  return [parent, ...sessions];
}
