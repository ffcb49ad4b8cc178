import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { startReceiver } from "./receiver.ts";

const SECRET = "s";
const statement = {
  ...{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sts:AssumeRole" },
};
const TRUST = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });

let server: TestServer;
let client: eventbridge.EventBridgeClient;
let roleArn = "";
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startTestServer();
  const { endpoint } = server;
  const options = { endpoint, region: "us-east-1", maxAttempts: 1, credentials: ROOT };
  client = new eventbridge.EventBridgeClient(options);
  const { Role } = await server
    .clients()
    .iam.send(new CreateRoleCommand({ RoleName: "deliver", AssumeRolePolicyDocument: TRUST }));
  roleArn = Role?.Arn ?? "";
});
afterAll(async () => {
  await server?.close();
  for (const close of closing) await close();
});

async function receiver(...given: Parameters<typeof startReceiver>) {
  const started = await startReceiver(...given);
  closing.push(started.close);
  return started;
}

/** An authorization endpoint whose tokens are token-1, token-2, … */
function authorizer(statuses: readonly number[] = [], rest: object = { expires_in: 3_600 }) {
  let count = 0;
  const answer = () => {
    count += 1;
    return JSON.stringify({ access_token: `token-${count}`, token_type: "bearer", ...rest });
  };
  return receiver(statuses, 0, answer);
}

function oauth(
  url: string,
  rest: Partial<eventbridge.CreateConnectionOAuthRequestParameters> = {},
): eventbridge.CreateConnectionAuthRequestParameters {
  const ClientParameters = { ClientID: "studio", ClientSecret: SECRET };
  const OAuthParameters = {
    ...({ AuthorizationEndpoint: `${url}/token`, HttpMethod: "POST", ClientParameters } as const),
    ...rest,
  };
  return { OAuthParameters };
}

function createConnection(
  Name: string,
  AuthParameters: eventbridge.CreateConnectionAuthRequestParameters,
  AuthorizationType: eventbridge.ConnectionAuthorizationType = "OAUTH_CLIENT_CREDENTIALS",
) {
  const input = { Name, AuthorizationType, AuthParameters };
  return client.send(new eventbridge.CreateConnectionCommand(input));
}

const describeConnection = (Name: string) =>
  client.send(new eventbridge.DescribeConnectionCommand({ Name }));
const stateOf = async (name: string) => (await describeConnection(name)).ConnectionState;

/** Sends events whose source is the name to the receiver, by the connection of that name. */
async function deliverBy(Name: string, url: string): Promise<void> {
  const { ConnectionArn } = await describeConnection(Name);
  const endpoint = { InvocationEndpoint: `${url}/hook`, HttpMethod: "POST" } as const;
  const { ApiDestinationArn } = await client.send(
    new eventbridge.CreateApiDestinationCommand({ Name, ConnectionArn, ...endpoint }),
  );
  const EventPattern = JSON.stringify({ source: [Name] });
  await client.send(new eventbridge.PutRuleCommand({ Name, EventPattern }));
  const Targets = [{ Id: "one", Arn: ApiDestinationArn, RoleArn: roleArn, InputPath: "$.detail" }];
  await client.send(new eventbridge.PutTargetsCommand({ Rule: Name, Targets }));
}

const put = (Source: string, detail: object = { n: 1 }) =>
  client.send(
    new eventbridge.PutEventsCommand({
      Entries: [{ Source, DetailType: "t", Detail: JSON.stringify(detail) }],
    }),
  );

describe("connections", () => {
  test("are listed by their states, and lose their secrets when deauthorized", async () => {
    const key = { ApiKeyAuthParameters: { ApiKeyName: "x-key", ApiKeyValue: SECRET } };
    await createConnection("in-a-state", key, "API_KEY");
    await deliverBy("in-a-state", "http://127.0.0.1:9");
    const count = async (ConnectionState?: eventbridge.ConnectionState) => {
      const input = { NamePrefix: "in-a-state", ConnectionState };
      const { Connections } = await client.send(new eventbridge.ListConnectionsCommand(input));
      return Connections?.length;
    };
    const counts = async () => [
      ...[await count(), await count("AUTHORIZED"), await count("DEAUTHORIZED")],
      await count("CREATING"),
    ];
    expect(await counts()).toEqual([1, 1, 0, 0]);
    const input = { Name: "in-a-state" };
    const answer = await client.send(new eventbridge.DeauthorizeConnectionCommand(input));
    expect(answer).toMatchObject({
      ...{ ConnectionState: "DEAUTHORIZING", ConnectionArn: expect.stringContaining(input.Name) },
      ...{ CreationTime: expect.any(Date), LastAuthorizedTime: expect.any(Date) },
    });
    expect(await counts()).toEqual([1, 0, 1, 0]);
    expect((await describeConnection("in-a-state")).AuthParameters).toBeUndefined();
    const described = new eventbridge.DescribeApiDestinationCommand(input);
    expect((await client.send(described)).ApiDestinationState).toBe("INACTIVE");
    const again = { ...input, AuthParameters: key };
    await client.send(new eventbridge.UpdateConnectionCommand(again));
    expect(await counts()).toEqual([1, 1, 0, 0]);
    expect((await client.send(described)).ApiDestinationState).toBe("ACTIVE");
  });

  test("with OAuth fetch a token, show no secret, and say why there is none", async () => {
    const endpoint = await authorizer([401]);
    const created = await createConnection("oauth", oauth(endpoint.url));
    expect(created.ConnectionState).toBe("AUTHORIZING");
    await expect.poll(() => stateOf("oauth")).toBe("DEAUTHORIZED");
    const refused = await describeConnection("oauth");
    expect(refused.StateReason).toBe("the authorization endpoint answered 401");
    const ClientParameters = { ClientID: "other" };
    const AuthParameters = { OAuthParameters: { ClientParameters } };
    const update = { Name: "oauth", AuthParameters };
    await client.send(new eventbridge.UpdateConnectionCommand(update));
    await expect.poll(() => stateOf("oauth")).toBe("AUTHORIZED");
    const shown = await describeConnection("oauth");
    expect(shown.AuthParameters).toEqual({
      OAuthParameters: {
        ...{ AuthorizationEndpoint: `${endpoint.url}/token`, HttpMethod: "POST", ClientParameters },
      },
    });
    expect(shown.StateReason).toBeUndefined();
    const [first, second] = endpoint.received.map(({ body }) =>
      Object.fromEntries(new URLSearchParams(body)),
    );
    const fields = { grant_type: "client_credentials", client_secret: SECRET };
    expect(first).toEqual({ ...fields, client_id: "studio" });
    expect(second).toEqual({ ...fields, client_id: "other" });
  });

  test.each([
    [
      { HttpMethod: "GET" },
      "GET",
      "/token?audience=all&grant_type=client_credentials&client_id=studio&client_secret=s",
      "",
    ],
    [
      { HttpMethod: "PUT" },
      "PUT",
      "/token?audience=all",
      '{"grant_type":"other","client_id":"studio","client_secret":"s","scope":"events"}',
    ],
  ] as const)("with OAuth ask as they say: %j", async ({ HttpMethod }, method, url, body) => {
    const endpoint = await authorizer();
    const OAuthHttpParameters = {
      HeaderParameters: [{ Key: "Content-Type", Value: "application/json" }],
      QueryStringParameters: [{ Key: "audience", Value: "all" }],
      BodyParameters: [
        { Key: "scope", Value: "events", IsValueSecret: true },
        { Key: "grant_type", Value: "other" },
      ],
    };
    const name = `oauth-${method}`;
    await createConnection(name, oauth(endpoint.url, { HttpMethod, OAuthHttpParameters }));
    await expect.poll(() => stateOf(name)).toBe("AUTHORIZED");
    expect(endpoint.received).toMatchObject([{ method, url, body }]);
    const { AuthParameters } = await describeConnection(name);
    expect(AuthParameters?.OAuthParameters?.OAuthHttpParameters?.BodyParameters).toEqual([
      { Key: "scope", IsValueSecret: true },
      { Key: "grant_type", Value: "other" },
    ]);
  });

  test("have a secret of their own, which lasts through updates", async () => {
    const key = { ApiKeyAuthParameters: { ApiKeyName: "x-key", ApiKeyValue: SECRET } };
    const Name = "with-a-secret";
    const made = await createConnection(Name, key, "API_KEY");
    expect(made).not.toHaveProperty("SecretArn");
    const { SecretArn, ConnectionArn } = await describeConnection(Name);
    const place = "arn:aws:secretsmanager:us-east-1:000000000000:secret";
    const id = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9A-Za-z]{6}";
    const secret = new RegExp(`^${place}:events!connection/${Name}/${id}$`);
    expect(SecretArn).toMatch(secret);
    expect(SecretArn).not.toContain(ConnectionArn?.split("/").at(-1));
    const AuthParameters = { ApiKeyAuthParameters: { ApiKeyValue: "other" } };
    await client.send(new eventbridge.UpdateConnectionCommand({ Name, AuthParameters }));
    expect((await describeConnection(Name)).SecretArn).toBe(SecretArn);
    await client.send(new eventbridge.DeleteConnectionCommand({ Name }));
    await createConnection(Name, key, "API_KEY");
    const { SecretArn: next } = await describeConnection(Name);
    expect(next).toMatch(secret);
    expect(next).not.toBe(SecretArn);
  });

  test("with OAuth are AUTHORIZING, destinations INACTIVE, until there is a token", async () => {
    const waiting: (() => void)[] = [];
    const endpoint = createServer((_request, response) => {
      waiting.push(() => response.end(JSON.stringify({ access_token: "late" })));
    });
    await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
    closing.push(async () => endpoint.close());
    const { port } = endpoint.address() as AddressInfo;
    const Name = "slow";
    const HttpMethod = "put" as "PUT";
    const made = await createConnection(Name, oauth(`http://127.0.0.1:${port}`, { HttpMethod }));
    expect(made.ConnectionState).toBe("AUTHORIZING");
    const { ConnectionArn, ConnectionState, LastAuthorizedTime, CreationTime, AuthParameters } =
      await describeConnection(Name);
    expect({ ConnectionState, LastAuthorizedTime }).toEqual({
      ConnectionState: "AUTHORIZING",
      LastAuthorizedTime: CreationTime,
    });
    expect(AuthParameters?.OAuthParameters?.HttpMethod).toBe("PUT");
    const hook = { InvocationEndpoint: "http://127.0.0.1:9/hook", HttpMethod: "POST" } as const;
    const state = async (
      sent: Promise<{ ApiDestinationState?: eventbridge.ApiDestinationState | undefined }>,
    ) => (await sent).ApiDestinationState;
    const described = () =>
      state(client.send(new eventbridge.DescribeApiDestinationCommand({ Name })));
    const create = { Name, ConnectionArn, ...hook };
    expect([
      await state(client.send(new eventbridge.CreateApiDestinationCommand(create))),
      await described(),
      await state(client.send(new eventbridge.UpdateApiDestinationCommand({ Name, ...hook }))),
    ]).toEqual(["INACTIVE", "INACTIVE", "INACTIVE"]);
    await expect.poll(() => waiting.length).toBe(1);
    for (const answer of waiting) answer();
    await expect.poll(() => stateOf(Name)).toBe("AUTHORIZED");
    expect(await described()).toBe("ACTIVE");
  });

  test("with OAuth wait for an authorization endpoint that is starting", async () => {
    const { url, close } = await startReceiver();
    await close();
    await createConnection("early", oauth(url));
    const { ConnectionState } = await describeConnection("early");
    expect(ConnectionState).toBe("AUTHORIZING");
    const token = () => JSON.stringify({ access_token: "t" });
    closing.push((await startReceiver([], Number(new URL(url).port), token)).close);
    await expect.poll(() => stateOf("early")).toBe("AUTHORIZED");
  });

  const apiKey = { ApiKeyAuthParameters: { ApiKeyName: "a", ApiKeyValue: "b" } };
  test.each([
    [{}, "Missing authorization parameters for AuthorizationType OAUTH_CLIENT_CREDENTIALS."],
    [{ ...oauth("http://127.0.0.1:9"), ...apiKey }, "ApiKeyAuthParameters isn't for connections"],
    [
      oauth("http://169.254.169.254"),
      "AuthorizationEndpoint is not valid. Reason: nothing is sent",
    ],
    [oauth("ftp://host"), "AuthorizationEndpoint ftp://host/token is not a valid URL."],
    [oauth("http://127.0.0.1:9", { HttpMethod: "HEAD" as never }), "[GET, POST, PUT]"],
    [
      oauth("http://127.0.0.1:9", {
        OAuthHttpParameters: { HeaderParameters: [{ Key: "X-Long", Value: "x".repeat(513) }] },
      }),
      /headerParameters\.1\.member\.value' failed .*less than or equal to 512$/,
    ],
  ])("can't be made of %j", async (parameters, reason) => {
    await expect(createConnection("wrong", parameters)).rejects.toThrow(reason);
  });
});

describe("deliveries", () => {
  test("keep an OAuth token until it is refused", async () => {
    const endpoint = await authorizer();
    const hook = await receiver([200, 401]);
    await createConnection("kept", oauth(endpoint.url));
    await deliverBy("kept", hook.url);
    await put("kept", { n: 1 });
    await expect.poll(() => hook.received.length).toBe(1);
    await put("kept", { n: 2 });
    await expect.poll(() => hook.received.length).toBe(3);
    const sent = hook.received.map(({ headers, body }) => [headers.authorization, body]);
    const [one, two] = ['{"n":1}', '{"n":2}'];
    expect(sent).toEqual([
      ["Bearer token-1", one],
      ["Bearer token-1", two],
      ["Bearer token-2", two],
    ]);
    expect(endpoint.received).toHaveLength(2);
  });

  test("renew an OAuth token that is about to expire", async () => {
    const endpoint = await authorizer([], { expires_in: 30, token_type: undefined });
    const hook = await receiver();
    await createConnection("short", oauth(endpoint.url));
    await expect.poll(() => stateOf("short")).toBe("AUTHORIZED");
    await deliverBy("short", hook.url);
    await put("short");
    await expect.poll(() => hook.received.length).toBe(1);
    expect(hook.received[0]?.headers.authorization).toBe("Bearer token-2");
  });

  test("carry the connection's headers, query and body parameters", async () => {
    const hook = await receiver();
    const InvocationHttpParameters = {
      HeaderParameters: [{ Key: "X-Studio", Value: "a" }],
      QueryStringParameters: [{ Key: "q", Value: "b c" }],
      BodyParameters: [{ Key: "n", Value: "d", IsValueSecret: true }],
    };
    const BasicAuthParameters = { Username: "u", Password: SECRET };
    const parameters = { BasicAuthParameters, InvocationHttpParameters };
    await createConnection("parameters", parameters, "BASIC");
    await deliverBy("parameters", hook.url);
    await put("parameters", { n: 1, m: 2 });
    await expect.poll(() => hook.received.length).toBe(1);
    const [{ url, headers, body } = { url: "", headers: {}, body: "{}" }] = hook.received;
    expect(url).toBe("/hook?q=b+c");
    expect(headers).toMatchObject({
      ...{ "x-studio": "a", authorization: `Basic ${btoa(`u:${SECRET}`)}` },
    });
    expect(JSON.parse(body)).toEqual({ n: "d", m: 2 });
  });
});
