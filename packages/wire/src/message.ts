import type { Readable } from "node:stream";
import type { SignatureClaim } from "./authentication/signature-claim.ts";

/** An HTTP request as it stood on the wire, before anything was decoded. */
export interface WireRequest {
  readonly method: string;
  /** Percent-encoded as received, without the query. */
  readonly rawPath: string;
  /** Percent-encoded as received, without `?`. */
  readonly rawQuery: string;
  /** Names in lower case; values of repeated headers joined by ",". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
  /** The signature that the request claims, kept so that it is read once. */
  readonly claim?: SignatureClaim;
}

/** An HTTP response; names of headers are in lower case. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | Readable | undefined;
}
