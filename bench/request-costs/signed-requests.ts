import { createHash, createHmac } from "node:crypto";
import { crc32 } from "node:zlib";

/** The ways in which SDKs send an object. */
export type Payload = "trailer" | "signed" | "unsigned";

export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const REGION = "us-east-1";
const UNSIGNED = "UNSIGNED-PAYLOAD";
/** The APIs of services with the Query protocol. */
const VERSIONS = { iam: "2010-05-08", sts: "2011-06-15", cloudformation: "2010-05-15" } as const;
const FORM = "application/x-www-form-urlencoded";

/** Its signatures are valid for a quarter of an hour. */
export class Signer {
  readonly #host: string;
  readonly #key: Key;
  readonly #date = `${new Date().toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`;

  constructor(port: number, key: Key) {
    this.#host = `127.0.0.1:${port}`;
    this.#key = key;
  }

  /** A call of the Query protocol. */
  form(service: keyof typeof VERSIONS, fields: Readonly<Record<string, string>>): Buffer {
    const body = new URLSearchParams({ ...fields, Version: VERSIONS[service] }).toString();
    const headers = [["content-type", FORM]] as const;
    return this.#request(service, "POST", "/", headers, sha256(body), Buffer.from(body));
  }

  /** Makes a bucket. */
  bucket(name: string): Buffer {
    return this.head("PUT", `/${name}`, 0);
  }

  /** A request to S3 without its body, which isn't signed. */
  head(method: "GET" | "PUT", path: string, sizeBytes: number): Buffer {
    const payload = [["x-amz-content-sha256", UNSIGNED]] as const;
    return this.#head("s3", method, path, payload, UNSIGNED, sizeBytes);
  }

  /** The whole request: an SDK sends a stream's checksum after it, and a buffer's before. */
  put(path: string, bytes: Buffer, payload: Payload): Buffer {
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(bytes));
    const crc = checksum.toString("base64");
    switch (payload) {
      case "unsigned":
        return Buffer.concat([this.head("PUT", path, bytes.length), bytes]);
      case "signed": {
        const digest = sha256(bytes);
        const headers = [
          ["x-amz-checksum-crc32", crc],
          ["x-amz-content-sha256", digest],
        ] as const;
        return this.#request("s3", "PUT", path, headers, digest, bytes);
      }
      case "trailer": {
        const digest = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
        const headers = [
          ["content-encoding", "aws-chunked"],
          ["x-amz-content-sha256", digest],
          ["x-amz-decoded-content-length", String(bytes.length)],
          ["x-amz-trailer", "x-amz-checksum-crc32"],
        ] as const;
        return this.#request("s3", "PUT", path, headers, digest, chunked(bytes, crc));
      }
    }
  }

  #request(
    service: string,
    method: string,
    path: string,
    more: readonly (readonly [string, string])[],
    payload: string,
    body: Buffer,
  ): Buffer {
    const head = this.#head(service, method, path, more, payload, body.length);
    return Buffer.concat([head, body]);
  }

  #head(
    service: string,
    method: string,
    path: string,
    more: readonly (readonly [string, string])[],
    payload: string,
    sizeBytes: number,
  ): Buffer {
    const headers = [...more, ["host", this.#host], ["x-amz-date", this.#date]].sort(
      ([a = ""], [b = ""]) => (a < b ? -1 : 1),
    );
    const names = headers.map(([name]) => name).join(";");
    const lines = headers.map(([name, value]) => `${name}:${value}`);
    const canonical = [method, path, "", ...lines, "", names, payload].join("\n");
    const steps = [this.#date.slice(0, 8), REGION, service, "aws4_request"];
    const scope = steps.join("/");
    const key = steps.reduce<string | Buffer>(
      (before, step) => hmac(before, step),
      `AWS4${this.#key.secretAccessKey}`,
    );
    const text = `AWS4-HMAC-SHA256\n${this.#date}\n${scope}\n${sha256(canonical)}`;
    const signature = hmac(key, text).toString("hex");
    const claims = [
      `Credential=${this.#key.accessKeyId}/${scope}`,
      `SignedHeaders=${names}`,
      `Signature=${signature}`,
    ];
    const authorization = `AWS4-HMAC-SHA256 ${claims.join(", ")}`;
    const sent = [
      ...headers,
      ["authorization", authorization],
      ["content-length", String(sizeBytes)],
    ];
    const head = [
      `${method} ${path} HTTP/1.1`,
      ...sent.map(([name, value]) => `${name}: ${value}`),
    ];
    return Buffer.from(`${head.join("\r\n")}\r\n\r\n`);
  }
}

/** SDKs make chunks of 64 KiB (JavaScript) to 1 MiB (Python). */
const CHUNK_BYTES = 64 * 1024;

function chunked(bytes: Buffer, crc: string): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const chunk = bytes.subarray(at, at + CHUNK_BYTES);
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  parts.push(Buffer.from(`0\r\nx-amz-checksum-crc32:${crc}\r\n\r\n`));
  return Buffer.concat(parts);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(bytes: string | Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
