import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  hasPostgres,
  makeSchema,
} from "../../../packages/server/src/storage/testing/postgres-server.ts";
import { startReceiver } from "../../contract/events/receiver.ts";
import { askFor } from "../../support/run-wide.ts";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

/*
 * Nodes on one database that aren't alike, as while they are updated one after the other: what one
 * can't deliver waits for another one.
 */

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

describe.skipIf(!hasPostgres)("nodes with other settings, and of other releases", () => {
  let data: string;
  let sql: pg.Client;
  let hook: Awaited<ReturnType<typeof startReceiver>>;
  let calls: unknown[];
  let startNew: () => Promise<TestServer>;
  let old: TestServer;

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "rolecast-mixed-"));
    const database = await makeSchema(await askFor("TESTS_POSTGRES"));
    sql = new pg.Client(database);
    await sql.connect();
    hook = await startReceiver();
    calls = [];
    const shared = { data, database, logLevel: "silent" } as const;
    old = await startTestServer(shared);
    startNew = () =>
      startTestServer({
        ...shared,
        eventFunctions: { [arnOf("new")]: (event: unknown) => void calls.push(event) },
        webhooks: [
          { url: hook.url, secret: "of a webhook that the test has", sources: ["hooked"] },
        ],
      });
  });
  afterAll(async () => {
    await old?.close();
    await hook?.close();
    await sql?.end();
    if (data) await rm(data, { recursive: true });
  });

  const clientOf = ({ endpoint }: TestServer) =>
    new eventbridge.EventBridge({
      ...{ endpoint, region: "us-east-1", maxAttempts: 1, credentials: ROOT },
    });

  async function putRule(Name: string, Arn: string) {
    const EventPattern = JSON.stringify({ source: [Name] });
    await clientOf(old).putRule({ Name, EventPattern });
    return clientOf(old).putTargets({ Rule: Name, Targets: [{ Id: "one", Arn }] });
  }

  const putEvent = (node: TestServer, Source: string) =>
    clientOf(node).putEvents({ Entries: [{ Source, DetailType: "said", Detail: "{}" }] });

  const waiting = async () => {
    const { rows } = await sql.query("select kind, attempts, owner from events_deliveries");
    return rows as { readonly kind: string; readonly attempts: string; readonly owner: string }[];
  };

  /** Resolves to the kind of the delivery that waits, once the node that took it has left it. */
  async function kindLeft(): Promise<string> {
    const isLeft = async () => (await waiting()).some(({ kind }) => kind.startsWith("needs "));
    await until(isLeft, "the delivery is left");
    const [row] = await waiting();
    expect([Number(row?.attempts), row?.owner]).toEqual([0, ""]);
    return row?.kind ?? "";
  }

  test("a function that only a newly set node knows gets events that another one had", async () => {
    await putRule("function", arnOf("new"));
    await putEvent(old, "function");
    expect(await kindLeft()).toBe(`needs settings ${arnOf("new")}`);
    const node = await startNew();
    onTestFinished(() => node.close());
    await until(() => calls.length === 1, "the function is called");
    await until(async () => (await waiting()).length === 0, "nothing waits");
  });

  test("a target of a kind that only a newer release knows waits for it", async () => {
    await putRule("kind", "arn:aws:logs:us-east-1:000000000000:log-group:/kind");
    const unknown = JSON.stringify({
      Id: "one",
      Arn: "arn:aws:newer:us-east-1:000000000000:a/target",
    });
    await sql.query("update events_targets set target = $1 where rule_name = 'kind'", [unknown]);
    await putEvent(old, "kind");
    expect(await kindLeft()).toBe("needs release newer");
    // None comes.
    await sql.query("update events_deliveries set first_at_ms = first_at_ms - 86400000");
    const node = await startNew();
    onTestFinished(() => node.close());
    await until(async () => (await waiting()).length === 0, "it is given up");
  });

  test("a webhook that only a newly set node has gets its event from another one", async () => {
    const body = { source: "hooked" };
    const webhook = `webhook-${createHash("sha256").update(hook.url).digest("hex").slice(0, 16)}`;
    // As one that the new node has routed, and the old one takes first.
    const insert = `insert into events_deliveries
      (id, account_id, region, rule_name, target_id, event, bytes, attempts, first_at_ms,
       next_at_ms, claimed_until_ms)
      values ('hooked', '000000000000', 'us-east-1', '', $3, $1, 1, 0, $2, $2, 0)`;
    await sql.query(insert, [JSON.stringify(body), Date.now(), webhook]);
    expect(await kindLeft()).toBe(`needs settings ${webhook}`);
    const node = await startNew();
    onTestFinished(() => node.close());
    await until(() => hook.received.length === 1, "the webhook is called");
    expect(JSON.parse(hook.received[0]?.body ?? "")).toEqual(body);
  });

  test("functions are no targets while a node lives that doesn't know them", async () => {
    const url = "http://192.0.2.1:4566";
    const insert = "insert into ivs_nodes (node_id, url, beat) values ('earlier', $1, 0)";
    await sql.query(insert, [url]);
    await expect(putRule("early", arnOf("new"))).rejects.toMatchObject({
      name: "ServiceUnavailableException",
      message: expect.stringContaining(url),
    });
    await putRule("early", "arn:aws:logs:us-east-1:000000000000:log-group:/early");
    await sql.query("delete from ivs_nodes where node_id = 'earlier'");
    expect(await putRule("early", arnOf("new"))).toMatchObject({ FailedEntryCount: 0 });
  });
});
