import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateUserCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { refusedStart } from "../../support/rolecast-command.ts";
import { startServerProcess } from "../../support/server-process.ts";
import { sendSigned } from "../../support/signed-request.ts";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

/** The modes that the server's own code asks for must suffice: the umask removes nothing here. */
let umask: number;
beforeAll(() => {
  umask = process.umask(0);
});
afterAll(() => {
  process.umask(umask);
});

let dir: string;
let data: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-modes-"));
  data = join(dir, "data");
});
afterEach(() => rmSync(dir, { recursive: true }));

/**
 * Everything below the data folder, and the folder itself, as `path mode`, open to others or not.
 */
function openToOthers(): readonly string[] {
  const paths = readdirSync(data, { recursive: true }).map((name) => join(data, String(name)));
  return [data, ...paths]
    .filter((path) => existsSync(path))
    .map((path) => ({ path, mode: statSync(path).mode & 0o777 }))
    .filter(({ mode }) => (mode & 0o077) !== 0)
    .map(({ path, mode }) => `${path.slice(dir.length)} ${mode.toString(8)}`);
}

const files = () => readdirSync(data, { recursive: true }).map(String);

/** Calls that make every kind of file that a server keeps. */
async function beBusy({ endpoint, clients }: Pick<TestServer, "endpoint" | "clients">) {
  const { s3, iam } = clients(ROOT);
  await s3.send(new CreateBucketCommand({ Bucket: "modes" }));
  await s3.send(new PutObjectCommand({ Bucket: "modes", Key: "object", Body: "x".repeat(10_000) }));
  await iam.send(new CreateUserCommand({ UserName: "eve" }));
  const events = async (operation: string, input: object) => {
    const answer = await sendSigned(
      endpoint,
      {
        body: JSON.stringify(input),
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": `AWSEvents.${operation}`,
        },
      },
      { service: "events" },
    );
    expect(answer.status).toBe(200);
  };
  const pattern = JSON.stringify({ source: ["modes"] });
  await events("PutRule", { Name: "modes", EventPattern: pattern });
  const Arn = "arn:aws:logs:us-east-1:000000000000:log-group:/modes";
  await events("PutTargets", { Rule: "modes", Targets: [{ Id: "1", Arn }] });
  await events("PutEvents", { Entries: [{ Source: "modes", DetailType: "x", Detail: "{}" }] });
  await expect.poll(() => files().some((name) => name.endsWith(".jsonl"))).toBe(true);
}

const LINKED_SERVICES = JSON.stringify([
  {
    servicePrincipal: "queue.example.org",
    roleName: "AWSServiceRoleForQueue",
    policy: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
    },
    usage: { url: "http://127.0.0.1:1/usage" },
  },
]);

test("nothing that a server writes can be read by others", async () => {
  const linked = { ROLECAST_LINKED_SERVICES: LINKED_SERVICES };
  const server = await startServerProcess(["--data", data], linked);
  try {
    await beBusy(server);
    for (const kind of [/rtmps\.key$/, /rtmps\.crt$/, /sealing\.key$/, /lock\.db$/])
      expect(files().filter((name) => kind.test(name))).not.toEqual([]);
    // A journal is there for a second after a call; then its events are in the database.
    const { iam } = server.clients(ROOT);
    await until(async () => {
      await iam.send(new ListUsersCommand({}));
      return files().some((name) => name.endsWith(".journal"));
    }, "a journal of events");
    expect(files().filter((name) => /blobs\/.*\/|\.credentials$/.test(name)).length).toBe(33);
    expect(openToOthers()).toEqual([]);
  } finally {
    await server.stop();
  }
});

test("nor what a server inside another program writes, whose umask stays", async () => {
  const server = await startTestServer({ data });
  try {
    await beBusy(server);
    expect(openToOthers()).toEqual([]);
    expect(process.umask()).toBe(0);
  } finally {
    await server.close();
  }
});

test("a folder that an earlier version left open is closed, with what lies in it", async () => {
  await (await startTestServer({ data })).close();
  const opened = ["rolecast.db", "sealing.key", "lock.db"].filter((name) =>
    existsSync(join(data, name)),
  );
  for (const name of opened) chmodSync(join(data, name), 0o644);
  chmodSync(data, 0o755);
  expect(openToOthers().length).toBe(opened.length + 1);
  const server = await startTestServer({ data });
  try {
    expect(openToOthers()).toEqual([]);
  } finally {
    await server.close();
  }
});

describe("a folder that others may enter before the first start", () => {
  test.each([
    ["is closed if it is empty", []],
    ["is closed if it holds a configuration", ["rolecast.yml"]],
  ])("%s", async (_, names) => {
    mkdirSync(data, { mode: 0o777 });
    for (const name of names) writeFileSync(join(data, name), "");
    const server = await startTestServer({ data });
    try {
      expect(statSync(data).mode & 0o777).toBe(0o700);
    } finally {
      await server.close();
    }
  });

  test("is refused if it is there for other things too", async () => {
    mkdirSync(data, { mode: 0o755 });
    writeFileSync(join(data, "package.json"), "{}");
    const choose = /it isn't used by Rolecast alone\. Choose .* --data/;
    expect((await refusedStart(["--data", data])).err).toMatch(choose);
    expect(statSync(data).mode & 0o777).toBe(0o755);
    expect(readdirSync(data)).toEqual(["package.json"]);
    // The ways out that it names.
    await (await startTestServer({ data: join(data, "rolecast") })).close();
    chmodSync(data, 0o700);
    await (await startTestServer({ data })).close();
  });

  test("is refused if everybody makes files there", async () => {
    mkdirSync(data);
    chmodSync(data, 0o1777);
    expect((await refusedStart(["--data", data])).err).toMatch("it isn't used by Rolecast alone");
    expect(statSync(data).mode & 0o7777).toBe(0o1777);
  });
});

test("ready scripts have the umask of whoever started the server", async () => {
  const script = join(dir, "1.sh");
  writeFileSync(script, `umask > ${join(dir, "umask")}`);
  const server = await startServerProcess(["--data", data, "--ready-dir", dir]);
  try {
    await server.said(/1\.sh: done/);
    expect(Number.parseInt(readFileSync(join(dir, "umask"), "utf8"), 8)).toBe(0);
  } finally {
    await server.stop();
  }
});
