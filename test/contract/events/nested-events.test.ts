import * as eventbridge from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readFeed } from "../../support/read-feed.ts";
import { openFeed } from "../../support/signed-request.ts";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

const EVENT_BYTES = 240_000;

function clientOf(endpoint: string) {
  return new eventbridge.EventBridgeClient({
    ...{ endpoint, region: "us-east-1", maxAttempts: 1, credentials: ROOT },
  });
}

const put = (client: eventbridge.EventBridgeClient, Detail: string, Source = "flood") =>
  client.send(new eventbridge.PutEventsCommand({ Entries: [{ Source, DetailType: "t", Detail }] }));

describe("one event", () => {
  let server: TestServer;
  let client: eventbridge.EventBridgeClient;
  beforeAll(async () => {
    server = await startTestServer();
    client = clientOf(server.endpoint);
    const EventPattern = '{"source":["deep"],"detail":{"a.b":[{"exists":true}]}}';
    await client.send(new eventbridge.PutRuleCommand({ Name: "deep", EventPattern }));
  });
  afterAll(() => server.close());

  const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;

  test("is nested a thousand levels deep at most, and closes the feed for nobody", async () => {
    expect(await put(client, nested(1_000), "deep")).toMatchObject({ FailedEntryCount: 0 });
    for (const depth of [1_001, 10_000, 100_000]) {
      for (const detail of [
        nested(depth),
        `${'{"a":'.repeat(depth / 3)}1${"}".repeat(depth / 3)}`,
      ]) {
        if (detail.length > EVENT_BYTES || depth / 3 <= 1_000) continue;
        expect(await put(client, detail, "deep")).toMatchObject({
          FailedEntryCount: 1,
          Entries: [{ ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." }],
        });
      }
    }
    expect(await put(client, nested(1_001), "deep")).toMatchObject({ FailedEntryCount: 1 });
    const dots = JSON.stringify({ [".".repeat(200_000)]: 1, "a.b": 1 });
    expect(await put(client, dots, "deep")).toMatchObject({ FailedEntryCount: 0 });
    await put(client, '{"last":true}', "later");
    const feed = await openFeed(server.endpoint, "events");
    expect(await readFeed(feed, '"last":true')).toContain('"source":"deep"');
  });

  test("whose text looks nested in a string isn't", async () => {
    const detail = JSON.stringify({ a: '[{\\"'.repeat(20_000) });
    expect(await put(client, detail, "deep")).toMatchObject({ FailedEntryCount: 0 });
  });

  test("is tested against a pattern only as deep as it could be put", async () => {
    const detail = JSON.parse(nested(900)) as object;
    const head = { id: "1", account: "1", source: "x", time: "1", region: "r", "detail-type": "t" };
    const EventPattern = '{"source":["x"]}';
    const test = (Event: string) =>
      client.send(new eventbridge.TestEventPatternCommand({ EventPattern, Event }));
    expect(await test(JSON.stringify({ ...head, detail }))).toMatchObject({ Result: true });
    const deep = `${JSON.stringify(head).slice(0, -1)},"detail":${nested(300_000)}}`;
    await expect(test(deep)).rejects.toMatchObject({
      name: "ValidationException",
      message: "Parameter Event is not valid.",
    });
  });

  test("and its siblings take 256 KiB together, as AWS counts them", async () => {
    const entry = (bytes: number) => ({
      ...{ Source: "size", DetailType: "é", Time: new Date(), Resources: ["12345"] },
      Detail: JSON.stringify({ a: "" }).replace('""', `"${"x".repeat(bytes)}"`),
    });
    // Source, detail-type, time, resource, and the detail without its letters.
    const rest = 4 + 2 + 14 + 5 + 8;
    const send = (Entries: eventbridge.PutEventsRequestEntry[]) =>
      client.send(new eventbridge.PutEventsCommand({ Entries }));
    const whole = 256 * 1024 - rest;
    expect(await send([entry(whole)])).toMatchObject({ FailedEntryCount: 0 });
    for (const entries of [[entry(whole + 1)], [entry(whole / 2), entry(whole / 2)]])
      await expect(send(entries)).rejects.toMatchObject({
        name: "ValidationException",
        message: "Total size of the entries in the request is over the limit.",
      });
    await expect(send(new Array(11).fill(entry(1)))).rejects.toMatchObject({
      name: "ValidationException",
    });
  });
});
