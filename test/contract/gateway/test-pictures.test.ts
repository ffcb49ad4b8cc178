import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateChannelCommand,
  DeleteStreamKeyCommand,
  GetStreamCommand,
  ListStreamKeysCommand,
  ListStreamSessionsCommand,
  StopStreamCommand,
} from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send, sign } from "../../support/signed-request.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

const PATH = "/_rolecast/test-pictures";

describe("a test picture", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  test("is streamed once for a channel, until its stream is stopped", async () => {
    const { ivs } = server.clients();
    const { channelArn } = await channel("pictured");
    expect(await start(ROOT, channelArn)).toMatchObject({ status: 200, body: "{}" });
    const again = await start(ROOT, channelArn);
    expect(again.status).toBe(409);
    expect(again.body).toMatch(/has a test picture already/);
    const { stream } = await until(
      () => ivs.send(new GetStreamCommand({ channelArn })),
      "the stream",
    );
    expect(stream).toMatchObject({ state: "LIVE", health: "HEALTHY" });
    await ivs.send(new StopStreamCommand({ channelArn }));
    // It doesn't come back, and the channel may have another one.
    await until(async () => (await start(ROOT, channelArn)).status === 200, "another picture");
    // The encoder is taken before its session is written.
    await until(async () => {
      const sessions = await ivs.send(new ListStreamSessionsCommand({ channelArn }));
      return sessions.streamSessions?.length === 2;
    }, "the second session");
    await ivs.send(new StopStreamCommand({ channelArn }));
  });

  test("is streamed by whoever may read the channel's stream key, and by nobody else", async () => {
    const { channelArn } = await channel("guarded");
    const lister = await userWith("lister", ["ivs:ListStreamKeys"]);
    const refused = await start(lister, channelArn);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatch(/user\/lister is not authorized to perform: ivs:GetStreamKey/);
    const reader = await userWith("reader", ["ivs:ListStreamKeys", "ivs:GetStreamKey"]);
    expect((await start(reader, channelArn)).status).toBe(200);
    await server.clients().ivs.send(new StopStreamCommand({ channelArn }));
    const unsigned = await send(server.endpoint, { path: PATH, body: "{}" });
    expect(unsigned.status).toBe(403);
  });

  test("needs a stream key, and a place among four", async () => {
    const { ivs } = server.clients();
    const { channelArn, keyArn } = await channel("keyless");
    await ivs.send(new DeleteStreamKeyCommand({ arn: keyArn }));
    expect(await start(ROOT, channelArn)).toMatchObject({ status: 404 });
    const names = ["one", "two", "three", "four", "five"];
    const channels = await Promise.all(names.map(channel));
    const statuses: number[] = [];
    for (const each of channels) statuses.push((await start(ROOT, each.channelArn)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
  });

  async function channel(name: string) {
    const { ivs } = server.clients();
    const { channel: made } = await ivs.send(new CreateChannelCommand({ name, type: "BASIC" }));
    const channelArn = made?.arn ?? "";
    const { streamKeys } = await ivs.send(new ListStreamKeysCommand({ channelArn }));
    return { channelArn, keyArn: streamKeys?.[0]?.arn };
  }

  async function start(key: Key, ChannelArn: string) {
    const raw = {
      path: PATH,
      body: JSON.stringify({ ChannelArn }),
      headers: { "content-type": "application/json" },
    };
    const headers = await sign(server.endpoint, raw, { key, service: "rolecast" });
    return send(server.endpoint, { ...raw, headers });
  }

  async function userWith(UserName: string, Action: readonly string[]): Promise<Key> {
    const { iam } = server.clients();
    await iam.send(new CreateUserCommand({ UserName }));
    const Statement = [{ Effect: "Allow", Action, Resource: "*" }];
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "own", PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } =
      AccessKey ?? {};
    return { accessKeyId, secretAccessKey };
  }
});
