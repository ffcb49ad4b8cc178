import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateStackCommand, DescribeStackEventsCommand } from "@aws-sdk/client-cloudformation";
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { POSTGRES_PASSWORD } from "../../../packages/server/src/storage/testing/postgres-server.ts";
import { cloudFormationOf, stackOf, template } from "../../contract/cloudformation/support.ts";
import { rolecast } from "../../support/rolecast-command.ts";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { testDatabase } from "../../support/test-database.ts";
import { startTestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { EchoingEndpoint, ODD_ANSWERS, type OddAnswer } from "./echoing-endpoint.ts";
import { commandLines, KnownSecrets } from "./known-secrets.ts";

/*
 * The operator's secrets, and those that callers have the server keep, show up nowhere, whatever
 * the other side answers.
 */

const ODD = Object.keys(ODD_ANSWERS) as readonly OddAnswer[];
const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const isShared = process.env.ROLECAST_TEST_DATABASE !== undefined;
const Bucket = "kept";

const secrets = new KnownSecrets();
const storeKey = {
  accessKeyId: secrets.make("the store's key id"),
  secretAccessKey: secrets.make("the store's key"),
};
let home = "";
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "rolecast-kept-secrets-"));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function startEndpoint() {
  const endpoint = new EchoingEndpoint();
  const host = await endpoint.start();
  ends.push(() => endpoint.close());
  return { endpoint, host };
}

/** All settings that hold a secret; `host` is where all that they name is. */
function settingsWith(host: string) {
  const urlOf = (what: string) =>
    `http://rolecast:${secrets.make(`the password of ${what}`)}@${host}/${what}` +
    `?token=${secrets.make(`the token of ${what}`)}`;
  return {
    objects: { type: "s3", endpoint: `http://${host}`, bucket: "bytes", credentials: storeKey },
    inlineObjectBytes: 0,
    webhooks: [{ url: urlOf("a webhook"), secret: secrets.make("a webhook's secret") }],
    eventFunctions: { [arnOf("target")]: urlOf("a function") },
    customResources: { [arnOf("maker")]: urlOf("a custom resource") },
    chatReviewHandlers: { [arnOf("review")]: urlOf("a review handler") },
    accounts: [
      {
        id: "123456789012",
        rootAccessKeyId: "AKIAOTHER",
        rootSecretAccessKey: secrets.make("an account's root key"),
      },
    ],
    otlpEndpoint: urlOf("a collector"),
  };
}

type Settings = ReturnType<typeof settingsWith>;

/** Everything that was seen of a server. */
class Seen {
  readonly #texts: (readonly [where: string, text: string])[] = [];

  add(where: string, text: unknown): void {
    this.#texts.push([where, typeof text === "string" ? text : JSON.stringify(text)]);
  }

  /** Notes a request's refusal with all that its caller gets to see. */
  async refused(where: string, sent: Promise<unknown>): Promise<void> {
    await sent.then(
      (answer) => this.add(where, answer),
      (error: Error & { readonly $response?: { readonly headers?: object } }) =>
        this.add(where, `${error.name} ${error.message} ${JSON.stringify(error)}`),
    );
  }

  get secrets(): readonly string[] {
    return this.#texts.flatMap(([where, text]) =>
      secrets.in(text).map((secret) => `${where}: ${secret}`),
    );
  }
}

async function start(name: string, settings: Partial<Settings>): Promise<ServerProcess> {
  await mkdir(join(home, name), { recursive: true });
  const file = join(home, name, "rolecast.yml");
  await writeFile(file, JSON.stringify(settings));
  const flags = ["--config", file, "--data", join(home, name, "data")];
  // Without a variable of the tests' own: the settings name the store.
  const more = ["--log-level", "debug", "--log-format", "json", "--ingest-workers", "1"];
  const server = await startServerProcess([...flags, ...more], { ROLECAST_OBJECTS: "" });
  ends.push(() => server.stop("SIGKILL"));
  return server;
}

/** All that a store is asked for: each may be refused. */
async function useStore(client: s3.S3Client, seen: Seen): Promise<void> {
  const send = (what: string, sent: Promise<unknown>) => seen.refused(what, sent);
  const long = Buffer.alloc(1024 * 1024);
  await send("PutObject", client.send(new s3.PutObjectCommand({ Bucket, Key: "b", Body: "b" })));
  await send(
    "a long PutObject",
    client.send(new s3.PutObjectCommand({ Bucket, Key: "l", Body: long })),
  );
  const got = client.send(new s3.GetObjectCommand({ Bucket, Key: "a" }));
  await send(
    "GetObject",
    got.then(({ Body }) => Body?.transformToString()),
  );
  const CopySource = `${Bucket}/a`;
  await send("CopyObject", client.send(new s3.CopyObjectCommand({ Bucket, Key: "c", CopySource })));
  await send("DeleteObject", client.send(new s3.DeleteObjectCommand({ Bucket, Key: "a" })));
}

async function lookAt({ endpoint, pid, clients }: ServerProcess, seen: Seen): Promise<void> {
  for (const path of ["health", "health/ready", "metrics"])
    seen.add(path, await (await fetch(`${endpoint}/_rolecast/${path}`)).text());
  for (const line of await commandLines(pid)) seen.add("command lines", line);
  const at = ["--endpoint", endpoint];
  for (const command of [["status"], ["status", "--json"]])
    seen.add(command.join(" "), await rolecast([...command, ...at], { cwd: home }));
  const { port } = new URL(endpoint);
  seen.add("doctor", await rolecast(["doctor", "--port", port, "--json"], { cwd: home }));
  const { credentials } = clients().iam.config;
  const trail = new CloudTrailClient({ endpoint, region: "us-east-1", credentials });
  const { Events } = await trail.send(new LookupEventsCommand({}));
  expect(Events?.length).toBeGreaterThan(0);
  seen.add("CloudTrail", Events);
}

/** Has what the server sends elsewhere sent: to functions, API destinations and providers. */
async function useEndpoints(server: ServerProcess, host: string, seen: Seen): Promise<void> {
  const { endpoint, root, clients } = server;
  const { credentials } = clients().iam.config;
  const events = new eventbridge.EventBridgeClient({ endpoint, region: "us-east-1", credentials });
  const named = { Name: "echo" };
  const ApiKeyValue = secrets.make("a connection's key");
  const AuthParameters = { ApiKeyAuthParameters: { ApiKeyName: "x-key", ApiKeyValue } };
  const { ConnectionArn } = await events.send(
    new eventbridge.CreateConnectionCommand({
      ...named,
      AuthorizationType: "API_KEY",
      AuthParameters,
    }),
  );
  const InvocationEndpoint = `http://${host}/hook`;
  const destination = { InvocationEndpoint, HttpMethod: "POST", ConnectionArn } as const;
  const { ApiDestinationArn } = await events.send(
    new eventbridge.CreateApiDestinationCommand({ ...named, ...destination }),
  );
  const { Role } = await root.iam.send(
    new CreateRoleCommand({ RoleName: "deliver", AssumeRolePolicyDocument: TRUST }),
  );
  const EventPattern = JSON.stringify({ source: ["kept"] });
  await events.send(new eventbridge.PutRuleCommand({ ...named, EventPattern }));
  const Targets = [
    { Id: "destination", Arn: ApiDestinationArn, RoleArn: Role?.Arn },
    { Id: "function", Arn: arnOf("target") },
  ];
  await events.send(new eventbridge.PutTargetsCommand({ Rule: "echo", Targets }));
  const entry = { Source: "kept", DetailType: "t", Detail: "{}" };
  await events.send(new eventbridge.PutEventsCommand({ Entries: [entry] }));
  seen.add("a connection", await events.send(new eventbridge.DescribeConnectionCommand(named)));
  const stacks = cloudFormationOf(server);
  const Made = { Type: "Custom::Maker", Properties: { ServiceToken: arnOf("maker") } };
  const stack = { StackName: "echo" };
  const TemplateBody = template({ Made });
  seen.add("a stack", await stacks.send(new CreateStackCommand({ ...stack, TemplateBody })));
  const ended = async () => (await stackOf(stacks, "echo")).StackStatus === "ROLLBACK_COMPLETE";
  await until(ended, "the stack's end");
  seen.add("a stack's events", await stacks.send(new DescribeStackEventsCommand(stack)));
}

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});

if (isShared) secrets.add("the database's password", POSTGRES_PASSWORD);

describe("secrets are shown nowhere", () => {
  test("by a server whose endpoints repeat what they are sent", async () => {
    const { endpoint, host } = await startEndpoint();
    // The start lists what is in the store.
    endpoint.be("gives the key's id for its error's code");
    const server = await start("echoing", settingsWith(host));
    const seen = new Seen();
    const { s3: client } = server.root;
    await client.send(new s3.CreateBucketCommand({ Bucket }));
    for (const odd of ODD) {
      endpoint.be(undefined);
      const put = () => client.send(new s3.PutObjectCommand({ Bucket, Key: "a", Body: "a" }));
      await until(put, "the store to be asked again");
      endpoint.be(odd);
      await useStore(client, seen);
      expect(endpoint.asked.length).toBeGreaterThan(0);
      await lookAt(server, seen);
    }
    endpoint.be("says that there is no such bucket");
    await useEndpoints(server, host, seen);
    for (const path of ["/hook", "/a%20webhook", "/a%20function", "/a%20custom%20resource"])
      await until(() => endpoint.asked.some((one) => one.includes(path)), path);
    await endpoint.close();
    ends.splice(0, 1);
    await useStore(client, seen);
    await lookAt(server, seen);
    seen.add("the log", await server.said(/./));
    expect(seen.secrets).toEqual([]);
    await server.stop();
    const kept = await secrets.inFolder(join(home, "echoing"));
    // The settings, in which all of them are found.
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.filter((one) => !one.startsWith("rolecast.yml: "))).toEqual([]);
  });

  test("by a move of bytes to or from a store that repeats what it is sent", async () => {
    const { endpoint, host } = await startEndpoint();
    const data = join(home, "moved");
    const store = { endpoint: `http://${host}`, bucket: "bytes", credentials: storeKey };
    const run = async (type: "folder" | "s3", use: (client: s3.S3Client) => Promise<unknown>) => {
      const objects = { ...store, type };
      const server = await startTestServer({
        ...{ data, objects, inlineObjectBytes: 0, logLevel: "silent" },
      });
      await use(server.clients().s3).finally(server.close);
    };
    const seen = new Seen();
    const move = async (to: "folder" | "s3") => {
      const env = { ROLECAST_OBJECTS: JSON.stringify({ ...store, type: to }) };
      const database = await testDatabase(data);
      const more = database === undefined ? {} : { ROLECAST_DATABASE: database };
      const command = ["objects", "migrate", "--to", to, "--data", data];
      for (const odd of ODD) {
        endpoint.be(odd);
        const outcome = await rolecast(command, { cwd: home, env: { ...env, ...more } });
        expect(outcome.code).toBe(1);
        expect(endpoint.asked).not.toEqual([]);
        seen.add(`${to}: ${odd}`, outcome);
      }
    };
    endpoint.be(undefined);
    await run("folder", async (client) => {
      await client.send(new s3.CreateBucketCommand({ Bucket }));
      await client.send(new s3.PutObjectCommand({ Bucket, Key: "in the folder", Body: "a" }));
    });
    await run("s3", (client) =>
      client.send(new s3.PutObjectCommand({ Bucket, Key: "in the store", Body: "a" })),
    );
    await move("s3");
    await run("folder", async () => {});
    await move("folder");
    expect(seen.secrets).toEqual([]);
  });
});
