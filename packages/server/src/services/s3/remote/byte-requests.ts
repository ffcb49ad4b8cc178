import { createHash, webcrypto } from "node:crypto";
import * as http from "node:http";
import * as https from "node:https";
import { urlToHttpOptions } from "node:url";
import { type Signer, signS3Request } from "@rolecast/wire";
import { systemClock } from "../../../kernel/clock.ts";
import { after } from "../../../kernel/work/timers.ts";

/** The time that opening a connection may take. */
export const CONNECT_MS_MAX = 3_000;
/** Shorter bodies are digested at once: a thread would take longer. */
const DIGESTED_AT_ONCE_BYTES = 64 * 1024;
/** An error's code is near the beginning of its document. */
const ERROR_BYTES_MAX = 16 * 1024;
const ERROR_CODE = /<Code>([A-Za-z0-9.]+)<\/Code>/;
const NO_BODY_SHA256 = createHash("sha256").digest("hex");
/** Stands for a body that another signed header has the digest of. */
const UNSIGNED = "UNSIGNED-PAYLOAD";
const SKEWED = "RequestTimeTooSkewed";

export interface ByteRequest {
  readonly method: "GET" | "PUT";
  /** The whole key. */
  readonly key: string;
  /** Encoded, names in order. */
  readonly query?: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** The body's; left out, its SHA-256 is computed and signed. */
  readonly md5?: Buffer | undefined;
}

/** An answer that isn't a success, in the form of the SDK's errors. */
class RefusedError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(status: number, code: string) {
    super(`The object store answers ${status} ${code}.`);
    this.name = code;
    this.$metadata = { httpStatusCode: status };
  }
}

/**
 * The requests that carry bytes to and from an object store: PutObject, UploadPart and GetObject.
 * The SDK's client takes several times the processor time for each (docs/adr/0038).
 */
export class ByteRequests {
  readonly #path: string;
  readonly #options: http.RequestOptions;
  readonly #host: string;
  readonly #signer: Signer;
  readonly #agent: http.Agent;
  readonly #request: typeof http.request;
  /** The store's time less ours, once it has refused ours. */
  #skewMs = 0;

  /** `bucketUrl` is the URL below which the bucket's keys are. */
  constructor(bucketUrl: URL, signer: Signer) {
    this.#path = bucketUrl.pathname.replace(/\/$/, "");
    this.#host = bucketUrl.host;
    this.#signer = signer;
    const isSecure = bucketUrl.protocol === "https:";
    const agentOptions = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY };
    this.#agent = isSecure ? new https.Agent(agentOptions) : new http.Agent(agentOptions);
    this.#request = isSecure ? https.request : http.request;
    const { protocol, hostname, port } = urlToHttpOptions(bucketUrl);
    this.#options = { protocol, hostname, port, agent: this.#agent };
  }

  /**
   * Resolves to the head of a success; its body must be read or destroyed. Rejects with an error
   * like the SDK's after `answerMs` without one.
   */
  async send(request: ByteRequest, answerMs: number): Promise<http.IncomingMessage> {
    const { method, key, query = "", body, md5 } = request;
    const rawPath = `${this.#path}/${encodeKey(key)}`;
    const payload = md5 ? UNSIGNED : body ? await sha256Of(body) : NO_BODY_SHA256;
    const digest = md5 && { "content-md5": md5.toString("base64") };
    const headers = { host: this.#host, ...request.headers, ...digest };
    const signed = signS3Request(
      { method, rawPath, rawQuery: query, headers },
      payload,
      this.#signer,
      systemClock.nowMs() + this.#skewMs,
    );
    if (body) signed["content-length"] = String(body.byteLength);
    const path = query === "" ? rawPath : `${rawPath}?${query}`;
    const sent = this.#request({ ...this.#options, method, path, headers: signed });
    const callOff = after(answerMs, () => sent.destroy(timeoutError()));
    try {
      const answer = await exchange(sent, body);
      const { statusCode: status = 0 } = answer;
      if (status >= 200 && status < 300) return answer;
      const refused = new RefusedError(status, await readCode(answer));
      if (refused.name === SKEWED) this.#noteTime(answer.headers.date);
      throw refused;
    } finally {
      callOff();
    }
  }

  destroy(): void {
    this.#agent.destroy();
  }

  #noteTime(date: string | undefined): void {
    const storesMs = Date.parse(date ?? "");
    if (Number.isFinite(storesMs)) this.#skewMs = storesMs - systemClock.nowMs();
  }
}

/** Sends a request; resolves to the head of its answer. */
function exchange(
  sent: http.ClientRequest,
  body: Buffer | undefined,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once("response", resolve);
    // Also hears of what breaks after the answer, which its reader is told by the answer itself.
    sent.on("error", reject);
    sent.once("socket", (socket) => {
      if (!socket.connecting) return;
      const callOff = after(CONNECT_MS_MAX, () => sent.destroy(timeoutError()));
      socket.once("connect", callOff);
      socket.once("close", callOff);
    });
    sent.end(body);
  });
}

function timeoutError(): Error {
  const error = new Error("The object store doesn't answer in time.");
  error.name = "TimeoutError";
  return error;
}

/** The code of an error's document; the status where there is none. */
async function readCode(answer: http.IncomingMessage): Promise<string> {
  let text = "";
  try {
    for await (const bytes of answer as AsyncIterable<Buffer>) {
      text += bytes.toString("latin1");
      if (text.length > ERROR_BYTES_MAX) break;
    }
  } catch {
    // The status says enough.
  }
  return ERROR_CODE.exec(text)?.[1] ?? "Unknown";
}

/** In hexadecimal; of much, in a thread of the system's pool. */
async function sha256Of(bytes: Buffer): Promise<string> {
  if (bytes.byteLength <= DIGESTED_AT_ONCE_BYTES)
    return createHash("sha256").update(bytes).digest("hex");
  const digest = await webcrypto.subtle.digest("SHA-256", bytes);
  return Buffer.from(digest).toString("hex");
}

/** S3 wants all but unreserved characters and slashes encoded. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll("%2F", "/")
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
