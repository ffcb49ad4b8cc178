import { AwsError } from "../../../kernel/aws-error.ts";
import type { Clock } from "../../../kernel/clock.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import { readPlainBody } from "../channels/plain-body.ts";
import type { OwnedStreams } from "./owned-streams.ts";
import type { PeerSignature } from "./peer-signature.ts";

const PREFIX = "/_rolecast/node/ivs/";
/** Longer than any playlist is held back. */
const CALL_MAX_MS = 30_000;
const BODY_BYTES_MAX = 4 * 1024 * 1024;
const HEADERS = { node: "x-rolecast-node", at: "x-rolecast-at", signature: "x-rolecast-signature" };
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
};

export interface PeerAddress {
  readonly nodeId: string;
  readonly url: string;
}

/** The stream's node isn't reached. Source: IVS API Reference, errors of StopStream. */
export function streamUnavailable(reason: string, cause?: unknown): AwsError {
  const message = `The stream is temporarily unavailable: ${reason}`;
  return new AwsError("StreamUnavailable", message, { status: 503, cause });
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
  const call = { nodeId, method, body, atMs: nowMs };
  const headers = {
    "content-type": "application/json",
    [HEADERS.node]: nodeId,
    [HEADERS.at]: String(nowMs),
    [HEADERS.signature]: signature.sign(call),
  };
  try {
    const response = await fetch(`${url.replace(/\/$/, "")}${PREFIX}${method}`, {
      method: "POST",
      headers,
      body,
      redirect: "error",
      signal: AbortSignal.timeout(CALL_MAX_MS),
    });
    return (await readAnswer(response)) as Awaited<ReturnType<OwnedStreams[Name]>>;
  } catch (error) {
    throw streamUnavailable("its node does not answer", error);
  }
}

async function readAnswer(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  if (response.headers.get("content-type") === BYTES_TYPE)
    return new Uint8Array(await response.arrayBuffer());
  return response.json();
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
    body: (await readPlainBody(request, BODY_BYTES_MAX)) ?? "",
  };
  const isKnown = nodeId() !== "" && request.method === "POST" && Object.hasOwn(METHODS, method);
  if (!isKnown) return refusal(404, "Nothing is here for other nodes.");
  if (!signature.verify(call, headers[HEADERS.signature] ?? "", clock.nowMs()))
    return refusal(403, "Only for nodes with the same sealing key, and a clock like this one's.");
  if (call.nodeId !== nodeId()) return refusal(421, "Another node has this address now.");
  // What this server's own key signed are the arguments of the interface.
  const answer = streams[method as Method] as (...args: unknown[]) => Promise<unknown>;
  return encode(await answer(...JSON.parse(call.body)));
}

function encode(value: unknown): PlainResponse {
  if (value === undefined) return { status: 204, headers: {}, body: undefined };
  const isBytes = value instanceof Uint8Array;
  const body = isBytes ? value : JSON.stringify(value);
  const headers = {
    "content-type": isBytes ? BYTES_TYPE : "application/json",
    "content-length": String(Buffer.byteLength(body)),
    "cache-control": "no-store",
  };
  return { status: 200, headers, body };
}

function refusal(status: number, message: string): PlainResponse {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return { status, headers, body: `${JSON.stringify({ message })}\n` };
}
