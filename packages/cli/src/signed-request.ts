import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { CommandError, EXIT } from "./command-error.ts";
import type { Connection } from "./connection.ts";

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

/**
 * Gets JSON, signed: of Rolecast's own API, or of another one that no client is published for.
 *
 * @throws CommandError when the server refuses; the message is its own.
 */
export async function getSigned(
  connection: Connection,
  path: string,
  service = "rolecast",
): Promise<unknown> {
  const url = new URL(path, connection.endpoint);
  const signer = new SignatureV4({
    credentials: connection.credentials,
    service,
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
  throw new CommandError(
    `${url.host} answered ${response.status}: ${String(message)}`,
    EXIT.refused,
  );
}
