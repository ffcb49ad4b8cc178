import { Readable } from "node:stream";
import { type HttpRequest, HttpResponse } from "@smithy/core/transport";
import type { WireRequest, WireResponse } from "../message.ts";

export const TEST_CREDENTIALS = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

export type Answer = (request: WireRequest, body: Buffer) => Promise<WireResponse> | WireResponse;

/** Settings under which an SDK client calls `answer` in place of the network. */
export function loopbackConfig(answer: Answer) {
  return {
    region: "us-east-1",
    credentials: TEST_CREDENTIALS,
    endpoint: "http://localhost:4566",
    maxAttempts: 1,
    requestHandler: {
      async handle(request: HttpRequest) {
        const body = await requestBytes(request.body);
        const { status, headers, body: content } = await answer(toWireRequest(request, body), body);
        const response = new HttpResponse({
          statusCode: status,
          headers: { ...headers },
          body: content instanceof Readable ? content : Readable.from(chunks(content)),
        });
        return { response };
      },
    },
  };
}

/** The SDK's request as it would be sent. */
export function toWireRequest(request: HttpRequest, body: Buffer): WireRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name.toLowerCase()] = Buffer.from(value, "utf8").toString("latin1");
  }
  return {
    method: request.method,
    rawPath: request.path,
    rawQuery: rawQuery(request.query),
    headers,
    body: Readable.from(chunks(body)),
  };
}

function rawQuery(query: HttpRequest["query"]): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value === null) parts.push(encodeURIComponent(name));
    for (const item of Array.isArray(value) ? value : value === null ? [] : [value]) {
      parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(item)}`);
    }
  }
  return parts.join("&");
}

async function requestBytes(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body);
  if (!(body instanceof Readable)) throw new Error("a request body of an unknown kind");
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

function chunks(content: string | Uint8Array | undefined): Buffer[] {
  return content === undefined || content.length === 0 ? [] : [Buffer.from(content)];
}
