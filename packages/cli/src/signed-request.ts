import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";

/** A server, and whose key signs. */
export interface SigningTarget {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The server refused; the message is its own. */
export class RefusedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RefusedError";
  }
}

/** Node's SHA-256 and HMAC in the form that the signer asks for. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.from(data);
}

/** The endpoint and key of the environment, as AWS's tools read them; `test` on this machine. */
export function targetOf(
  endpoint: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): SigningTarget {
  const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } =
    environment;
  return {
    endpoint: endpoint ?? AWS_ENDPOINT_URL ?? "http://127.0.0.1:4566",
    accessKeyId: AWS_ACCESS_KEY_ID ?? "test",
    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? "test",
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  };
}

/**
 * Gets JSON of Rolecast's own API, signed.
 *
 * @throws RefusedError
 */
export async function getSigned(target: SigningTarget, path: string): Promise<unknown> {
  const url = new URL(path, target.endpoint);
  const signer = new SignatureV4({
    credentials: target,
    service: "rolecast",
    region: "us-east-1",
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method: "GET",
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    path: url.pathname,
    headers: { host: url.host },
  });
  const response = await fetch(url, { headers });
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  const message =
    typeof answer === "object" && answer !== null && "message" in answer ? answer.message : "";
  throw new RefusedError(`${url.host} answered ${response.status}: ${String(message)}`);
}
