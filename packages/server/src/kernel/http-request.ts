import type { Authentication, SignedForm } from "@rolecast/wire";

/** Facts of a request that came over HTTP. */
export interface HttpRequestInfo {
  readonly method: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  /** Lower-cased names; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** `http` or `https` as the client sees it. */
  readonly scheme: string;
  /** Whether nobody else can read the request: `aws:SecureTransport`. */
  readonly isSecure: boolean;
  /** Trailing headers of an aws-chunked body: filled when the body has been read to its end. */
  trailers(): Readonly<Record<string, string>>;
  /** The body's digest in hexadecimal, which an operation that `verifiesSha256` must compare. */
  readonly unverifiedSha256?: string | undefined;
}

/**
 * How a request was authenticated: the place and version of its signature, and its credential
 * scope. All code reads it here rather than from the request a second time.
 */
export type RequestAuthentication = Authentication | SignedForm;

/** Facts of an upload by a browser's form, whose fields stand for other requests' headers. */
export interface FormRequestInfo {
  /** By lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  /** Filled in for the code that read the form, which answers it. */
  readonly response: ResponseHints;
}

/**
 * A handler's wishes for its HTTP answer beside the modelled output, such as status 206 for a
 * range. They have no effect on a call from inside the process.
 */
export interface ResponseHints {
  status: number | undefined;
  /** Lower-cased names. */
  readonly headers: Record<string, string>;
}
