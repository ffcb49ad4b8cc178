import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser } from "../support/principals.ts";
import { rolecast } from "../support/rolecast-command.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

let server: TestServer;
let dir: string;

beforeAll(async () => {
  server = await startTestServer();
  dir = await mkdtemp(join(tmpdir(), "rolecast-unused-"));
});
afterAll(async () => {
  await server?.close();
  await rm(dir, { recursive: true, force: true });
});

const LISTS = { Sid: "Lists", Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" };
const READS = { Sid: "Reads", Effect: "Allow", Action: "s3:GetObject", Resource: "*" };

const unused = (user: string, ...more: readonly string[]) => {
  const principal = `arn:aws:iam::000000000000:user/${user}`;
  const env = { AWS_ENDPOINT_URL: server.endpoint };
  return rolecast(["policy", "unused", "--principal", principal, ...more], { env });
};

test("who needed all is said to have", async () => {
  const key = await createUser(server.clients().iam, "thrifty", [LISTS]);
  await server.clients(key).s3.send(new ListBucketsCommand({}));
  const { out, code } = await unused("thrifty");
  expect([out, code]).toEqual([
    "arn:aws:iam::000000000000:user/thrifty needed all that its policies allow.\n",
    0,
  ]);
});

test("what nothing needed is listed, and left out of the policies that are written", async () => {
  const key = await createUser(server.clients().iam, "lavish", [LISTS, READS]);
  await server.clients(key).s3.send(new ListBucketsCommand({}));
  const { out, code } = await unused("lavish", "--reduced", dir);
  expect([out, code]).toEqual([expect.stringMatching(/^[^\n]+: statement Reads isn't used\n$/), 1]);
  const [file = "", ...others] = await readdir(dir);
  expect(others).toEqual([]);
  expect(JSON.parse(await readFile(join(dir, file), "utf8"))).toMatchObject({
    Statement: [LISTS],
  });
});

test("a key that nothing was signed with is listed", async () => {
  const { accessKeyId } = await createUser(server.clients().iam, "idle", []);
  expect(await unused("idle")).toMatchObject({
    out: expect.stringContaining(`access key ${accessKeyId} isn't used\n`),
    code: 1,
  });
});
