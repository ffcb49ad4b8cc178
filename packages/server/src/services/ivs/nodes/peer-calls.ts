import { AwsError } from "../../../kernel/aws-error.ts";
import type { Clock } from "../../../kernel/clock.ts";
import { randomIds } from "../../../kernel/ids.ts";
import { readPlainBody } from "../../../kernel/plain-body.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import { after } from "../../../kernel/work/timers.ts";
import type { OwnedStreams } from "./owned-streams.ts";
import { type PeerSignature, sha256Of } from "./peer-signature.ts";

const PREFIX = "/_rolecast/node/ivs/";
/** A node that answers at all does so within this time. */
const ANSWER_MAX_MS = 5_000;
/** The same where a playlist is held back, and for all bytes of an answer to be here. */
const CALL_MAX_MS = 30_000;
const BODY_BYTES_MAX = 4 * 1024 * 1024;
/** More than the longest segment has. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;
const NONCE_BYTES = 16;
const HEADERS = {
  node: "x-rolecast-node",
  at: "x-rolecast-at",
  nonce: "x-rolecast-nonce",
  sha256: "x-rolecast-sha256",
  signature: "x-rolecast-signature",
} as const;
const BYTES_TYPE = "application/octet-stream";

type Method = keyof OwnedStreams;
const METHODS: Readonly<Record<Method, true>> = {
  stopStream: true,
  putMetadata: true,
  insertAdBreak: true,
  multivariantPlaylist: true,
  renditionHeight: true,
  mediaPlaylist: true,
  initSection: true,
  segment: true,
  awaitMedia: true,
  part: true,
  playable: true,
  noteViewers: true,
  viewerCounts: true,
  hangUp: true,
  handOn: true,
  expectEncoder: true,
};

export interface PeerAddress {
  readonly nodeId: string;
  readonly url: string;
}

/** The stream's node isn't reached. Source: IVS API Reference, errors of StopStream. */
export function streamUnavailable(reason: string, cause?: unknown): AwsError {
  return new AwsError("StreamUnavailable", sentence(reason), { status: 503, cause });
}

/** StreamUnavailable: its node isn't there, or the network between is cut. */
export class SilentPeerError extends AwsError {
  constructor(cause: unknown) {
    const message = sentence("its node does not answer");
    super("StreamUnavailable", message, { status: 503, cause });
  }
}

function sentence(reason: string): string {
  return `The stream is temporarily unavailable: ${reason}`;
}

/** Calls a method of another node's streams. Rejects with StreamUnavailable. */
export async function callPeer<Name extends Method>(
  { nodeId, url }: PeerAddress,
  method: Name,
  args: Parameters<OwnedStreams[Name]>,
  signature: PeerSignature,
  nowMs: number,
): Promise<Awaited<ReturnType<OwnedStreams[Name]>>> {
  const body = JSON.stringify(args);
  const nonce = Buffer.from(randomIds.bytes(NONCE_BYTES)).toString("hex");
  const bodySha256 = sha256Of(body);
  const callSignature = signature.sign({ nodeId, method, atMs: nowMs, nonce, bodySha256 });
  const headers = {
    "content-type": "application/json",
    [HEADERS.node]: nodeId,
    [HEADERS.at]: String(nowMs),
    [HEADERS.nonce]: nonce,
    [HEADERS.sha256]: bodySha256,
    [HEADERS.signature]: callSignature,
  };
  const request = { method: "POST", headers, body, redirect: "error" } as const;
  const answerMaxMs = method === "awaitMedia" ? CALL_MAX_MS : ANSWER_MAX_MS;
  const answer = await send(`${url.replace(/\/$/, "")}${PREFIX}${method}`, request, answerMaxMs);
  try {
    const value = readAnswer(answer, callSignature, signature);
    return value as Awaited<ReturnType<OwnedStreams[Name]>>;
  } catch (error) {
    throw streamUnavailable("its node refuses to answer", error);
  }
}

interface Answer {
  readonly response: Response;
  readonly bytes: Buffer;
}

/** Rejects with SilentPeerError where no whole answer comes. */
async function send(url: string, request: RequestInit, answerMaxMs: number): Promise<Answer> {
  const given = new AbortController();
  const giveUpAfter = (ms: number) =>
    after(ms, () => given.abort(new Error(`no whole answer within ${ms} ms`)));
  let callOff = giveUpAfter(answerMaxMs);
  try {
    const response = await fetch(url, { ...request, signal: given.signal });
    callOff();
    callOff = giveUpAfter(CALL_MAX_MS);
    return { response, bytes: await readBytes(response) };
  } catch (error) {
    throw new SilentPeerError(error);
  } finally {
    callOff();
  }
}

/** Reads the node's answer to this call; an answer of another server at its address is refused. */
function readAnswer(
  { response, bytes }: Answer,
  callSignature: string,
  signature: PeerSignature,
): unknown {
  const { status, headers } = response;
  if (!response.ok) throw new Error(`${status} ${bytes.toString().slice(0, 200)}`);
  const contentType = headers.get("content-type") ?? "";
  const answer = { callSignature, status, contentType, bodySha256: sha256Of(bytes) };
  if (!signature.verifyAnswer(answer, headers.get(HEADERS.signature) ?? ""))
    throw new Error("the answer isn't signed by the node");
  if (status === 204) return undefined;
  return contentType === BYTES_TYPE ? new Uint8Array(bytes) : JSON.parse(bytes.toString());
}

async function readBytes({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > ANSWER_BYTES_MAX) throw new Error("the answer is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, sizeBytes);
}

export interface PeerAnswersOptions {
  readonly streams: OwnedStreams;
  readonly signature: PeerSignature;
  readonly clock: Clock;
  /** This node's id; empty where it shares nothing. */
  readonly nodeId: () => string;
}

/** Answers what another node asks of this one's streams. Undefined: not such a call. */
export async function answerPeer(
  request: PlainRequest,
  { streams, signature, clock, nodeId }: PeerAnswersOptions,
): Promise<PlainResponse | undefined> {
  if (!request.path.startsWith(PREFIX)) return undefined;
  const method = request.path.slice(PREFIX.length);
  const { headers } = request;
  const call = {
    nodeId: headers[HEADERS.node] ?? "",
    method,
    atMs: Number(headers[HEADERS.at]),
    nonce: headers[HEADERS.nonce] ?? "",
    bodySha256: headers[HEADERS.sha256] ?? "",
  };
  const callSignature = headers[HEADERS.signature] ?? "";
  const nowMs = clock.nowMs();
  const isKnown = nodeId() !== "" && request.method === "POST" && Object.hasOwn(METHODS, method);
  if (!isKnown) return refusal(404, "Nothing is here for other nodes.");
  if (!signature.verify(call, callSignature, nowMs))
    return refusal(403, "Only for nodes with the same sealing key, and a clock like this one's.");
  if (call.nodeId !== nodeId()) return refusal(421, "Another node has this address now.");
  if (!signature.isFirst(call, nowMs)) return refusal(403, "This call was made before.");
  const body = await readPlainBody(request, BODY_BYTES_MAX);
  if (body === undefined || sha256Of(body) !== call.bodySha256)
    return refusal(403, "The body isn't the one that was signed.");
  // Arguments that this server's own key has signed are the interface's.
  const answer = streams[method as Method] as (...args: unknown[]) => Promise<unknown>;
  return encode(await answer(...JSON.parse(body)), callSignature, signature);
}

function encode(value: unknown, callSignature: string, signature: PeerSignature): PlainResponse {
  const isBytes = value instanceof Uint8Array;
  const body = value === undefined ? undefined : isBytes ? value : JSON.stringify(value);
  const status = body === undefined ? 204 : 200;
  const contentType = body === undefined ? "" : isBytes ? BYTES_TYPE : "application/json";
  const bodySha256 = sha256Of(body ?? "");
  const signed = { callSignature, status, contentType, bodySha256 };
  const headers = { [HEADERS.signature]: signature.signAnswer(signed) };
  if (body === undefined) return { status, headers, body };
  const more = {
    "content-type": contentType,
    "content-length": String(Buffer.byteLength(body)),
    "cache-control": "no-store",
  };
  return { status, headers: { ...headers, ...more }, body };
}

function refusal(status: number, message: string): PlainResponse {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return { status, headers, body: `${JSON.stringify({ message })}\n` };
}
