import assert from "node:assert";
import { Readable } from "node:stream";
import type { HandedOnAnswerer } from "../../../kernel/ports/node-places.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import { HANDED_ON_HEADER } from "../../../kernel/web-sockets.ts";

/** A request on its way to the node that answers it, as JSON. */
export interface HandedOnRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The client's. */
  readonly remoteAddress: string;
  readonly scheme: PlainRequest["scheme"];
  readonly body: string;
}

export interface HandedOnAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Requests that other nodes hand on to this one. Their signatures were verified. */
export class HandedOnRequests {
  readonly #answerers: HandedOnAnswerer[] = [];

  add(answerer: HandedOnAnswerer): void {
    this.#answerers.push(answerer);
  }

  async answer({ query, body, headers, ...request }: HandedOnRequest): Promise<HandedOnAnswer> {
    for (const answerer of this.#answerers) {
      const answer = await answerer({
        ...request,
        ...{ query: new URLSearchParams(query), isSigned: false },
        headers: { ...headers, [HANDED_ON_HEADER]: "1" },
        body: Readable.from([Buffer.from(body)]),
      });
      if (!answer) continue;
      const { body: text } = answer;
      assert(text === undefined || typeof text === "string", "handed on answers are texts");
      const { status, headers: answered } = answer;
      return { status, headers: answered, ...(text === undefined ? {} : { body: text }) };
    }
    return { status: 404, headers: {} };
  }
}

/** A request for another node; undefined for one that was handed on already. */
export function toHandOn(request: PlainRequest, body: string): HandedOnRequest | undefined {
  const { method, path, query, headers, remoteAddress, scheme } = request;
  if (headers[HANDED_ON_HEADER] !== undefined) return undefined;
  return { method, path, query: query.toString(), headers, remoteAddress, scheme, body };
}

export function asPlain({ status, headers, body }: HandedOnAnswer): PlainResponse {
  return { status, headers, body };
}
