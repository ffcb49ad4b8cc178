import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateRoleCommand, IAMClient, ListUsersCommand } from "@aws-sdk/client-iam";
import { CreateRecordingConfigurationCommand } from "@aws-sdk/client-ivs";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: string };
}
interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code: number };
}

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER = "00f067aa0ba902b7";

let collector: Server;
let endpoint: string;
let received: ReceivedSpan[];
let server: TestServer;

beforeEach(async () => {
  received = [];
  collector = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    expect(request.url).toBe("/v1/traces");
    const { resourceSpans } = JSON.parse(body);
    received.push(...resourceSpans[0].scopeSpans[0].spans);
    response.end("{}");
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  server = await startTestServer({ otlpEndpoint: endpoint });
});
afterEach(async () => {
  await server.close();
  collector.close();
});

/** An IAM client that is itself traced. */
function traced(flags: "00" | "01", key = ROOT): IAMClient {
  const client = new IAMClient({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: key,
    maxAttempts: 1,
  });
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string> };
      request.headers.traceparent = `00-${TRACE}-${CALLER}-${flags}`;
      return next(args);
    },
    { step: "build" },
  );
  return client;
}

function attributesOf(span: ReceivedSpan | undefined): Record<string, string | undefined> {
  const pairs = (span?.attributes ?? []).map(({ key, value }) => [
    key,
    value.stringValue ?? value.intValue,
  ]);
  return Object.fromEntries(pairs);
}

const named = (name: string) => received.filter((span) => span.name === name);
const childrenOf = (span: ReceivedSpan | undefined) =>
  received.filter(({ parentSpanId }) => parentSpanId === span?.spanId);

test("a request is a span of its caller's trace, its steps are children", async () => {
  const { $metadata } = await traced("01").send(
    new CreateRoleCommand({ RoleName: "Traced", AssumeRolePolicyDocument: trustPolicy() }),
  );
  await server.close();
  const [span] = named("iam/CreateRole");
  expect(span).toMatchObject({ traceId: TRACE, parentSpanId: CALLER, kind: 2 });
  expect(span?.status.code).toBe(0);
  expect(attributesOf(span)).toEqual({
    "rpc.system": "aws-api",
    "rpc.service": "iam",
    "rpc.method": "CreateRole",
    "cloud.region": "us-east-1",
    "cloud.account.id": "000000000000",
    "aws.request_id": $metadata.requestId,
    "http.response.status_code": "200",
  });
  const steps = childrenOf(span);
  expect(steps.map(({ name }) => name)).toEqual(["authorize", "transaction"]);
  for (const { startTimeUnixNano, endTimeUnixNano, traceId } of steps) {
    expect(traceId).toBe(TRACE);
    expect(BigInt(startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span?.startTimeUnixNano ?? 0));
    expect(BigInt(endTimeUnixNano)).toBeLessThanOrEqual(BigInt(span?.endTimeUnixNano ?? 0));
  }
});

test("a call between services stands below the request that caused it", async () => {
  const { s3, ivs } = server.clients();
  await s3.send(new CreateBucketCommand({ Bucket: "traced-recordings" }));
  const s3Destination = { bucketName: "traced-recordings" };
  const destinationConfiguration = { s3: s3Destination };
  await ivs.send(new CreateRecordingConfigurationCommand({ destinationConfiguration }));
  await server.close();
  const [span] = named("ivs/CreateRecordingConfiguration");
  const [call] = named("iam/CreateServiceLinkedRole");
  expect(call?.traceId).toBe(span?.traceId);
  expect(span?.parentSpanId).toBeUndefined();
  let above = call;
  while (above?.parentSpanId !== undefined) {
    const { parentSpanId }: ReceivedSpan = above;
    above = received.find(({ spanId }) => spanId === parentSpanId);
  }
  expect(above).toBe(span);
});

test("a refusal is traced with its code and is no fault of the server", async () => {
  const stranger = traced("01", { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "x" });
  await expect(stranger.send(new ListUsersCommand({}))).rejects.toThrow();
  await server.close();
  const [span] = named("iam");
  expect(span?.status.code).toBe(0);
  expect(attributesOf(span)).toMatchObject({
    "error.type": "InvalidClientTokenId",
    "http.response.status_code": "403",
  });
});

test("what its caller doesn't record, and what is no operation, isn't recorded", async () => {
  await traced("00").send(new ListUsersCommand({}));
  await fetch(`${server.endpoint}/_rolecast/health`);
  await server.close();
  expect(received).toEqual([]);
});

test("without a collector requests are served as ever", async () => {
  await new Promise((resolve) => collector.close(resolve));
  const { iam } = server.clients();
  expect((await iam.send(new ListUsersCommand({}))).Users).toEqual([]);
  await server.close();
});

function trustPolicy(): string {
  const Principal = { Service: "ivs.amazonaws.com" };
  const Statement = [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }];
  return JSON.stringify({ Version: "2012-10-17", Statement });
}
