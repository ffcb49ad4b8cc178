import type { Authentication, SignedForm } from "@rolecast/wire";

/** What only a request over HTTP has. */
export interface HttpRequestInfo {
  readonly method: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  /** Lower-cased names; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** `http` or `https` as the client sees it. */
  readonly scheme: string;
  /** Trailing headers of an aws-chunked body: filled when the body has been read to its end. */
  trailers(): Readonly<Record<string, string>>;
  /** Hexadecimal, for an operation that `verifiesSha256`: what its body must digest to. */
  readonly unverifiedSha256?: string | undefined;
}

/**
 * How a request was authenticated: the place and version of its signature, and what it signed for.
 * Whoever wants to know reads it here, and not in the request a second time.
 */
export type RequestAuthentication = Authentication | SignedForm;

/** What only an upload by a browser's form has, whose fields are what other requests' headers are. */
export interface FormRequestInfo {
  /** By lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  /** For whoever read the form, who answers it. */
  readonly response: ResponseHints;
}

/**
 * What a handler says of its HTTP answer beside the modelled output, such as status 206 for a
 * range. Without meaning for a call from inside the process.
 */
export interface ResponseHints {
  status: number | undefined;
  /** Lower-cased names. */
  readonly headers: Record<string, string>;
}
