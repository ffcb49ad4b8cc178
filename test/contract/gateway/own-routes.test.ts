import { execFile } from "node:child_process";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";
import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteUserPolicyCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findOnPath } from "../../../packages/cli/src/demo/find-program.ts";
import { readFeed } from "../../support/read-feed.ts";
import { openFeed, type RawRequest, send, sendSigned, sign } from "../../support/signed-request.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

const run = promisify(execFile);
const OTHER: Key = { accessKeyId: "otherroot", secretAccessKey: "othersecret" };
const OTHER_ID = "111122223333";
/** Under which this machine reaches itself from outside, as it were. */
const OWN_ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === "IPv4" && !address.internal)?.address;
const FEEDS = ["logs", "decisions", "cloudtrail", "events"] as const;
const ACTIONS = {
  logs: "rolecast:ReadLogs",
  decisions: "rolecast:ReadDecisions",
  cloudtrail: "rolecast:ReadCloudTrail",
  events: "rolecast:ReadEvents",
} as const;

let server: TestServer;
let users = 0;
beforeAll(async () => {
  const { accessKeyId: rootAccessKeyId, secretAccessKey: rootSecretAccessKey } = OTHER;
  server = await startTestServer({
    accounts: [{ id: OTHER_ID, rootAccessKeyId, rootSecretAccessKey }],
  });
});
afterAll(() => server.close());

/** A user of the default account with these actions. */
async function userWith(Action: readonly string[]) {
  const { iam } = server.clients();
  const UserName = `reader${users++}`;
  await iam.send(new CreateUserCommand({ UserName }));
  const Statement = [{ Effect: "Allow", Action, Resource: "*" }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "own", PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
  return { UserName, key: { accessKeyId, secretAccessKey } };
}

function signedGet(name: string, key: Key) {
  const raw = { method: "GET", path: `/_rolecast/${name}` };
  return sendSigned(server.endpoint, raw, { key, service: "rolecast" });
}

describe.each(FEEDS)("the feed %s", (name) => {
  test("isn't told to who didn't sign, or signed for another service, and says how to", async () => {
    const raw = { method: "GET", path: `/_rolecast/${name}` };
    const unsigned = await send(server.endpoint, raw);
    expect(unsigned.status).toBe(403);
    expect(unsigned.body).toContain("aws-sigv4 aws:amz:us-east-1:rolecast");
    const forIam = await sendSigned(server.endpoint, raw, { service: "iam" });
    expect(forIam.status).toBe(403);
    const wrong = { ...ROOT, secretAccessKey: "wrong" };
    expect((await signedGet(name, wrong)).status).toBe(403);
    const headers = await sign(server.endpoint, raw, { service: "rolecast" });
    const elsewhere = { ...raw, path: "/_rolecast/events?after=3", headers };
    expect((await send(server.endpoint, elsewhere)).status).toBe(403);
  });

  test("is told to who is allowed it, and to nobody else", async () => {
    const { key } = await userWith([ACTIONS[name]]);
    const allowed = await openFeed(server.endpoint, name, { key });
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get("content-type")).toBe("text/event-stream");
    await readFeed(allowed, "\n\n");
    const others = Object.values(ACTIONS).filter((action) => action !== ACTIONS[name]);
    const { key: denied } = await userWith(others);
    const refused = await signedGet(name, denied);
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.body).toContain(`is not authorized to perform: ${ACTIONS[name]}`);
    expect(refused.headers["x-rolecast-authorization-id"]).toMatch(/^[0-9a-z]{25}$/);
    const { cloudtrail } = server.clients();
    const { Events = [] } = await cloudtrail.send(
      new LookupEventsCommand({
        LookupAttributes: [
          { AttributeKey: "EventName", AttributeValue: ACTIONS[name].slice("rolecast:".length) },
        ],
      }),
    );
    const outcomes = Events.map(({ CloudTrailEvent = "{}" }) => JSON.parse(CloudTrailEvent));
    expect(outcomes.map(({ errorCode }) => errorCode)).toContain("AccessDenied");
    expect(outcomes.map(({ errorCode }) => errorCode)).toContain(undefined);
  });
});

test("an account hears of itself alone", async () => {
  const answers = await Promise.all(
    [ROOT, OTHER].map(async (key) => {
      const [decisions, records] = await Promise.all([
        openFeed(server.endpoint, "decisions", { key }),
        openFeed(server.endpoint, "cloudtrail", { key }),
      ]);
      return [readFeed(decisions, "iam:CreateUser"), readFeed(records, '"CreateUser"')] as const;
    }),
  );
  for (const key of [ROOT, OTHER]) {
    const UserName = `made-by-${key.accessKeyId}`;
    await server.clients(key).iam.send(new CreateUserCommand({ UserName }));
  }
  const [own = [], others = []] = await Promise.all(answers.map((texts) => Promise.all(texts)));
  for (const text of own) expect(text).toContain("made-by-test");
  for (const text of own) expect(text).not.toContain("otherroot");
  for (const text of others) expect(text).toContain("made-by-otherroot");
  for (const text of others) expect(text).not.toContain("made-by-test");
});

test.each([
  ["GET", "logs"],
  ["GET", "metrics"],
  ["GET", "health"],
  ["POST", "state/reset"],
  ["POST", "state/drain"],
])("%s %s is the default account's, whatever another account allows", async (method, name) => {
  const raw = { method, path: `/_rolecast/${name}` };
  const answer = await sendSigned(server.endpoint, raw, { key: OTHER, service: "rolecast" });
  expect(answer.status).toBe(403);
  expect(answer.body).toContain("not authorized to perform: rolecast:");
});

test("metrics, health and the reset are operations too, each with its own action", async () => {
  const routes = [
    ["GET", "metrics", "rolecast:ReadMetrics", "rolecast_requests_total"],
    ["GET", "health", "rolecast:ReadHealth", '"ffmpeg"'],
    ["POST", "state/reset", "rolecast:Reset", '"reset"'],
  ] as const;
  const { key } = await userWith(Object.values(ACTIONS));
  // A proxy in front changes nothing for who signs.
  const headers = { "x-forwarded-for": "203.0.113.7", via: "1.1 proxy" };
  for (const [method, name, action] of routes) {
    const raw = { method, path: `/_rolecast/${name}`, headers };
    const refused = await sendSigned(server.endpoint, raw, { key, service: "rolecast" });
    expect(refused.status).toBe(403);
    expect(refused.body).toContain(`not authorized to perform: ${action}`);
  }
  for (const [method, name, action, part] of routes) {
    const { key: allowed } = await userWith([action]);
    const raw = { method, path: `/_rolecast/${name}`, headers };
    const answer = await sendSigned(server.endpoint, raw, { key: allowed, service: "rolecast" });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toContain(part);
  }
});

describe("a feed that is open", () => {
  const denied = "rolecast:ReadEvents";

  // Each waits for the next look at its reader.
  test.concurrent.each([
    [
      "whose key is deactivated",
      async (UserName: string, { accessKeyId: AccessKeyId }: Key) => {
        const Status = "Inactive" as const;
        const command = new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status });
        await server.clients().iam.send(command);
      },
    ],
    [
      "whose policy is deleted",
      async (UserName: string) => {
        const command = new DeleteUserPolicyCommand({ UserName, PolicyName: "own" });
        await server.clients().iam.send(command);
      },
    ],
    [
      "whose reader is denied by one more policy",
      async (UserName: string) => {
        const PolicyArn = "arn:aws:iam::aws:policy/AWSDenyAll";
        await server.clients().iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
      },
    ],
  ])("%s ends", async (_what, end) => {
    const { UserName, key } = await userWith([denied]);
    const response = await openFeed(server.endpoint, "events", { key });
    const text = readFeed(response);
    await end(UserName, key);
    expect(await text).toMatch(/: ended, (?:AccessDenied|UnrecognizedClientException)/);
  });

  test("takes one of its account's places, and none of another account's", async () => {
    const open: AbortController[] = [];
    const statuses = new Set<number>();
    for (let reader = 0; reader < 25; reader += 1) {
      const abort = new AbortController();
      open.push(abort);
      const { signal } = abort;
      statuses.add((await openFeed(server.endpoint, "events", { key: OTHER, signal })).status);
    }
    expect([...statuses]).toEqual([200, 429]);
    const ours = await openFeed(server.endpoint, "events");
    expect(ours.status).toBe(200);
    await readFeed(ours, "\n\n");
    for (const abort of open) abort.abort();
  });
});

describe("without a signature", () => {
  const asked = (raw: RawRequest) => send(server.endpoint, { method: "GET", ...raw });

  test.each([
    { "x-forwarded-for": "127.0.0.1" },
    { via: "1.1 proxy" },
    { forwarded: "for=127.0.0.1" },
    { origin: "http://evil.example" },
    { "sec-fetch-site": "cross-site" },
  ])("what comes with %j may be a stranger's", async (headers) => {
    const metrics = await asked({ path: "/_rolecast/metrics", headers });
    expect(metrics.status).toBe(403);
    expect(metrics.body).not.toContain("rolecast_requests_total");
    for (const path of ["/_rolecast/state/reset", "/_localstack/state/reset"]) {
      const reset = await asked({ method: "POST", path, headers });
      expect(reset.status).toBe(403);
    }
    for (const path of ["/_rolecast/health", "/_localstack/health"]) {
      const health = JSON.parse((await asked({ path, headers })).body);
      expect(health.services.s3).toBe("running");
      const ports = ["rtmpPort", "rtmpsPort", "srtPort", "webrtcPort"];
      expect(Object.keys(health.ivs)).toEqual(ports);
    }
  });

  test.each([
    ["GET", "health", 200, "application/json"],
    ["GET", "health/live", 200, "application/json"],
    ["GET", "health/ready", 200, "application/json"],
    // Source: Prometheus's documentation, "Exposition formats".
    ["GET", "metrics", 200, "text/plain; version=0.0.4; charset=utf-8"],
    ["POST", "health", 404, "application/json"],
    ["GET", "state/reset", 404, "application/json"],
    ["GET", "nothing", 404, "application/json"],
  ])(
    "%s of %s is answered %i as %s, signed and unsigned alike",
    async (method, name, status, type) => {
      const raw = { method, path: `/_rolecast/${name}` };
      const { status: answered, headers } = await send(server.endpoint, raw);
      expect([answered, headers["content-type"]]).toEqual([status, type]);
      if (name !== "health" && name !== "metrics") return;
      const signed = await sendSigned(server.endpoint, raw, { service: "rolecast" });
      if (method === "GET") expect(signed.headers["content-type"]).toBe(type);
    },
  );

  test("a program on this machine reads metrics and health, and resets where that is allowed", async () => {
    expect((await asked({ path: "/_rolecast/metrics" })).status).toBe(200);
    expect(JSON.parse((await asked({ path: "/_rolecast/health" })).body).ivs.ffmpeg).toBeDefined();
    const reset = await asked({ method: "POST", path: "/_rolecast/state/reset" });
    expect(reset).toMatchObject({ status: 200 });
  });

  test("what is signed by somebody who may not reset isn't taken for unsigned", async () => {
    const { key } = await userWith(["rolecast:ReadLogs"]);
    for (const [path, service] of [
      ["/_localstack/state/reset", "rolecast"],
      ["/_rolecast/state/reset", "s3"],
      ["/_rolecast/state/reset", "rolecast"],
    ] as const)
      for (const signer of [key, OTHER]) {
        const reset = await sendSigned(
          server.endpoint,
          { method: "POST", path },
          { key: signer, service },
        );
        expect([path, service, reset.status]).toEqual([path, service, 403]);
      }
  });

  test("on a server for other machines, a program inside its container resets it", async () => {
    const open = await startTestServer({ host: "0.0.0.0" });
    const endpoint = `http://127.0.0.1:${open.server.ports.http}`;
    const reset = await send(endpoint, { method: "POST", path: "/_rolecast/state/reset" });
    await open.close();
    expect(reset.status).toBe(200);
  });

  test.skipIf(OWN_ADDRESS === undefined)(
    "another machine reads neither metrics nor details",
    async () => {
      const open = await startTestServer({ host: "0.0.0.0" });
      const endpoint = `http://${OWN_ADDRESS}:${open.server.ports.http}`;
      const metrics = await send(endpoint, { method: "GET", path: "/_rolecast/metrics" });
      const spoofed = {
        method: "POST",
        path: "/_rolecast/state/reset",
        headers: { host: "localhost" },
      };
      const reset = await send(endpoint, spoofed);
      const health = await send(endpoint, { method: "GET", path: "/_rolecast/health" });
      await open.close();
      expect([metrics.status, reset.status]).toEqual([403, 403]);
      expect(health.body).not.toContain("ffmpeg");
    },
  );
});

test("a signed URL opens a feed", async () => {
  const { SignatureV4 } = await import("@smithy/signature-v4");
  const { Hash } = await import("@smithy/core/serde");
  const { hostname, port, host } = new URL(server.endpoint);
  const options = { service: "rolecast", region: "us-east-1", sha256: Hash.bind(null, "sha256") };
  const presigned = await new SignatureV4({ ...options, credentials: ROOT }).presign({
    ...{ method: "GET", protocol: "http:", hostname, port: Number(port), headers: { host } },
    path: "/_rolecast/events",
  });
  const query = new URLSearchParams(presigned.query as Record<string, string>);
  const answer = await fetch(`${server.endpoint}/_rolecast/events?${query}`);
  expect(answer.status).toBe(200);
  await readFeed(answer, "\n\n");
});

test.skipIf(findOnPath("curl") === undefined)("curl signs (skipped without curl)", async () => {
  const curl = ["-sS", "--aws-sigv4", "aws:amz:us-east-1:rolecast", "--user", "test:test"];
  const url = `${server.endpoint}/_rolecast/metrics`;
  const said = await run("curl", [...curl, url, "-H", "via: 1.1 proxy"]);
  expect(said.stdout).toContain("rolecast_requests_total");
});

test("a server that drains isn't ready, says so, and ends", async () => {
  const draining = await startTestServer();
  const ready = async () => {
    const answer = await fetch(`${draining.endpoint}/_rolecast/health/ready`);
    return { status: answer.status, body: await answer.json() };
  };
  expect(await ready()).toEqual({ status: 200, body: { status: "ready" } });
  const path = "/_rolecast/state/drain";
  const unsigned = (timeout: string) =>
    send(draining.endpoint, { method: "POST", path: `${path}?timeout=${timeout}` });
  const signed = (timeout: string) =>
    sendSigned(
      draining.endpoint,
      { method: "POST", path, query: { timeout } },
      { service: "rolecast" },
    );
  for (const timeout of ["-1", "x", "1e3", "604801", ""])
    expect(await unsigned(timeout)).toMatchObject({ status: 400 });
  expect(await signed("604801")).toMatchObject({ status: 400 });
  const proxied = { method: "POST", path, headers: { via: "1.1 p" } };
  expect(await send(draining.endpoint, proxied)).toMatchObject({ status: 403 });
  expect((await ready()).status).toBe(200);
  const open = await openFeed(draining.endpoint, "logs");
  await draining.clients().iam.send(new CreateUserCommand({ UserName: "before" }));
  const answer = await signed("60");
  expect(JSON.parse(answer.body)).toMatchObject({ stage: "draining", draining: 1 });
  await draining.server.drained;
  await draining.close();
  await expect(ready()).rejects.toThrow("fetch failed");
  await open.body?.cancel();
});
