import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Libsql from "libsql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer } from "../../support/test-server.ts";
import { unpackRelease } from "../releases/release.ts";
import { makeEverything } from "./make-everything.ts";
import { servedServices } from "./served-services.ts";
import { WireClient } from "./wire-client.ts";

/*
 * One row of a table can't be read: another version wrote it, or somebody's hand. Every table that
 * has rows is damaged like that, one after the other. The server starts all the same, and works.
 */

const ACCOUNT = "000000000000";
const AS_ROOT = {
  as: { principal: { kind: "root", accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` } },
  region: "us-east-1",
} as const;

/** A text that is cut off, and one whose members are absent. */
const DAMAGES = ['{"torn', "{}"];

/** Something else of each service, by the beginning of its tables' names. */
const OTHERS: Readonly<Record<string, (name: string) => [string, string, object]>> = {
  access_analyzer: () => [
    ...(["accessanalyzer", "ValidatePolicy"] as const),
    { policyDocument: "{}", policyType: "IDENTITY_POLICY" },
  ],
  cloudcontrol: () => [
    "cloudcontrol",
    "GetResource",
    { TypeName: "AWS::S3::Bucket", Identifier: "aaaaaaaaaaaa" },
  ],
  cloudformation: (StackName) => [
    "cloudformation",
    "CreateStack",
    { StackName, TemplateBody: TEMPLATE },
  ],
  cloudtrail: () => ["cloudtrail", "GetTrailStatus", { Name: "other" }],
  cloudwatch: (DashboardName) => [
    ...(["cloudwatch", "PutDashboard"] as const),
    { DashboardName, DashboardBody: '{"widgets":[]}' },
  ],
  ecr: (repositoryName) => ["ecr", "CreateRepository", { repositoryName }],
  events: (Name) => ["events", "CreateEventBus", { Name }],
  iam: (GroupName) => ["iam", "CreateGroup", { GroupName }],
  ivs: (name) => ["ivs", "CreateChannel", { name }],
  ivschat: (name) => ["ivschat", "CreateRoom", { name }],
  kms: () => ["kms", "CreateKey", {}],
  organizations: () => ["organizations", "ListHandshakesForAccount", {}],
  s3: (Bucket) => ["s3", "CreateBucket", { Bucket }],
  ssm: (Name) => ["ssm", "PutParameter", { Name, Value: "v", Type: "String" }],
};
const TEMPLATE = '{"Resources":{"It":{"Type":"AWS::CloudFormation::WaitConditionHandle"}}}';

/** Nobody of an organization is allowed anything while its own row says nothing. */
const OF_ALL = ["organizations_organizations"];

let folder: string;
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rolecast-damaged-"));
  data = join(folder, "data");
  await unpackRelease("0.1.0", data);
  const filled = await startTestServer({ data });
  const client = new WireClient(filled.endpoint);
  await makeEverything(client, await servedServices(filled.server));
  client.close();
  await filled.close();
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

type Row = Readonly<Record<string, unknown>> & { readonly rowid: unknown };

function inDatabase<T>(work: (db: Libsql.Database) => T): T {
  const db = new Libsql(join(data, "rolecast.db"));
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/** The texts of a table's first row that are JSON, by column, with the row's number. */
function documentsOf(table: string): { rowid: unknown; texts: readonly [string, string][] } {
  const row = inDatabase((db) =>
    db.prepare(`select rowid, * from "${table}" limit 1`).get(),
  ) as Row;
  const texts = Object.entries(row ?? {}).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === "string" && /^[[{].*[\]}]$/s.test(entry[1]),
  );
  return { rowid: row?.rowid, texts };
}

function write(table: string, rowid: unknown, texts: readonly (readonly [string, string])[]): void {
  inDatabase((db) => {
    for (const [column, text] of texts)
      db.prepare(`update "${table}" set "${column}" = ? where rowid = ?`).run(text, rowid);
  });
}

/** The fault after a start with the damaged row, if there is one. */
async function faultOf(table: string, name: string): Promise<string | undefined> {
  try {
    const server = await startTestServer({ data });
    try {
      const service = Object.keys(OTHERS).find((each) => table.startsWith(each));
      const [to, operation, input] = OTHERS[service ?? ""]?.(name) ?? [];
      if (to === undefined || operation === undefined) return "nothing else is asked for";
      if (OF_ALL.includes(table)) return undefined;
      const asked = server.server.invoke(to, operation, input ?? {}, AS_ROOT);
      return await asked.then(
        () => undefined,
        (error: Error) =>
          "status" in error && Number(error.status) < 500
            ? undefined
            : `${operation}: ${error.stack}`,
      );
    } finally {
      await server.close();
    }
  } catch (error) {
    return `start or stop: ${(error as Error).stack}`;
  }
}

test.each(DAMAGES)(
  "a row with %s keeps nothing else from working",
  async (damage) => {
    const tables = inDatabase((db) =>
      db.prepare("select name from sqlite_master where type = 'table' order by name").all(),
    ) as readonly { readonly name: string }[];
    const faults: string[] = [];
    let damaged = 0;
    for (const { name: table } of tables) {
      const { rowid, texts } = documentsOf(table);
      if (texts.length === 0) continue;
      damaged += 1;
      write(
        table,
        rowid,
        texts.map(([column]) => [column, damage]),
      );
      const fault = await faultOf(table, `other-${DAMAGES.indexOf(damage)}-${damaged}`);
      if (fault !== undefined) faults.push(`${table} ${texts.map(([column]) => column)}: ${fault}`);
      write(table, rowid, texts);
    }
    expect(faults).toEqual([]);
    expect(damaged).toBeGreaterThan(30);
  },
  300_000,
);
