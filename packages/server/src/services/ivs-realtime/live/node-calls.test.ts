import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import { NodeCalls } from "./node-calls.ts";

/* Two nodes in one process: what the first hands on, the second answers. */

const there = new NodeCalls({ handOn: () => Promise.reject(new Error("asks nobody")) });
there.handle("double", async ({ number }: { number: number }) => ({ number: 2 * number }));
const handedOn: PlainRequest[] = [];
const here = new NodeCalls({
  handOn: async (_nodeId, request, text): Promise<PlainResponse> => {
    handedOn.push(request);
    const answer = there.answer({ ...request, body: Readable.from([Buffer.from(text)]) });
    return (await answer) ?? { status: 404, headers: {}, body: undefined };
  },
});

test("a question is answered by the other node's handler", async () => {
  expect(await here.ask("b", "double", { number: 21 })).toEqual({ number: 42 });
  expect(handedOn).toMatchObject([
    { method: "POST", path: "/_rolecast/node/ivs-realtime/double", isSigned: false },
  ]);
});

test("a question that the other node doesn't know is refused as unavailable", async () => {
  await expect(here.ask("b", "halve", {})).rejects.toMatchObject({
    ...{ code: "ServiceUnavailable", status: 503 },
    message: expect.stringContaining("halve"),
  });
});

test("a question beyond 256 KB isn't read", async () => {
  const answer = there.answer({
    ...{ method: "POST", path: "/_rolecast/node/ivs-realtime/double", headers: {} },
    ...{ query: new URLSearchParams(), remoteAddress: "", isSigned: false, scheme: "https" },
    body: Readable.from([Buffer.alloc(256 * 1024), Buffer.alloc(1)]),
  });
  expect(await answer).toMatchObject({ status: 413 });
});

test.each([
  ["another method", { method: "GET" }],
  ["another path", { path: "/_rolecast/node/ivs-realtime" }],
  ["a path of another kind", { path: "/double" }],
])("%s isn't one of these questions", (_, other) => {
  const [request] = handedOn;
  expect(request && there.answer({ ...request, ...other })).toBeUndefined();
});
