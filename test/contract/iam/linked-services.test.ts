import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  DeleteAccessKeyCommand,
  DeleteServiceLinkedRoleCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetServiceLinkedRoleDeletionStatusCommand,
  ListRolesCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { ConfigInput } from "@rolecast/server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { presignV4 } from "../../support/presigned-url.ts";
import { allow, createUser } from "../../support/principals.ts";
import { sendSigned, sign } from "../../support/signed-request.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

const ACCOUNT = "000000000000";
const PRINCIPAL = "queue.internal.example";
const RoleName = "AWSServiceRoleForInternalQueue";
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/${PRINCIPAL}/${RoleName}`;
const POLICY_ARN = "arn:aws:iam::aws:policy/aws-service-role/InternalQueueServiceRolePolicy";
const SERVICE_KEY: Key = {
  accessKeyId: "AKIAQUEUEQUEUEQUEUEQ",
  secretAccessKey: "the-queue-services-own-secret-key",
};
const POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::*/queues/*" }],
};

/** The usage endpoint, whose answer each test chooses. */
let endpoint: Server;
let port = 0;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const resources = (...arns: string[]) => JSON.stringify({ resources: arns });

beforeAll(async () => {
  endpoint = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
  const address = endpoint.address();
  port = typeof address === "object" && address ? address.port : 0;
});
afterAll(() => {
  endpoint.closeAllConnections();
  endpoint.close();
});

type LinkedService = NonNullable<ConfigInput["linkedServices"]>[number];

const queueService = (usage: Partial<LinkedService["usage"]> = {}): LinkedService => ({
  servicePrincipal: PRINCIPAL,
  roleName: RoleName,
  policy: POLICY,
  // Not spread: the SDK's clients write into the keys they are given.
  accessKeyId: SERVICE_KEY.accessKeyId,
  secretAccessKey: SERVICE_KEY.secretAccessKey,
  usage: { url: `http://127.0.0.1:${port}/usage`, deadlineMs: 5_000, ...usage },
});

async function createRole(server: TestServer): Promise<void> {
  const command = new CreateServiceLinkedRoleCommand({ AWSServiceName: PRINCIPAL });
  await server.clients().iam.send(command);
}

async function requestDeletion(server: TestServer) {
  const { iam } = server.clients();
  const { DeletionTaskId } = await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName }));
  return async () => iam.send(new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId }));
}

async function deleteRole(server: TestServer) {
  const status = await requestDeletion(server);
  await expect
    .poll(async () => (await status()).Status, { interval: 5 })
    .toMatch(/SUCCEEDED|FAILED/);
  return status();
}

const assume = (server: TestServer, key: Key) =>
  server
    .clients(key)
    .sts.send(new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: "queue" }));

describe("before the role of an outside service is deleted", () => {
  let server: TestServer;
  const start = async (usage: Partial<LinkedService["usage"]> = {}) => {
    server = await startTestServer({ linkedServices: [queueService(usage)] });
    await createRole(server);
  };
  afterEach(() => server.close());

  test("its usage is asked for in every Region, by whatever URL was registered", async () => {
    const asked: string[] = [];
    answer = ({ url = "", headers }, response) => {
      asked.push(`${url} ${headers.authorization}`);
      response.end(url.includes("eu-west-1") ? resources("arn:b") : resources());
    };
    await start({
      url: `http://127.0.0.1:${port}/{region}/usage?of={role}`,
      regions: ["us-east-1", "eu-west-1", "ap-northeast-1"],
      authorizationHeader: "Bearer rolecast",
    });
    expect(await deleteRole(server)).toMatchObject({
      Status: "FAILED",
      Reason: {
        Reason: `The role ${RoleName} is in use by ${PRINCIPAL}. Delete the listed resources, then try again.`,
        RoleUsageList: [{ Region: "eu-west-1", Resources: ["arn:b"] }],
      },
    });
    expect(asked.sort()).toEqual(
      ["ap-northeast-1", "eu-west-1", "us-east-1"].map(
        (region) => `/${region}/usage?of=${RoleName}&account=${ACCOUNT} Bearer rolecast`,
      ),
    );
  });

  const silent = () => {};
  const badAnswers: readonly [string, string, typeof answer][] = [
    ["an error", "it answered with status 500", (_, to) => to.writeHead(500).end(resources())],
    ["a redirection", "status 302", (_, to) => to.writeHead(302, { location: "/other" }).end()],
    ["text", "its answer isn't JSON", (_, to) => to.end("nothing")],
    ["other JSON", 'isn\'t {"resources": ["…"]}', (_, to) => to.end('{"resources":"none"}')],
    ["too much", "its answer is too long", (_, to) => to.end("x".repeat(2 ** 20 + 1))],
    ["nothing", "it didn't answer in time", silent],
    ["a broken connection", "it can't be reached", ({ socket }) => socket.destroy()],
  ];
  test.each(badAnswers)("%s is no answer: the role stays", async (_name, reason, how) => {
    let attempts = 0;
    answer = (request, response) => {
      attempts += 1;
      how(request, response);
    };
    // The endpoint shares its thread with the server: a shorter deadline may pass before it is
    // asked.
    await start({ attempts: 2, deadlineMs: how === silent ? 2_000 : 5_000 });
    const { Reason, Status } = await deleteRole(server);
    expect(Status).toBe("FAILED");
    expect(Reason?.RoleUsageList).toEqual([]);
    expect(Reason?.Reason).toContain(
      `${PRINCIPAL} could not tell whether the role ${RoleName} is in use in us-east-1: `,
    );
    expect(Reason?.Reason).toContain(reason);
    expect(attempts).toBe(2);
    expect(await assume(server, SERVICE_KEY)).toHaveProperty("Credentials");
  });

  test("an attempt that fails isn't the last", async () => {
    let attempts = 0;
    answer = (_request, response) => {
      attempts += 1;
      if (attempts < 3) response.writeHead(503).end();
      else response.end(resources());
    };
    await start();
    expect(await deleteRole(server)).toMatchObject({ Status: "SUCCEEDED" });
  });

  test("it has no new sessions, so that nothing begins to use it behind the answer", async () => {
    const held: ServerResponse[] = [];
    const question = new Promise<void>((resolve) => {
      answer = (_request, response) => {
        held.push(response);
        resolve();
      };
    });
    await start();
    const status = await requestDeletion(server);
    await expect(assume(server, SERVICE_KEY)).rejects.toMatchObject({
      name: "EntityTemporarilyUnmodifiable",
      $metadata: { httpStatusCode: 409 },
    });
    // A caller that isn't trusted doesn't learn of it.
    await expect(assume(server, ROOT)).rejects.toMatchObject({ name: "AccessDenied" });
    await question;
    // Other deletions don't wait for this one.
    const { iam } = server.clients();
    await iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: "ivs.amazonaws.com" }));
    const other = await iam.send(
      new DeleteServiceLinkedRoleCommand({ RoleName: "AWSServiceRoleForIVSRecordToS3" }),
    );
    await expect
      .poll(
        async () =>
          (await iam.send(new GetServiceLinkedRoleDeletionStatusCommand(other as never))).Status,
      )
      .toBe("SUCCEEDED");
    expect(await status()).toMatchObject({ Status: "IN_PROGRESS" });
    for (const response of held) response.end(resources("arn:queue"));
    await expect.poll(async () => (await status()).Status).toBe("FAILED");
    expect(await assume(server, SERVICE_KEY)).toHaveProperty("Credentials");
  });

  test("sessions that it had end with it", async () => {
    answer = (_request, response) => response.end(resources());
    await start();
    const { Credentials } = await assume(server, SERVICE_KEY);
    expect(await deleteRole(server)).toMatchObject({ Status: "SUCCEEDED" });
    const key: Key = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    };
    await expect(
      server.clients(key).sts.send(new GetCallerIdentityCommand({})),
    ).rejects.toMatchObject({ name: "InvalidClientTokenId" });
  });
});

test("a deletion that a stopped server left is decided by the next one; who is registered no more can't tell", async () => {
  const data = mkdtempSync(join(tmpdir(), "rolecast-linked-"));
  answer = () => {};
  const first = await startTestServer({ data, linkedServices: [queueService()] });
  await createRole(first);
  const { iam } = first.clients();
  const task = await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName }));
  await first.close();
  const statusOn = (server: TestServer) => async () =>
    (await server.clients().iam.send(new GetServiceLinkedRoleDeletionStatusCommand(task as never)))
      .Status;

  const unregistered = await startTestServer({ data });
  // Nodes that share a database wait for the lease of the one that stopped.
  await expect.poll(statusOn(unregistered)).toBe("FAILED");
  await expect(assume(unregistered, SERVICE_KEY)).rejects.toThrow("security token");
  expect(await deleteRole(unregistered)).toMatchObject({
    Reason: { Reason: expect.stringContaining("the setting linkedServices names") },
  });
  const again = await unregistered
    .clients()
    .iam.send(new DeleteServiceLinkedRoleCommand({ RoleName }));
  expect(again.DeletionTaskId).not.toBe(task.DeletionTaskId);
  await unregistered.close();

  answer = (_request, response) => response.end(resources());
  const last = await startTestServer({ data, linkedServices: [queueService()] });
  expect(await deleteRole(last)).toMatchObject({ Status: "SUCCEEDED" });
  await last.close();
  rmSync(data, { recursive: true, force: true });
});

describe("a registered service's key", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({ linkedServices: [queueService()] });
    await createRole(server);
  });
  afterEach(() => server.close());

  test("opens its own role and nothing else", async () => {
    const { iam, sts } = server.clients(SERVICE_KEY);
    const { Credentials } = await assume(server, SERVICE_KEY);
    const session: Key = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    };
    expect(await server.clients(session).sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${RoleName}/queue`,
    });
    await expect(iam.send(new ListRolesCommand({}))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    const AWSServiceName = "ssm.amazonaws.com";
    await server.clients().iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName }));
    const other = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/${AWSServiceName}/AWSServiceRoleForAmazonSSM`;
    await expect(
      sts.send(new AssumeRoleCommand({ RoleArn: other, RoleSessionName: "other" })),
    ).rejects.toMatchObject({ name: "AccessDenied" });
  });

  test("opens no other role, even of one that trusts the service", async () => {
    const statement = {
      ...{ Effect: "Allow", Action: "sts:AssumeRole" },
      Principal: { Service: PRINCIPAL },
    };
    const AssumeRolePolicyDocument = JSON.stringify({
      ...{ Version: "2012-10-17", Statement: [statement] },
    });
    const { iam } = server.clients();
    const role = { RoleName: "customers-own", AssumeRolePolicyDocument };
    const { Role } = await iam.send(new CreateRoleCommand(role));
    const input = { RoleArn: Role?.Arn, RoleSessionName: "queue" };
    const { sts } = server.clients(SERVICE_KEY);
    await expect(sts.send(new AssumeRoleCommand(input))).rejects.toMatchObject({
      ...{ name: "AccessDenied", $metadata: { httpStatusCode: 403 } },
    });
    expect(await assume(server, SERVICE_KEY)).toHaveProperty("Credentials");
  });

  test("its role's policy is the registered one", async () => {
    const { iam } = server.clients();
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn: POLICY_ARN, VersionId: "v1" }),
    );
    expect(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ""))).toEqual(POLICY);
    expect(await iam.send(new GetRoleCommand({ RoleName }))).toMatchObject({
      Role: { Arn: ROLE_ARN },
    });
  });

  test("is made when none is given, and left where the service finds it", async () => {
    const { accessKeyId: _id, secretAccessKey: _secret, ...keyless } = queueService();
    const other = await startTestServer({ linkedServices: [keyless] });
    const [{ file } = { file: "" }] = other.server.linkedServices;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const [, id = "", secret = ""] =
      /^\[default\]\naws_access_key_id = (\w{20})\naws_secret_access_key = (\S{40})\n$/.exec(
        readFileSync(file, "utf8"),
      ) ?? [];
    await createRole(other);
    expect(await assume(other, { accessKeyId: id, secretAccessKey: secret })).toHaveProperty(
      "Credentials",
    );
    await other.close();
  });
});

describe("a forward access session", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ linkedServices: [queueService()] });
  });
  afterAll(() => server.close());

  const forward = async (input: object, as: Key = SERVICE_KEY) => {
    const body = JSON.stringify(input);
    const headers = { "content-type": "application/json" };
    const raw = { path: "/forward-access-sessions", headers, body };
    const response = await sendSigned(server.endpoint, raw, { key: as, service: "rolecast" });
    return { status: response.status, body: JSON.parse(response.body) };
  };

  /** Trades the request that the service received from `caller` for a session. */
  async function trade(caller: Key, signedFor = "queue", as: Key = SERVICE_KEY, body = "") {
    const received = { method: "PUT", path: "/queues/a", headers: {}, body: "payload" };
    const headers = await sign("http://queue.test:80", received, {
      key: caller,
      service: signedFor,
    });
    const input = {
      Method: "PUT",
      Path: "/queues/a",
      Headers: headers,
      Body: Buffer.from(body === "" ? "payload" : body).toString("base64"),
    };
    return forward(input, as);
  }

  /** The same for a URL that `ROOT` presigned for the service. */
  function tradeUrl(ageMs: number, expiresSeconds: number) {
    const [Path = "", Query = ""] = presignV4("queue.test", {
      ...{ path: "/queues/a", service: "queue", expiresSeconds },
      signedAtMs: Date.now() - ageMs,
    }).split("?");
    return forward({ Method: "GET", Path, Query, Headers: { Host: "queue.test" } });
  }

  test("is given for what its caller wants now, and not for an old URL", async () => {
    const WEEK = 7 * 24 * 60 * 60;
    expect(await tradeUrl(0, WEEK)).toMatchObject({ status: 200 });
    for (const minutes of [16, 60, 6 * 24 * 60]) {
      expect(await tradeUrl(minutes * 60_000, WEEK)).toMatchObject({
        status: 403,
        body: { message: expect.stringContaining("more than 15 minutes ago") },
      });
    }
    // It ends with the URL, if that is before the five minutes of every session.
    const { body } = await tradeUrl(60_000, 90);
    expect(new Date(body.Credentials.Expiration * 1000).getTime()).toBeLessThan(
      Date.now() + 60_000,
    );
  });

  test("is given for a request whose headers come once", async () => {
    const [Path = "", Query = ""] = presignV4("queue.test", {
      ...{ path: "/queues/a", service: "queue" },
    }).split("?");
    const Headers = { host: "queue.test", Host: "other.test" };
    expect(await forward({ Method: "GET", Path, Query, Headers })).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('the header "host" twice') },
    });
  });

  function keyOf({ body }: Awaited<ReturnType<typeof trade>>): Key {
    return {
      accessKeyId: body.Credentials.AccessKeyId,
      secretAccessKey: body.Credentials.SecretAccessKey,
      sessionToken: body.Credentials.SessionToken,
    };
  }

  test("is given to a registered service, for a request that was signed for it", async () => {
    const refusals = [
      [await trade(ROOT, "sqs"), /signed for "sqs", not for "queue"/],
      [await trade(ROOT, "queue", ROOT), /Only a service of the setting linkedServices/],
      [await trade(SERVICE_KEY), /isn't signed by somebody of an account/],
      [await trade(ROOT, "queue", SERVICE_KEY, "another body"), /signature/],
      [await trade({ ...ROOT, secretAccessKey: "guess" }), /signature/],
    ] as const;
    for (const [refusal, message] of refusals) {
      expect(refusal.status).toBe(403);
      expect(refusal.body.message).toMatch(message);
    }
    const session = await trade(ROOT);
    expect(session).toMatchObject({
      status: 200,
      body: { AccountId: ACCOUNT, CallerArn: `arn:aws:iam::${ACCOUNT}:root` },
    });
    // It can't be traded on.
    expect(await trade(keyOf(session))).toMatchObject({ status: 403 });
  });

  test("reaches what the service was registered for, and ends with its caller's key", async () => {
    const user = await createUser(server.clients().iam, "admin", [allow("*")]);
    const { iam, sts } = server.clients(keyOf(await trade(user)));
    const create = () =>
      iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: "batch.amazonaws.com" }));
    expect(await create()).toHaveProperty("Role");
    await expect(iam.send(new ListUsersCommand({}))).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringContaining("may not call iam:ListUsers for its callers"),
    });
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    const { accessKeyId: AccessKeyId } = user;
    await server.clients().iam.send(new DeleteAccessKeyCommand({ UserName: "admin", AccessKeyId }));
    await expect(create()).rejects.toMatchObject({ name: "InvalidClientTokenId" });
  });
});

describe("the setting linkedServices", () => {
  const refused: readonly [string, Partial<LinkedService>, RegExp][] = [
    ["AWS's principal", { servicePrincipal: "sqs.amazonaws.com" }, /AWS's own names/],
    ["AWS's role", { roleName: "AWSServiceRoleForAmazonSSM" }, /AWSServiceRoleForAmazonSSM, which/],
    ["another name", { roleName: "Queue" }, /AWSServiceRoleFor, and a name/],
    ["a policy that IAM would refuse", { policy: { Version: "2012-10-17" } }, /Syntax errors/],
    ["half a key", { secretAccessKey: undefined }, /only go together/],
    ["STS for callers", { forwards: ["sts:AssumeRole"] }, /never forwarded/],
    ["no URL", { usage: { url: "queue" } }, /an http or https URL/],
    ["a typing mistake", { suffix: true } as never, /suffix/],
  ];
  test.each(refused)("refuses %s", async (_name, change, message) => {
    const linkedServices = [{ ...queueService(), ...change }];
    await expect(startTestServer({ linkedServices })).rejects.toThrow(message);
  });
});
