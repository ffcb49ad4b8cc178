import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer } from "../../support/test-server.ts";
import { unpackRelease } from "../releases/release.ts";
import { documentsOf, tablesOf, write } from "./damaged-data.ts";
import { furtherThings } from "./further-things.ts";
import { FIRST, makeEverything } from "./make-everything.ts";
import { servedServices } from "./served-services.ts";
import { WireClient } from "./wire-client.ts";

/*
 * One row of a table can't be read: another version wrote it, or somebody's hand. Every table that
 * has rows is damaged like that, one after the other. The server starts all the same, and works.
 */

const { account: ACCOUNT } = FIRST;
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

let folder: string;
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rolecast-damaged-"));
  data = join(folder, "data");
  await unpackRelease("0.1.0", data);
  const filled = await startTestServer({ data, transcodeCores: 16 });
  const client = new WireClient(filled.endpoint);
  const services = await servedServices(filled.server);
  await furtherThings(client, services, await makeEverything(client, services, FIRST), FIRST);
  client.close();
  await filled.close();
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The fault after a start with the damaged row, if there is one. */
async function faultOf(table: string, name: string): Promise<string | undefined> {
  try {
    const server = await startTestServer({ data, transcodeCores: 16 });
    try {
      const service = Object.keys(OTHERS).find((each) => table.startsWith(each));
      const [to, operation, input] = OTHERS[service ?? ""]?.(name) ?? [];
      if (to === undefined || operation === undefined) return "nothing else is asked for";
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
    const faults: string[] = [];
    let damaged = 0;
    for (const table of tablesOf(data)) {
      const rows = documentsOf(data, table).slice(0, 1);
      if (rows.length === 0) continue;
      damaged += 1;
      write(data, rows, damage);
      const fault = await faultOf(table, `other-${DAMAGES.indexOf(damage)}-${damaged}`);
      if (fault !== undefined) faults.push(`${table}: ${fault}`);
      write(data, rows);
    }
    expect(faults).toEqual([]);
    expect(damaged).toBeGreaterThan(60);
  },
  300_000,
);
