import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import * as iam from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { startReceiver } from "./receiver.ts";

const SECRET_KEY = "hidden-value-of-a-key";
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});

/** A server with a connection `c` and a role, and what a test does with its API destinations. */
async function startWithDestinations(config: Parameters<typeof startTestServer>[0], key: Key) {
  const server: TestServer = await startTestServer(config);
  const endpoint = server.endpoint.replace("0.0.0.0", "127.0.0.1");
  const client = new eventbridge.EventBridgeClient({
    ...{ endpoint, region: "us-east-1", maxAttempts: 1, credentials: key },
  });
  const auth = { ApiKeyAuthParameters: { ApiKeyName: "x-key", ApiKeyValue: SECRET_KEY } };
  const { ConnectionArn } = await client.send(
    new eventbridge.CreateConnectionCommand({
      ...{ Name: "c", AuthorizationType: "API_KEY", AuthParameters: auth },
    }),
  );
  const roles = new iam.IAMClient({ endpoint, region: "us-east-1", credentials: key });
  const { Role } = await roles.send(
    new iam.CreateRoleCommand({ RoleName: "deliver", AssumeRolePolicyDocument: TRUST }),
  );
  const create = (Name: string, InvocationEndpoint: string) =>
    client.send(
      new eventbridge.CreateApiDestinationCommand({
        ...{ Name, InvocationEndpoint, ConnectionArn, HttpMethod: "POST" },
      }),
    );
  /** Sends an event to a destination by a rule of the same name. */
  const put = async (name: string, Arn: string | undefined) => {
    const EventPattern = JSON.stringify({ source: [name] });
    await client.send(new eventbridge.PutRuleCommand({ Name: name, EventPattern }));
    const target = { Id: "one", Arn, RoleArn: Role?.Arn, RetryPolicy: { MaximumRetryAttempts: 0 } };
    await client.send(new eventbridge.PutTargetsCommand({ Rule: name, Targets: [target] }));
    const entry = { Source: name, DetailType: "t", Detail: "{}" };
    await client.send(new eventbridge.PutEventsCommand({ Entries: [entry] }));
  };
  const waiting = async () => {
    const answer = await fetch(`${endpoint}/_rolecast/health`);
    const { events } = (await answer.json()) as { events: { waiting: number } };
    return events.waiting;
  };
  return { server, endpoint, client, create, put, waiting, close: () => server.close() };
}

type World = Awaited<ReturnType<typeof startWithDestinations>>;

function spellings(port: number): string[] {
  const hosts = [
    ...["127.0.0.1", "localhost", "LOCALHOST", "localhost.", "127.1", "2130706433", "0x7f000001"],
    ...["0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.200.3.4", "0.0.0.0"],
    ...["0", "[::]", "127.0.0.1.", "%31%32%37.0.0.1", "１２７.0.0.1", "x.localhost"],
  ];
  return hosts.map((host) => `http://${host}:${port}/_rolecast/state/reset`);
}

const NOWHERE = [
  ...["http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://2852039166/"],
  ...["http://[::ffff:169.254.169.254]/", "http://[64:ff9b::a9fe:a9fe]/", "http://224.0.0.1/"],
  ...[
    "http://[fe80::1]/",
    "http://255.255.255.255/",
    "http://100.100.100.200/",
    "http://[ff02::1]/",
  ],
  ...[
    "https://user:password@hooks.example/",
    "https://hooks@hooks.example/",
    "ftp://hooks.example/",
  ],
  ...["https://*.example/", "https://*/x", "https://hooks.example\\@169.254.169.254/", "https://"],
  ...[
    "https://hooks.example:99999/",
    "file:///etc/passwd",
    "https://hooks.example/#x",
    "hooks.example",
  ],
  "https://*@169.254.169.254/",
];

describe("a server on loopback", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWithDestinations({}, ROOT);
    await world.create("before", "https://hooks.example/");
  });
  afterAll(() => world.close());

  test("takes no API destination that is itself, metadata or nobody's receiver", async () => {
    const { http, rtmp, rtmps, srt } = world.server.server.ports;
    const urls = [...[http, rtmp, rtmps, srt].flatMap(spellings), ...NOWHERE];
    const taken: string[] = [];
    for (const url of urls) {
      const update = { Name: "before", InvocationEndpoint: url };
      for (const run of [
        () => world.create("bad", url),
        () => world.client.send(new eventbridge.UpdateApiDestinationCommand(update)),
      ]) {
        const name = await run().then(
          () => "taken",
          (error: Error) => error.name,
        );
        if (name !== "ValidationException") taken.push(`${url} ${name}`);
      }
    }
    expect(taken).toEqual([]);
    await expect(world.create("bad", "http://169.254.169.254/")).rejects.toMatchObject({
      message:
        "Parameter InvocationEndpoint is not valid. Reason: nothing is sent there, because its address is link-local, multicast, unspecified or a cloud's metadata.",
    });
  });

  test("follows no redirect, to its own reset route least of all", async () => {
    const reset = `${world.endpoint}/_rolecast/state/reset`;
    const moved = createServer((_request, response) =>
      response.writeHead(307, { location: reset }).end(),
    );
    await new Promise<void>((resolve) => moved.listen(0, "127.0.0.1", resolve));
    const { port } = moved.address() as AddressInfo;
    const asked = new Promise<void>((resolve) => moved.once("request", () => resolve()));
    const { ApiDestinationArn } = await world.create("moved", `http://127.0.0.1:${port}/`);
    await world.put("moved", ApiDestinationArn);
    await asked;
    await expect.poll(() => world.waiting()).toBe(0);
    moved.close();
    const rules = await world.client.send(new eventbridge.ListRulesCommand({}));
    expect(rules.Rules?.map(({ Name }) => Name)).toContain("moved");
  });

  test("sends parameters that would lead elsewhere or begin a header nowhere", async () => {
    const receiver = await startReceiver();
    const { ApiDestinationArn } = await world.create("path", `${receiver.url}/a/*/b`);
    await world.put("path", ApiDestinationArn);
    await expect.poll(() => receiver.received.map(({ url }) => url)).toEqual(["/a/*/b"]);
    const parameters: eventbridge.HttpParameters[] = [
      { PathParameterValues: [".."] },
      { PathParameterValues: ["."] },
      { PathParameterValues: ["a\nb"] },
      ...["a\r\nb: c", "a\nb", "a\u0000"].map((value) => ({ HeaderParameters: { "x-a": value } })),
      ...["x\r\ny", "", "x y", "x:"].map((name) => ({ HeaderParameters: { [name]: "v" } })),
      ...["Host", "content-length", "Transfer-Encoding", "Connection", "X-Forwarded-For"].map(
        (name) => ({ HeaderParameters: { [name]: "v" } }),
      ),
      { QueryStringParameters: { a: "b\r\nc" } },
    ];
    for (const HttpParameters of parameters) {
      const target = { Id: "one", Arn: ApiDestinationArn, HttpParameters };
      const RoleArn = "arn:aws:iam::000000000000:role/deliver";
      const command = { Rule: "path", Targets: [{ ...target, RoleArn }] };
      await expect(
        world.client.send(new eventbridge.PutTargetsCommand(command)),
        JSON.stringify(HttpParameters),
      ).rejects.toMatchObject({ name: "ValidationException" });
    }
    await receiver.close();
  });

  test("takes no secret with a line's end in it, and shows it nowhere", async () => {
    const secret = "top-secret\r\nx-other: 1";
    const all: Partial<eventbridge.CreateConnectionCommandInput>[] = [
      { AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: "x", ApiKeyValue: secret } } },
      { AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: "a\nb", ApiKeyValue: "v" } } },
      { AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: "host", ApiKeyValue: "v" } } },
      {
        AuthorizationType: "BASIC",
        AuthParameters: { BasicAuthParameters: { Username: "u", Password: secret } },
      },
      {
        AuthParameters: {
          ApiKeyAuthParameters: { ApiKeyName: "x", ApiKeyValue: "v" },
          InvocationHttpParameters: {
            HeaderParameters: [{ Key: "x-b", Value: secret, IsValueSecret: true }],
          },
        },
      },
    ];
    for (const given of all) {
      const type = { AuthorizationType: "API_KEY" as const, ...given };
      const input = (Name: string) =>
        ({ Name, ...type }) as eventbridge.CreateConnectionCommandInput;
      for (const run of [
        () => world.client.send(new eventbridge.CreateConnectionCommand(input("bad"))),
        () => world.client.send(new eventbridge.UpdateConnectionCommand(input("c"))),
      ]) {
        const error = await run().then(
          () => undefined,
          (refusal: Error) => refusal,
        );
        expect(error?.name).toBe("ValidationException");
        expect(error?.message).not.toContain("top-secret");
      }
    }
  });

  test.each(["127.0.0.1", "localhost"])(
    "takes no identity provider at %s, itself",
    async (host) => {
      const provider = new iam.CreateOpenIDConnectProviderCommand({
        Url: `https://${host}:${new URL(world.endpoint).port}`,
        ClientIDList: ["app"],
        ThumbprintList: ["0".repeat(40)],
      });
      await expect(world.server.clients().iam.send(provider)).rejects.toThrow(
        "Invalid Open ID Connect Provider URL: nothing is sent there",
      );
    },
  );
});

describe("a server on every address", () => {
  test("sends to this machine and private networks only what the setting outgoing lists", async () => {
    const [listed, unlisted] = [await startReceiver(), await startReceiver()];
    const key = { accessKeyId: "ROOTOFDEFAULT", secretAccessKey: "secret-of-the-root" };
    const account = {
      id: "000000000000",
      rootAccessKeyId: key.accessKeyId,
      rootSecretAccessKey: key.secretAccessKey,
    };
    const world = await startWithDestinations(
      {
        host: "0.0.0.0",
        accounts: [account],
        outgoing: [new URL(listed.url).host, "hooks.invalid"],
      },
      key,
    );
    try {
      for (const url of [
        unlisted.url,
        "http://10.0.0.1/",
        "http://[::1]:8080/",
        "http://localhost/",
      ])
        await expect(world.create("bad", url), url).rejects.toMatchObject({
          name: "ValidationException",
        });
      const { http } = world.server.server.ports;
      for (const url of spellings(http))
        await expect(world.create("bad", url), url).rejects.toMatchObject({
          name: "ValidationException",
        });
      const { ApiDestinationArn } = await world.create("listed", `${listed.url}/x`);
      await world.put("listed", ApiDestinationArn);
      await expect.poll(() => listed.received.length).toBe(1);
      expect(listed.received[0]?.headers["x-key"]).toBe(SECRET_KEY);
    } finally {
      await world.close();
      await Promise.all([listed.close(), unlisted.close()]);
    }
  });
});
