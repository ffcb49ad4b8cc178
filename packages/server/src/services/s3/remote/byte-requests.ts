import { createHash, webcrypto } from "node:crypto";
import { type Signer, signS3Request } from "@rolecast/wire";
import { systemClock } from "../../../kernel/clock.ts";
import type { StoreAnswer } from "./store-connection.ts";
import { type OpenOptions, type OpenRequest, StoreConnections } from "./store-connections.ts";

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
  /** Its pieces. */
  readonly body?: readonly Buffer[];
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
  readonly #host: string;
  readonly #signer: Signer;
  readonly #connections: StoreConnections;
  /** The store's time less ours, once it has refused ours. */
  #skewMs = 0;

  /** `bucketUrl` is the URL below which the bucket's keys are. */
  constructor(bucketUrl: URL, signer: Signer) {
    this.#path = bucketUrl.pathname.replace(/\/$/, "");
    this.#host = bucketUrl.host;
    this.#signer = signer;
    this.#connections = new StoreConnections(bucketUrl);
  }

  /**
   * Resolves when a success begins; its body must be read or destroyed. Rejects with an error like
   * the SDK's after `answerMs` without an answer.
   */
  async send(request: ByteRequest, answerMs: number): Promise<StoreAnswer> {
    const { body, md5 } = request;
    const payload = md5 ? UNSIGNED : body ? await sha256Of(body) : NO_BODY_SHA256;
    const head = this.#sign(request, payload, body && lengthOf(body));
    return this.#accept(await this.#connections.ask(head, body ?? [], answerMs));
  }

  /**
   * Begins to write an object whose bytes come later, and whose digest is to be compared with the
   * answer's entity tag. The answer is as of `send`.
   */
  begin(request: ByteRequest, sizeBytes: number, how: OpenOptions): OpenRequest {
    const opened = this.#connections.begin(this.#sign(request, UNSIGNED, sizeBytes), how);
    return { ...opened, answer: opened.answer.then((answer) => this.#accept(answer)) };
  }

  destroy(): void {
    this.#connections.destroy();
  }

  #sign(request: ByteRequest, payload: string, sizeBytes: number | undefined): string {
    const { method, key, query = "", md5 } = request;
    const rawPath = `${this.#path}/${encodeKey(key)}`;
    const digest = md5 && { "content-md5": md5.toString("base64") };
    const headers = { host: this.#host, ...request.headers, ...digest };
    const signed = signS3Request(
      { method, rawPath, rawQuery: query, headers },
      payload,
      this.#signer,
      systemClock.nowMs() + this.#skewMs,
    );
    if (sizeBytes !== undefined) signed["content-length"] = String(sizeBytes);
    return headOf(method, query === "" ? rawPath : `${rawPath}?${query}`, signed);
  }

  async #accept(answer: StoreAnswer): Promise<StoreAnswer> {
    const { status, headers: answered } = answer;
    if (status >= 200 && status < 300) return answer;
    const refused = new RefusedError(status, await readCode(answer));
    if (refused.name === SKEWED) this.#noteTime(answered.date);
    throw refused;
  }

  #noteTime(date: string | undefined): void {
    const storesMs = Date.parse(date ?? "");
    if (Number.isFinite(storesMs)) this.#skewMs = storesMs - systemClock.nowMs();
  }
}

/** No header of ours has a line break in it: keys are encoded, and all else is made here. */
function headOf(method: string, path: string, headers: Readonly<Record<string, string>>): string {
  let head = `${method} ${path} HTTP/1.1\r\n`;
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
  return `${head}connection: keep-alive\r\n\r\n`;
}

/** The code of an error's document; the status where there is none. */
async function readCode({ body }: StoreAnswer): Promise<string> {
  let text = "";
  try {
    for await (const bytes of body as AsyncIterable<Buffer>) {
      text += bytes.toString("latin1");
      if (text.length > ERROR_BYTES_MAX) break;
    }
  } catch {
    // The status says enough.
  }
  return ERROR_CODE.exec(text)?.[1] ?? "Unknown";
}

function lengthOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** In hexadecimal; of much, in a thread of the system's pool. */
async function sha256Of(pieces: readonly Buffer[]): Promise<string> {
  const [first = Buffer.alloc(0), ...others] = pieces;
  const bytes = others.length === 0 ? first : Buffer.concat(pieces);
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
