import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as organizations from "@aws-sdk/client-organizations";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAccount, createPolicy, organizationsOf } from "../contract/organizations/support.ts";
import { policyOf } from "../support/principals.ts";
import { rolecast } from "../support/rolecast-command.ts";
import { startTestServer } from "../support/test-server.ts";

const PROD = "222222222222";
const MANAGEMENT = "111111111111";
const ANN = `arn:aws:iam::${PROD}:user/ann`;
const STRANGER = "arn:aws:iam::999999999999:user/eve";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rolecast-guardrails-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const deny = (Action: string, more: object = {}) =>
  policyOf([{ Sid: "No", Effect: "Deny", Action, Resource: "*", ...more }]);

test("a file that isn't there is said to be that", async () => {
  const { code, err } = await rolecast(["guardrails", "test", "nofile.yml"], { cwd: folder });
  expect([code, err]).toEqual([2, "rolecast: The file of tests nofile.yml isn't there.\n"]);
});

test("a folder's policies decide each row, and the deciding one is named", async () => {
  const id = "o-a1b2c3d4e5";
  write(
    "organization/organization.yml",
    `id: ${id}\nmanagementAccount: "${MANAGEMENT}"\nwithoutFullAWSAccess: [/narrow]\n`,
  );
  write("organization/prod/keep.scp.json", deny("iam:DeleteServiceLinkedRole"));
  const outsiders = { StringNotEquals: { "aws:PrincipalOrgID": id } };
  write("organization/prod/ours.rcp.json", deny("s3:*", { Principal: "*", Condition: outsiders }));
  write(`organization/prod/${PROD}/README.md`, "");
  write(
    "organization/narrow/only.scp.json",
    policyOf([{ Effect: "Allow", Action: "s3:*", Resource: "*" }]),
  );
  write("organization/narrow/333333333333/README.md", "");
  const rows = [
    [ANN, "iam:DeleteServiceLinkedRole", "*", "deny"],
    [ANN, "iam:ListRoles", "*", "allow"],
    [`arn:aws:iam::${MANAGEMENT}:user/bob`, "iam:DeleteServiceLinkedRole", "*", "allow"],
    [ANN, "s3:GetObject", "arn:aws:s3:::films/a", "allow"],
    [STRANGER, "s3:GetObject", "arn:aws:s3:::films/a", "deny"],
    ["arn:aws:iam::333333333333:root", "ivs:ListChannels", "*", "deny"],
  ];
  const tests = rows.map(([principal, action, resource, expected]) => ({
    ...{ principal, action, resource, expect: expected },
    ...(action === "s3:GetObject" && { resourceAccount: PROD }),
  }));
  const file = write("tests.yml", JSON.stringify({ organization: "./organization", tests }));
  const report = join(folder, "report.xml");
  const { code, out } = await rolecast(["guardrails", "test", file, "--junit", report]);
  expect(out.split("\n").slice(1)).toEqual([
    expect.stringMatching(/deny +prod\/keep\.scp\.json on the unit `prod`, statement No/),
    expect.stringMatching(/iam:ListRoles .* allow *$/),
    expect.stringMatching(/allow *$/),
    expect.stringMatching(/s3:GetObject .* allow *$/),
    expect.stringMatching(/deny +prod\/ours\.rcp\.json on the unit `prod`, statement No/),
    expect.stringMatching(/deny +no SCP on the unit `narrow` allows it/),
    "6 of 6 as expected",
    "",
  ]);
  expect(code).toBe(0);
  expect(readFileSync(report, "utf8")).toContain('<testsuites tests="6" failures="0">');
});

test("a row that isn't as expected fails the command, and JUnit's report", async () => {
  const tests = [{ name: "a & b", principal: ANN, action: ["iam:GetUser"], expect: "deny" }];
  const file = write("wrong.yml", JSON.stringify({ organization: "./organization", tests }));
  const report = join(folder, "wrong.xml");
  const { code, out } = await rolecast(["guardrails", "test", file, "--junit", report]);
  expect(code).toBe(1);
  expect(out).toContain("a & b: expected deny, decided allow");
  const xml = readFileSync(report, "utf8");
  expect(xml).toContain('failures="1"');
  expect(xml).toContain('name="a &amp; b: ');
  const broken = write("broken.yml", "tests:\n  - principal: x\n    expect: maybe\n");
  const refused = await rolecast(["guardrails", "test", broken]);
  expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/broken\.yml:\d+:\d+/)]);
});

test("without a folder the running server's organization is tried", async () => {
  const server = await startTestServer();
  try {
    const client = organizationsOf(server);
    await client.send(new organizations.CreateOrganizationCommand({}));
    const account = await createAccount(client, "studio");
    const PolicyId = await createPolicy(client, "keep", deny("iam:DeleteServiceLinkedRole"));
    await client.send(new organizations.AttachPolicyCommand({ PolicyId, TargetId: account }));
    const principal = `arn:aws:iam::${account}:user/ann`;
    const tests = [{ principal, action: "iam:DeleteServiceLinkedRole", expect: "deny" }];
    const file = write("server.yml", JSON.stringify({ tests }));
    const { code, out } = await rolecast(
      ["guardrails", "test", file, "--json", "--endpoint", server.endpoint],
      { env: { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" } },
    );
    expect(JSON.parse(out)).toMatchObject([
      {
        decision: "deny",
        decidedBy: expect.stringMatching(
          new RegExp(`/${PolicyId} on the account \`${account}\`, statement No$`),
        ),
      },
    ]);
    expect(code).toBe(0);
  } finally {
    await server.close();
  }
});
