import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { Authenticator } from "./authn/authenticator.ts";
import type { Credential } from "./kernel/ports/identity.ts";
import { testContext } from "./kernel/testing/test-context.ts";
import {
  createForwardAccessSession,
  type ForwardAccessSessionDependencies,
} from "./services/rolecast/linked-services/forward-access-sessions.ts";

const NOW_MS = Date.parse("2026-11-24T12:00:00Z");
const MINUTE_MS = 60_000;
const KEY = { id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
const SERVICE = "queue.internal.example";

interface Received {
  readonly Method: string;
  readonly Path: string;
  readonly Query: string;
  readonly Headers: Readonly<Record<string, string>>;
  readonly Body: string;
}

const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text);
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const amzDate = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, "");

function keyOf(scope: string, secret: string): string | Buffer {
  const parts = scope.split("/");
  return parts.reduce<string | Buffer>((key, part) => hmac(key, part).digest(), `AWS4${secret}`);
}

/** A request as its caller signs it (SigV4), written from AWS's description alone. */
function signed(signedFor = "queue", atMs = NOW_MS, secret = KEY.secret): Received {
  const date = amzDate(atMs);
  const scope = `${date.slice(0, 8)}/us-east-1/${signedFor}/aws4_request`;
  const headers = { host: "queue.example", "x-amz-date": date, "x-amz-target": "Send" };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const body = '{"to":"alice"}';
  const canonical = ["POST", "/queues/one", "a=1&b=2", lines.join(""), names, sha256(body)];
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical.join("\n"))}`;
  const signature = hmac(keyOf(scope, secret), text).digest("hex");
  const claim = `Credential=${KEY.id}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return {
    Method: "POST",
    Path: "/queues/one",
    Query: "a=1&b=2",
    Headers: { ...headers, authorization: `AWS4-HMAC-SHA256 ${claim}` },
    Body: Buffer.from(body).toString("base64"),
  };
}

/** Trades a received request; answers whose credentials were issued, or the refusal's code. */
async function trade(received: Received, change: Partial<Credential> = {}): Promise<string> {
  const clock = { nowMs: () => NOW_MS };
  const accountId = "000000000000";
  const alice = { accountId, arn: `arn:aws:iam::${accountId}:root` };
  const credential: Credential = {
    secretAccessKey: KEY.secret,
    caller: { principal: { kind: "root", ...alice } },
    status: "Active",
    ...change,
  };
  const source = {
    findCredential: async (id: string) => (id === KEY.id ? credential : undefined),
  };
  const authenticator = new Authenticator(
    { credentialSources: [source], organizations: [] },
    clock,
  );
  const protocol = "restJson1";
  const definition = { name: "rolecast", signingName: "rolecast", protocol, version: "1" } as const;
  const issued: string[] = [];
  const deps: ForwardAccessSessionDependencies = {
    services: [
      {
        servicePrincipal: SERVICE,
        signingName: "queue",
        forwardedOperations: ["iam:CreateServiceLinkedRole"],
      } as never,
    ],
    sessions: {
      issue: ({ chain = [] }) => {
        issued.push(chain.join());
        return { accessKeyId: "", secretAccessKey: "", sessionToken: "", expiresAtMs: 0 };
      },
    },
    clock,
    verify: ({ body, ...request }) =>
      authenticator.verifyReceived({ definition }, { ...request, body: undefined as never }, body),
  };
  const { handle } = createForwardAccessSession(deps);
  const caller = { principal: { kind: "service", serviceName: SERVICE } } as never;
  try {
    await handle(received, testContext({ caller }), undefined as never);
    expect(issued).toEqual([SERVICE]);
    return "issued";
  } catch (error) {
    expect(issued).toEqual([]);
    return (error as { readonly code: string }).code;
  }
}

const whole = signed();
const withHeaders = (headers: Readonly<Record<string, string>>): Received => ({
  ...whole,
  Headers: { ...whole.Headers, ...headers },
});
const without = (name: string): Received => ({
  ...whole,
  Headers: Object.fromEntries(Object.entries(whole.Headers).filter(([each]) => each !== name)),
});
const ofBody = (text: string) => ({ ...whole, Body: Buffer.from(text).toString("base64") });
const { authorization: claim = "" } = whole.Headers;
const { authorization: claimOfOther = "" } = signed("sqs").Headers;
const MISMATCH = "InvalidSignatureException";

test.each<[string, Received, string]>([
  ["as it was signed", whole, "issued"],
  ["with a header more that needn't be signed", withHeaders({ "user-agent": "x" }), "issued"],
  ["with the longest delay", signed("queue", NOW_MS - 15 * MINUTE_MS), "issued"],
  ["with another body", ofBody('{"to":"mallory"}'), MISMATCH],
  ["with a byte more", ofBody('{"to":"alice"} '), MISMATCH],
  ["without its body", ofBody(""), MISMATCH],
  [
    "with another body, and a header that leaves it open",
    { ...ofBody("{}"), Headers: { ...whole.Headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } },
    MISMATCH,
  ],
  [
    "with another body, and a header with the signed one's hash",
    {
      ...ofBody("{}"),
      Headers: { ...whole.Headers, "x-amz-content-sha256": sha256('{"to":"alice"}') },
    },
    MISMATCH,
  ],
  ["with another signed header", withHeaders({ "x-amz-target": "Purge" }), MISMATCH],
  ["for another host", withHeaders({ host: "other.example" }), MISMATCH],
  ["without a signed header", without("x-amz-target"), MISMATCH],
  ["with an unsigned header of AWS's", withHeaders({ "x-amz-more": "1" }), MISMATCH],
  ["a minute later", withHeaders({ "x-amz-date": amzDate(NOW_MS + MINUTE_MS) }), MISMATCH],
  ["a day later", withHeaders({ "x-amz-date": amzDate(NOW_MS + 1_440 * MINUTE_MS) }), MISMATCH],
  ["too late", signed("queue", NOW_MS - 15 * MINUTE_MS - 1_000), MISMATCH],
  ["too early", signed("queue", NOW_MS + 15 * MINUTE_MS + 1_000), MISMATCH],
  ["with another method", { ...whole, Method: "DELETE" }, MISMATCH],
  ["with another path", { ...whole, Path: "/queues/two" }, MISMATCH],
  ["with another query", { ...whole, Query: "a=1&b=3" }, MISMATCH],
  ["without its query", { ...whole, Query: "" }, MISMATCH],
  ["with its query in another order", { ...whole, Query: "b=2&a=1" }, "issued"],
  ["under another secret", signed("queue", NOW_MS, "another"), MISMATCH],
  [
    "under another key's id",
    withHeaders({ authorization: claim.replace(KEY.id, "AKIAOTHER00000000000") }),
    "UnrecognizedClientException",
  ],
  ["without a signature", without("authorization"), "MissingAuthenticationTokenException"],
  ["without its date", without("x-amz-date"), "IncompleteSignatureException"],
  ["for another service", signed("sqs"), "AccessDeniedException"],
  [
    "with its claim changed to this service",
    withHeaders({ authorization: claimOfOther.replace("/sqs/", "/queue/") }),
    MISMATCH,
  ],
  ["with a header twice", withHeaders({ Host: "queue.example" }), "AccessDeniedException"],
])("a received request %s", async (_, received, answer) => {
  expect(await trade(received)).toBe(answer);
});

test.each<[string, Partial<Credential>, string]>([
  ["was switched off", { status: "Inactive" }, "UnrecognizedClientException"],
  ["isn't for it", { refusedBy: new Set(["rolecast"]) }, "UnrecognizedClientException"],
  ["is for others alone", { refusedBy: new Set(["iam"]) }, "issued"],
])("a received request whose key %s", async (_, change, answer) => {
  expect(await trade(whole, change)).toBe(answer);
});

/** The same as a presigned URL, which lives longer than its holder may act for its signer. */
function presigned(atMs: number): Received {
  const date = amzDate(atMs);
  const scope = `${date.slice(0, 8)}/us-east-1/queue/aws4_request`;
  const query = [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    `X-Amz-Credential=${encodeURIComponent(`${KEY.id}/${scope}`)}`,
    `X-Amz-Date=${date}`,
    "X-Amz-Expires=3600",
    "X-Amz-SignedHeaders=host",
  ].join("&");
  const canonical = ["GET", "/", query, "host:queue.example\n", "host", sha256("")];
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical.join("\n"))}`;
  const signature = hmac(keyOf(scope, KEY.secret), text).digest("hex");
  const Query = `${query}&X-Amz-Signature=${signature}`;
  return { Method: "GET", Path: "/", Query, Headers: { host: "queue.example" }, Body: "" };
}

test.each([
  ["15 minutes", 15 * MINUTE_MS, "issued"],
  ["a second more", 15 * MINUTE_MS + 1_000, "AccessDeniedException"],
  ["more than its life", 61 * MINUTE_MS, MISMATCH],
])("a presigned request is passed on for 15 minutes: after %s", async (_, ageMs, answer) => {
  expect(await trade(presigned(NOW_MS - ageMs))).toBe(answer);
});
