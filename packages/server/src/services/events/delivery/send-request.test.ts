import { expect, test } from "vitest";
import type { OutgoingClient } from "../../../kernel/outgoing/outgoing-client.ts";
import { OutgoingError } from "../../../kernel/outgoing/outgoing-error.ts";
import { sendRequest } from "./send-request.ts";

type Sent = Parameters<OutgoingClient["send"]>[0];

const REQUEST = { url: "https://hook.example/", headers: { a: "b" }, body: "{}" };

/** Sends once to a receiver that answers this, or that can't be reached. */
async function sent(answer: number | Error, method = "POST") {
  const requests: Sent[] = [];
  const send = async (request: Sent) => {
    requests.push(request);
    if (answer instanceof Error) throw answer;
    return { status: answer, headers: {}, body: Buffer.alloc(0) };
  };
  const client = { send } as unknown as OutgoingClient;
  return { delivered: await sendRequest(client, { ...REQUEST, method }), requests };
}

const RETRIED = [401, 407, 409, 429, 500, 501, 503, 504, 599];
const REFUSED = [100, 199, 300, 301, 302, 304, 400, 402, 403, 404, 408, 410, 428, 430, 499];

test.each([200, 201, 204, 299])("an answer of %i is a delivery", async (status) => {
  expect((await sent(status)).delivered).toEqual({ delivered: true });
});

test.each([
  ...RETRIED.map((status) => [status, true] as const),
  ...REFUSED.map((status) => [status, false] as const),
])("an answer of %i is none, and is tried again: %s", async (status, retry) => {
  const reason = `it answered ${status}`;
  expect((await sent(status)).delivered).toEqual({ delivered: false, retry, reason, status });
});

test("a receiver that isn't reached is tried again; a bug isn't hidden", async () => {
  const { delivered } = await sent(new OutgoingError("it can't be reached"));
  expect(delivered).toEqual({ delivered: false, retry: true, reason: "it can't be reached" });
  await expect(sent(new TypeError("a bug"))).rejects.toThrow("a bug");
});

test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "GET", "HEAD"])(
  "%s is sent with its headers, and with a body where it has one",
  async (method) => {
    const body = method === "GET" || method === "HEAD" ? {} : { body: "{}" };
    const { requests } = await sent(200, method);
    const { url, headers } = REQUEST;
    expect(requests).toEqual([
      { url, method, headers, ...body, timeoutMs: 5_000, answerBytesMax: 0 },
    ]);
  },
);
