import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomIds } from "../../../kernel/ids.ts";
import { readPlainBody } from "../../../kernel/plain-body.ts";
import { HandedOnEncoders } from "./handed-on-encoders.ts";
import { type HandedOnRequest, HandedOnRequests, toHandOn } from "./handed-on-requests.ts";
import type { OwnedStreams } from "./owned-streams.ts";
import { answerPeer, callPeer } from "./peer-calls.ts";
import { PeerSignature, sha256Of } from "./peer-signature.ts";

const NOW_MS = 1_000_000;
const NODE_ID = "4f0c";
const signature = new PeerSignature(new Uint8Array(32).fill(1));

/** The questions that the node was asked, past its door. */
const asked: unknown[][] = [];
const note =
  (method: string, answer: unknown) =>
  async (...args: unknown[]) => {
    asked.push([method, ...args]);
    return answer;
  };
const handedOn = new HandedOnRequests();
const streams = {
  stopStream: note("stopStream", true),
  segment: note("segment", new Uint8Array([0, 255, 7])),
  mediaPlaylist: note("mediaPlaylist", undefined),
  handOn: (request: HandedOnRequest) => handedOn.answer(request),
  insertAdBreak: note("insertAdBreak", "overlapping"),
  viewerCounts: note("viewerCounts", [1, 0]),
  putMetadata: async () => Promise.reject(new Error("the engine failed")),
} as unknown as OwnedStreams;

let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { pathname, searchParams: query } = new URL(request.url ?? "", "http://x");
    const headers = request.headers as Record<string, string>;
    const plain = { method: request.method ?? "", path: pathname, query, headers, body: request };
    const options = { streams, signature, clock: { nowMs: () => NOW_MS }, nodeId: () => NODE_ID };
    const answer = await answerPeer(
      { ...plain, remoteAddress: "::1", scheme: "http", isSigned: false },
      options,
    ).catch(() => {
      return { status: 500, headers: {}, body: undefined };
    });
    response.writeHead(answer?.status ?? 404, answer?.headers ?? {}).end(answer?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

let nonces = 0;
function signedHeaders(method: string, body: string): Record<string, string> {
  const nonce = String(++nonces).padStart(32, "0");
  const bodySha256 = sha256Of(body);
  const signed = { nodeId: NODE_ID, method, atMs: NOW_MS, nonce, bodySha256 };
  return {
    "x-rolecast-node": NODE_ID,
    "x-rolecast-at": String(NOW_MS),
    "x-rolecast-nonce": nonce,
    "x-rolecast-sha256": bodySha256,
    "x-rolecast-signature": signature.sign(signed),
  };
}

const call = <Name extends keyof OwnedStreams>(
  method: Name,
  args: Parameters<OwnedStreams[Name]>,
  change: { nodeId?: string; signature?: PeerSignature; nowMs?: number } = {},
) =>
  callPeer(
    { nodeId: change.nodeId ?? NODE_ID, url: `${url}/` },
    method,
    args,
    change.signature ?? signature,
    change.nowMs ?? NOW_MS,
  );

describe("a call to another node", () => {
  test("has it answer a client's request, once, as if the client had asked it", async () => {
    const seen: unknown[] = [];
    handedOn.add((request) => {
      if (request.path !== "/whep/x") return undefined;
      const { body: _, query, ...rest } = request;
      seen.push({ ...rest, token: query.get("token") });
      return readPlainBody(request, 10).then((body) => ({ status: 201, headers: {}, body }));
    });
    const request = {
      ...{ method: "POST", path: "/whep/x", query: new URLSearchParams("token=a%26b") },
      ...{ headers: { origin: "o" }, remoteAddress: "2001:db8::1", scheme: "https" as const },
      ...{ isSigned: false, body: Readable.from([]) },
    };
    const handed = toHandOn(request, "v=0");
    if (!handed) throw new Error("it wasn't handed on before");
    expect(await call("handOn", [handed])).toEqual({ status: 201, headers: {}, body: "v=0" });
    const headers = { origin: "o", "x-rolecast-handed-on": "1" };
    expect(seen).toEqual([
      {
        ...{ method: "POST", path: "/whep/x", headers, remoteAddress: "2001:db8::1" },
        ...{ scheme: "https", isSigned: false, token: "a&b" },
      },
    ]);
    expect(toHandOn({ ...request, headers }, "v=0")).toBeUndefined();
    const nothing = await call("handOn", [{ ...handed, path: "/other" }]);
    expect(nothing).toEqual({ status: 404, headers: {} });
  });

  test("gets what the method answers there: bytes, data, or nothing", async () => {
    expect(await call("segment", ["arn", "chunked", 7])).toEqual(new Uint8Array([0, 255, 7]));
    expect(await call("insertAdBreak", ["arn", "id", 1_000])).toBe("overlapping");
    expect(await call("viewerCounts", [["a", "b"]])).toEqual([1, 0]);
    expect(await call("mediaPlaylist", ["arn", "chunked"])).toBeUndefined();
    expect(asked.splice(0)).toEqual([
      ["segment", "arn", "chunked", 7],
      ["insertAdBreak", "arn", "id", 1_000],
      ["viewerCounts", ["a", "b"]],
      ["mediaPlaylist", "arn", "chunked"],
    ]);
  });

  test("with another key, for another node, or too early or late reaches nothing", async () => {
    const other = new PeerSignature(new Uint8Array(32).fill(2));
    for (const change of [
      { signature: other },
      { nodeId: "another" },
      { nowMs: NOW_MS - 61_000 },
      { nowMs: NOW_MS + 61_000 },
      { nowMs: Number.NaN },
    ])
      await expect(call("stopStream", ["arn"], change)).rejects.toMatchObject({
        code: "StreamUnavailable",
        status: 503,
      });
    expect(asked).toEqual([]);
  });

  test("that is unsigned, changed, or of no method is refused", async () => {
    const body = '["arn"]';
    const headers = signedHeaders("stopStream", body);
    const path = `${url}/_rolecast/node/ivs/`;
    const status = async (method: string, init: RequestInit) =>
      (await fetch(`${path}${method}`, { method: "POST", ...init })).status;
    expect(await status("stopStream", { body })).toBe(403);
    const changed = signedHeaders("stopStream", body);
    expect(await status("stopStream", { body: '["other"]', headers: changed })).toBe(403);
    expect(await status("segment", { body, headers })).toBe(403);
    expect(await status("constructor", { body, headers })).toBe(404);
    expect(await status("stopStream", { method: "PUT", body, headers })).toBe(404);
    expect(asked).toEqual([]);
    expect(await status("stopStream", { body, headers })).toBe(200);
    expect(asked.splice(0)).toEqual([["stopStream", "arn"]]);
    // Once more, as whoever listens on the network might.
    expect(await status("stopStream", { body, headers })).toBe(403);
    expect(asked).toEqual([]);
  });

  test("is known by its headers, before anything of its body is read", async () => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.write(
      "POST /_rolecast/node/ivs/stopStream HTTP/1.1\r\nhost: a\r\ncontent-length: 4000000\r\n\r\n",
    );
    const [first] = await once(socket, "data");
    expect(String(first)).toMatch(/^HTTP\/1\.1 403 /);
    socket.destroy();
  });

  test("believes only the answer that its node gave to it", async () => {
    const recorded = signedHeaders("stopStream", '["arn"]');
    const body = '["arn"]';
    const path = `${url}/_rolecast/node/ivs/stopStream`;
    const answer = await fetch(path, { method: "POST", body, headers: recorded });
    const replayed = answer.headers.get("x-rolecast-signature") ?? "";
    asked.splice(0);
    for (const given of ["", replayed]) {
      const impostor = createServer((_request, response) =>
        response
          .writeHead(200, { "content-type": "application/json", "x-rolecast-signature": given })
          .end("true"),
      );
      await new Promise<void>((resolve) => impostor.listen(0, "127.0.0.1", resolve));
      const { port } = impostor.address() as AddressInfo;
      const at = { nodeId: NODE_ID, url: `http://127.0.0.1:${port}` };
      await expect(callPeer(at, "stopStream", ["arn"], signature, NOW_MS)).rejects.toMatchObject({
        code: "StreamUnavailable",
      });
      impostor.close();
    }
  });

  test("is StreamUnavailable when the method fails there or nobody listens", async () => {
    const unavailable = { code: "StreamUnavailable", status: 503 };
    await expect(call("putMetadata", ["arn", "text"])).rejects.toMatchObject(unavailable);
    const nowhere = { nodeId: NODE_ID, url: "http://127.0.0.1:1" };
    await expect(callPeer(nowhere, "stopStream", ["arn"], signature, NOW_MS)).rejects.toMatchObject(
      unavailable,
    );
  });
});

describe("an encoder that another node hands on", () => {
  const [RTMP, RTMPS] = [1935, 443];
  const encoder = { protocol: "rtmps", name: "rt_key", secure: true, remoteAddress: "2001:db8::1" };
  function encodersOf(ports: Readonly<Record<string, number>> = { rtmp: RTMP, rtmps: RTMPS }) {
    const time = { nowMs: NOW_MS };
    const clock = { nowMs: () => time.nowMs };
    const options = { clock, ids: randomIds, media: { certificateSha256: "AB:CD" } };
    return { time, encoders: new HandedOnEncoders(options, () => ports) };
  }
  const requestOf = (name = "") => ({
    ...{ protocol: "rtmp", name, secure: false, remoteAddress: "127.0.0.1" },
    ...{ connectionId: "r1", priority: undefined },
  });

  test("is taken once, and soon, as the one that it is", () => {
    const { time, encoders } = encodersOf();
    const [first, second] = [encoders.expect(encoder), encoders.expect(encoder)];
    expect(first).toEqual({ port: RTMPS, certificateSha256: "AB:CD", name: first?.name });
    const request = { ...encoder, connectionId: "r1", priority: undefined };
    expect(encoders.take(requestOf(first?.name))).toEqual({ request, isHandedOn: true });
    time.nowMs += 15_000;
    for (const name of [first?.name, second?.name, "", "handed-on-", "rt_key"]) {
      const asItCame = { request: requestOf(name), isHandedOn: false };
      expect(encoders.take(requestOf(name))).toEqual(asItCame);
    }
  });

  test("comes to a port on which nobody reads what nobody could read before", () => {
    const inClear = { ...encoder, protocol: "rtmp", secure: false };
    expect(encodersOf().encoders.expect(inClear)?.port).toBe(RTMP);
    expect(encodersOf({ rtmps: RTMPS }).encoders.expect(inClear)?.port).toBe(RTMPS);
    expect(encodersOf({ rtmp: RTMP }).encoders.expect(encoder)).toBeUndefined();
    expect(encodersOf({}).encoders.expect(inClear)).toBeUndefined();
  });

  test("waits with so many others at most", () => {
    const { time, encoders } = encodersOf();
    const places = Array.from({ length: 10_001 }, () => encoders.expect(encoder));
    expect(places.indexOf(undefined)).toBe(10_000);
    time.nowMs += 15_000;
    expect(encoders.expect(encoder)).toBeDefined();
  });
});
