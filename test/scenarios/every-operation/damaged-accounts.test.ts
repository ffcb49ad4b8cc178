import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { unpackRelease } from "../releases/release.ts";
import {
  type DamagedRow,
  documentsOf,
  fillEmpty,
  inDatabase,
  tablesOf,
  write,
} from "./damaged-data.ts";
import { furtherThings } from "./further-things.ts";
import { Inputs, type Values } from "./inputs.ts";
import { FIRST, makeEverything, type Owner } from "./make-everything.ts";
import { type ServedService, servedServices } from "./served-services.ts";
import { WireClient } from "./wire-client.ts";

/*
 * No row of one account can be read, in any table. Another account reads all that it has as it did
 * before, and a third one, that has nothing yet, makes all that the second one could.
 */

const SECOND: Owner = { account: "111111111111", bucket: "bbbbbbbbbbbb" };
const THIRD: Owner = { account: "222222222222", bucket: "cccccccccccc" };
const DAMAGES = ['{"torn', "{}"];

const READS = /^(Get|List|Describe|Head|BatchGet|Lookup|Search|Validate|Check|Simulate)/;

/** Work that the next process finds under way. */
const UNDER_WAY: Readonly<Record<string, string>> = {
  access_analyzer_generations: "status = 'IN_PROGRESS'",
  cloudcontrol_requests: "status = 'IN_PROGRESS'",
  cloudformation_operations: "status = 'RUNNING'",
  iam_role_deletion_tasks: "status = 'IN_PROGRESS'",
  ivs_recordings: "state = 'recording', owner = ''",
  ivs_stream_sessions: "ended_at_ms = null",
};

let folder: string;
let data: string;
let ofFirst: readonly DamagedRow[];
let made: ReadonlyMap<string, Values>;
let readBefore: readonly string[];
let madeBefore: readonly string[];

function keyOf({ account }: Owner) {
  return { accessKeyId: `AKIA${account}TEST`, secretAccessKey: "x".repeat(40) };
}

async function start(): Promise<TestServer> {
  const accounts = [SECOND, THIRD].map((owner) => {
    const { accessKeyId: rootAccessKeyId, secretAccessKey: rootSecretAccessKey } = keyOf(owner);
    return { id: owner.account, rootAccessKeyId, rootSecretAccessKey };
  });
  return startTestServer({ data, accounts, stackAnswerMs: 20_000, transcodeCores: 16 });
}

/** The outcomes of all requests that make something, in their order. */
async function fill(server: TestServer, services: readonly ServedService[], owner: Owner) {
  const client = new WireClient(server.endpoint, owner === FIRST ? undefined : keyOf(owner));
  const outcomes: string[] = [];
  const recorded: Pick<WireClient, "send"> = {
    async send(service, operation, input) {
      const answer = await client.send(service, operation, input);
      outcomes.push(`${service.name} ${operation}: ${answer.status}`);
      return answer;
    },
  };
  const values = await makeEverything(recorded, services, owner);
  const missing = await furtherThings(recorded, services, values, owner);
  client.close();
  return { values, outcomes, missing };
}

function leaveUnderWay(): void {
  inDatabase(data, (db) => {
    for (const { table, rowid } of ofFirst)
      if (UNDER_WAY[table])
        db.prepare(`update ${table} set ${UNDER_WAY[table]} where rowid = ?`).run(rowid);
  });
}

/** The outcomes of all requests that only read. */
async function reads(server: TestServer, services: readonly ServedService[]) {
  const client = new WireClient(server.endpoint, keyOf(SECOND));
  const outcomes: string[] = [];
  for (const service of services)
    for (const operation of service.operations) {
      if (!READS.test(operation.name)) continue;
      const values = made.get(service.name) ?? {};
      const input = new Inputs(operation, service.constraints, values).smallest();
      const { status } = await client.send(service, operation.name, input);
      outcomes.push(`${service.name} ${operation.name}: ${status}`);
    }
  client.close();
  return outcomes;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rolecast-damaged-accounts-"));
  data = join(folder, "data");
  await unpackRelease("0.1.0", data);
  const first = await start();
  const { missing } = await fill(first, await servedServices(first.server), FIRST);
  expect(missing).toEqual([]);
  await first.close();
  ofFirst = tablesOf(data).flatMap((table) => documentsOf(data, table));
  const second = await start();
  const services = await servedServices(second.server);
  const filled = await fill(second, services, SECOND);
  made = filled.values;
  madeBefore = filled.outcomes;
  readBefore = await reads(second, services);
  await second.close();
}, 180_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(DAMAGES)(
  "rows with %s of one account keep no other from working",
  async (damage) => {
    write(data, ofFirst, damage);
    leaveUnderWay();
    fillEmpty(data, FIRST.account, damage);
    const server = await start();
    try {
      const services = await servedServices(server.server);
      expect(await reads(server, services)).toEqual(readBefore);
      if (damage === DAMAGES.at(-1)) {
        const { outcomes } = await fill(server, services, THIRD);
        expect(outcomes).toEqual(madeBefore);
      }
    } finally {
      await server.close();
    }
  },
  180_000,
);
