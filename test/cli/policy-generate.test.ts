import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rolecast } from "../support/rolecast-command.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

/** A program as a user has it: the SDK, with what its environment gives it. */
const PROGRAM = `
import { S3 } from "@aws-sdk/client-s3";
import { Ivs } from "@aws-sdk/client-ivs";
const s3 = new S3({ forcePathStyle: true });
await s3.createBucket({ Bucket: "generated" });
await s3.putObject({ Bucket: "generated", Key: "a/1.ts", Body: "x" });
await s3.putObject({ Bucket: "generated", Key: "a/2.ts", Body: "x" });
await new Ivs().createRecordingConfiguration({
  destinationConfiguration: { s3: { bucketName: "generated" } },
});
process.exitCode = Number(process.argv[2] ?? 0);
`;
const ROLES = "arn:aws:iam::000000000000:role/aws-service-role/ivs.amazonaws.com/*";

let server: TestServer;
let dir = "";
let program = "";
beforeAll(async () => {
  server = await startTestServer();
  dir = mkdtempSync(join(tmpdir(), "rolecast-generate-"));
  // Beside the packages that it imports.
  program = join(import.meta.dirname, `../../node_modules/.generate-${process.pid}.mjs`);
  writeFileSync(program, PROGRAM);
});
afterAll(async () => {
  await server?.close();
  rmSync(dir, { recursive: true, force: true });
  rmSync(program, { force: true });
});

function generate(...args: string[]) {
  const env = {
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    HOME: dir,
  };
  return rolecast(["policy", "generate", ...args], { env, cwd: dir });
}

test("policy generate --record writes the policy of a program, and checks another", async () => {
  const run = ["--record", "--resources", "prefix", "--", process.execPath, program];
  const { code, out, err } = await generate(...run);
  expect(code, err).toBe(0);
  const { Statement } = JSON.parse(out);
  expect(Statement).toContainEqual({
    Sid: expect.any(String),
    Effect: "Allow",
    Action: "s3:PutObject",
    Resource: "arn:aws:s3:::generated/a/*",
  });
  // The role's creation, which IVS asks for on the caller's behalf, for IVS alone.
  expect(Statement).toContainEqual({
    Sid: expect.any(String),
    Effect: "Allow",
    Action: "iam:CreateServiceLinkedRole",
    Resource: ROLES,
    Condition: { StringEquals: { "iam:AWSServiceName": ["ivs.amazonaws.com"] } },
  });
  expect(err).toMatch(
    /^\d+ calls of arn:aws:iam::000000000000:root: \d+ statements in 1 policy\.$/m,
  );

  const policy = join(dir, "policy.json");
  const fewer = Statement.filter(({ Action }: { Action: string }) => Action !== "s3:PutObject");
  writeFileSync(policy, JSON.stringify({ Version: "2012-10-17", Statement: fewer }));
  const checked = await generate("--record", "--check", policy, ...run.slice(3));
  expect(checked.code).toBe(1);
  expect(checked.out).toContain("not allowed: s3:PutObject on arn:aws:s3:::generated/a/1.ts\n");
  expect(checked.out.split("\n").filter(Boolean)).toHaveLength(2);
});

test("a program's own failure is the command's", async () => {
  expect((await generate("--record", "--", process.execPath, program, "7")).code).toBe(7);
});

test("without a program, the policy is of what the server remembers", async () => {
  const root = ["--principal", "arn:aws:iam::000000000000:root"];
  const run = [...root, "--since", "1h", "--resources", "prefix", "--reasons", "why.md"];
  const { code, out, err } = await generate(...run);
  expect(code, err).toBe(0);
  expect(JSON.parse(out).Statement).toContainEqual(
    expect.objectContaining({ Action: "s3:PutObject", Resource: "arn:aws:s3:::generated/a/*" }),
  );
  const reasons = readFileSync(join(dir, "why.md"), "utf8");
  expect(reasons).toContain("# What arn:aws:iam::000000000000:root called\n");
  expect(reasons).toMatch(/\n\n## S3\d\ns3:PutObject, needed by:\n- s3:PutObject\n/);
  const later = await generate(...root, "--since", "2999-01-01");
  expect(later.err).toContain("no calls of arn:aws");
});

test.each([
  [["--since", "soon"], /a time is 90m, 12h or 7d ago/],
  [["--record", "--since", "1h", "--", "true"], /leave --record out/],
  [["true"], /a program is run with --record/],
  [["--record"], /name the program after --/],
  [["--from", "no.jsonl"], /no\.jsonl/],
])("%j says what is missing", async (args, message) => {
  const { code, err } = await generate(...args);
  expect([code, err]).toEqual([expect.any(Number), expect.stringMatching(message)]);
  expect(code).not.toBe(0);
});

test("--from takes lines of decisions, and asks for a name where several called", async () => {
  const line = (principalArn: string, resource: string) =>
    JSON.stringify({ principalArn, action: "s3:GetObject", resource, allowed: true });
  const sessions = "arn:aws:sts::000000000000:assumed-role/app";
  const lines = [
    line(`${sessions}/one`, "arn:aws:s3:::b/k"),
    line(`${sessions}/two`, "arn:aws:s3:::b/*?"),
    line("arn:aws:iam::000000000000:user/ann", "arn:aws:s3:::b/other"),
  ];
  writeFileSync(join(dir, "calls.jsonl"), `${lines.join("\n")}\n`);
  expect((await generate("--from", "calls.jsonl")).err).toContain(
    "several called: arn:aws:iam::000000000000:role/app, arn:aws:iam::000000000000:user/ann.",
  );
  const role = ["--principal", "arn:aws:iam::000000000000:role/team/app"];
  const { out } = await generate("--from", "calls.jsonl", ...role);
  expect(JSON.parse(out).Statement[0].Resource).toEqual([
    "arn:aws:s3:::b/${*}${?}",
    "arn:aws:s3:::b/k",
  ]);
  writeFileSync(join(dir, "calls.jsonl"), "{}\n");
  expect((await generate("--from", "calls.jsonl")).err).toContain("calls.jsonl:1: this is no dec");
});
