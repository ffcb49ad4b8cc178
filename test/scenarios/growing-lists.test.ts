import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as iam from "@aws-sdk/client-iam";
import Libsql from "libsql";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  accountSettings,
  type GrownAccount,
  grownAccounts,
} from "../support/grown-lists/accounts.ts";
import { operationsOf, type PagedOperation } from "../support/grown-lists/operations.ts";
import { seed, seedBucket } from "../support/grown-lists/seed.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

/*
 * A page costs what is on it, not what the list is long. Nothing here takes the time: a page of an
 * account with twice as many things reads no more rows, and no statement of it walks or sorts
 * a table. That is asked of SQLite, by its own account of how it runs a statement.
 */

/** Half of each account's users have one policy: also those are more than are read at once. */
const ITEMS = [2_200, 4_400] as const;
const GROUPS = 100;
/** Further rows than those that a page shows: accounts, the usage of policies. */
const ROWS_BESIDE = 100;

const data = mkdtempSync(join(tmpdir(), "rolecast-growing-"));
const accounts = grownAccounts(...ITEMS);
let server: TestServer;
let database: InstanceType<typeof Libsql>;
/** The number of rows that the server's statements returned, by their text. */
const rowsRead = new Map<string, number>();

beforeAll(async () => {
  countRows();
  server = await startTestServer({
    data,
    // The test reads SQLite's own file.
    database: undefined,
    accounts: accountSettings(accounts),
    // It reads rows of its own, at times of its own.
    scrubBytesPerSecond: 0,
  });
  database = new Libsql(join(data, "rolecast.db"));
  // The server writes too.
  database.exec("pragma busy_timeout = 60000");
  const execute = async (statement: string) => void database.exec(statement);
  for (const account of accounts) {
    await seed(execute, account);
    const { grouped, flat } = bucketsOf(account);
    const accountId = account.id;
    await seedBucket(execute, { name: grouped, accountId }, account.items, GROUPS);
    await seedBucket(execute, { name: flat, accountId }, account.items, account.items);
  }
});
afterAll(async () => {
  vi.restoreAllMocks();
  database?.close();
  await server?.close();
  rmSync(data, { recursive: true, force: true });
});

/** Every statement that is prepared from now on notes what it gives. */
function countRows(): void {
  const prepare = Libsql.prototype.prepare;
  vi.spyOn(Libsql.prototype, "prepare").mockImplementation(function (
    this: InstanceType<typeof Libsql>,
    text: string,
  ) {
    const statement = prepare.call(this, text);
    const all = statement.all.bind(statement) as (...parameters: unknown[]) => unknown[];
    statement.all = (...parameters: unknown[]) => {
      const rows = all(...parameters);
      rowsRead.set(text, (rowsRead.get(text) ?? 0) + rows.length);
      return rows;
    };
    return statement;
  });
}

function bucketsOf({ id }: GrownAccount) {
  return { grouped: `grouped-${id}`, flat: `flat-${id}` };
}

function operations(account: GrownAccount | undefined): PagedOperation[] {
  return account ? operationsOf(server?.endpoint ?? "", account, bucketsOf(account)) : [];
}

/** The statements of one page, and the rows that each gave. */
async function statementsOf({ page }: PagedOperation, token: string | undefined, size: number) {
  rowsRead.clear();
  const next = await page(token, size);
  return { next, statements: new Map(rowsRead) };
}

function rowsOf(statements: ReadonlyMap<string, number>): number {
  return [...statements.values()].reduce((sum, rows) => sum + rows, 0);
}

interface PlanRow {
  readonly detail: string;
}

function planOf(statement: string): string[] {
  const parameters = Array<number>(statement.split("?").length - 1).fill(1);
  const plan = database.prepare(`explain query plan ${statement}`).all(parameters) as PlanRow[];
  return plan.map(({ detail }) => detail);
}

/** Named tables of ours; what a statement makes of a few rows itself has other names. */
const WALKS_A_TABLE = /^SCAN (?:iam|ivs|s3|events|cloudwatch)_/;
const SORTS = /^USE TEMP B-TREE FOR (?:LAST \d+ TERMS? OF )?ORDER BY/;
/** Statements that sort no more than a page, or than a quota allows. */
const MAY_SORT = [
  /^select \* from \(select .* limit \?\) as "objects" union all/,
  /^select "group"\.\*, "member"\."number" from "iam_group_members" as "member" .* where "member"/,
];

function isFaulty(statement: string): boolean {
  const plan = planOf(statement);
  const maySort = MAY_SORT.some((allowed) => allowed.test(statement));
  return plan.some((step) => WALKS_A_TABLE.test(step) || (!maySort && SORTS.test(step)));
}

test.each(accounts)(
  "parts of $items names are listed whole and in order",
  async ({ key, items }) => {
    const client = new iam.IAMClient({
      ...{
        endpoint: server.endpoint,
        region: "us-east-1",
        credentials: { ...key },
        maxAttempts: 1,
      },
    });
    const names = (count: number) =>
      Array.from({ length: count }, (_, i) => `user-${String(i).padStart(7, "0")}`);
    const PolicyArn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    const having: unknown[] = [];
    for await (const page of iam.paginateListEntitiesForPolicy({ client }, { PolicyArn }))
      having.push(...(page.PolicyUsers ?? []).map(({ UserName }) => UserName));
    expect(having).toEqual(names(items / 2));
    const members: unknown[] = [];
    for await (const page of iam.paginateGetGroup({ client }, { GroupName: "group-0000000" }))
      members.push(...(page.Users ?? []).map(({ UserName }) => UserName));
    expect(members).toEqual(names(items));
    const rare: unknown[] = [];
    for await (const page of iam.paginateListUsers({ client, pageSize: 2 }, { PathPrefix: "/ra" }))
      rare.push(...(page.Users ?? []).map(({ Path, UserName }) => `${Path}${UserName}`));
    expect(rare).toEqual(
      names(items).flatMap((name, index) => (index % 1_000 === 500 ? [`/rare/${name}`] : [])),
    );
    const attached: unknown[] = [];
    const used = { Scope: "All", OnlyAttached: true } as const;
    for await (const page of iam.paginateListPolicies({ client, pageSize: 1_000 }, used))
      attached.push(...(page.Policies ?? []).map((one) => [one.PolicyName, one.AttachmentCount]));
    expect(attached).toEqual([
      ...names(items).map((name) => [name.replace("user", "policy"), 1]),
      ["ReadOnlyAccess", items / 2],
    ]);
  },
);

const NAMES = operationsOf("http://127.0.0.1", grownAccounts(1)[0] as GrownAccount, {
  grouped: "",
  flat: "",
}).map(({ name }) => name);

describe.each(NAMES)("%s", (name) => {
  test("reads as much of a long list as of a shorter one, and neither walks nor sorts it", async () => {
    const [short, long] = accounts.map((account) =>
      operations(account).find((o) => o.name === name),
    );
    if (!short || !long) throw new Error(`${name} is gone`);
    // So small that the middle of each list is far from both ends.
    const size = Math.min(25, long.pageSize);
    const first = [
      await statementsOf(short, undefined, size),
      await statementsOf(long, undefined, size),
    ];
    const tokens = [undefined, undefined, ...first.map(({ next }) => next)];
    const second = [
      await statementsOf(short, tokens[2], size),
      await statementsOf(long, tokens[3], size),
    ];
    for (const [index, pages] of [first, second].entries()) {
      const [ofShort, ofLong] = pages;
      if (!ofShort || !ofLong) throw new Error("a page is missing");
      const rowsMax = rowsOf(ofShort.statements) + ROWS_BESIDE;
      let rows = rowsOf(ofLong.statements);
      // Work in the background has its statements at times of its own; a list has them each time.
      if (rows > rowsMax)
        rows = rowsOf((await statementsOf(long, tokens[2 * index + 1], size)).statements);
      expect(rows).toBeLessThanOrEqual(rowsMax);
      const faulty = [...ofLong.statements.keys()].filter(isFaulty);
      if (faulty.length === 0) continue;
      const { statements } = await statementsOf(long, tokens[2 * index + 1], size);
      expect(faulty.filter((statement) => statements.has(statement))).toEqual([]);
    }
  });
});
