import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { claimsSignature, readClaim, type SignatureClaim, type WireRequest } from "@rolecast/wire";
import type { PlainRequest } from "../kernel/service.ts";
import type { HeldBytes } from "./body-budget.ts";
import type { Client } from "./client-address.ts";
import type { IncomingBody } from "./request-body.ts";

/** A request on a connection: perhaps an operation's, perhaps a plain one. */
export interface GatewayRequest extends WireRequest, PlainRequest {
  /** Reads the whole body, instead of `body`. Rejects if it is larger or the client disconnects. */
  readBody(maxBytes: number): Promise<Buffer>;
  /** Whether nobody else can read the request: `aws:SecureTransport`. */
  readonly isSecure: boolean;
  /** Counts bytes of `body` that stay in memory until the answer. Throws NoRoomForBodyError. */
  holdBytes(sizeBytes: number): void;
}

/** Wraps node's request. A class, since object literals with getters are slow to create. */
export class IncomingRequest implements GatewayRequest {
  readonly method: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The client's address, as a trusted proxy reports it if there is one. */
  readonly remoteAddress: string;
  /** The client's scheme, as a trusted proxy reports it if there is one. */
  readonly scheme: "http" | "https";
  readonly isSecure: boolean;
  readonly #body: IncomingBody;
  readonly #held: HeldBytes;
  #claim: SignatureClaim | undefined;

  constructor(
    incoming: IncomingMessage,
    body: IncomingBody,
    { address, scheme, isSecure }: Client,
    held: HeldBytes,
  ) {
    const target = originForm(incoming);
    const question = target.indexOf("?");
    this.method = incoming.method ?? "GET";
    this.rawPath = question < 0 ? target : target.slice(0, question);
    this.rawQuery = question < 0 ? "" : target.slice(question + 1);
    this.headers = joinedHeaders(incoming);
    this.remoteAddress = address;
    this.scheme = scheme;
    this.isSecure = isSecure;
    this.#body = body;
    this.#held = held;
  }

  get path(): string {
    return this.rawPath;
  }

  get claim(): SignatureClaim {
    this.#claim ??= readClaim(this);
    return this.#claim;
  }

  get isSigned(): boolean {
    return claimsSignature(this);
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.rawQuery);
  }

  get body(): Readable {
    return this.#body.stream;
  }

  readBody(maxBytes: number): Promise<Buffer> {
    return this.#body.bytes(maxBytes);
  }

  holdBytes(sizeBytes: number): void {
    this.#held.add(sizeBytes);
  }
}

/**
 * The path and query that a request asks for. Behind what they take for a proxy, clients send the
 * whole URL (RFC 9112, "absolute-form"); it must be that of the Host, which decided the rest.
 */
export function originForm({ url = "/", headers }: IncomingMessage): string {
  if (url.startsWith("/")) return url;
  const [, authority, target = ""] = /^https?:\/\/([^/?]*)(.*)$/is.exec(url) ?? [];
  if (authority === undefined || authority.toLowerCase() !== headers.host?.toLowerCase())
    return url;
  return target.startsWith("/") ? target : `/${target}`;
}

export function joinedHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const joined: Record<string, string> = Object.create(null);
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(",") : value;
  }
  return joined;
}
