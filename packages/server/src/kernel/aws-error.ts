/** A caller's mistake, or as much of ours as a caller may know, in AWS's own words. */
export interface AwsErrorOptions {
  /** HTTP status. */
  readonly status: number;
  readonly fault?: "client" | "server";
  /** Modelled members beside code and message, e.g. S3's `BucketName`. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Extra response headers, e.g. `x-amz-bucket-region`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Another service's refusal that is passed on: its explanation comes along. */
  readonly cause?: unknown;
}

/** Headers that explain a refusal, which AWS doesn't have. */
const EXPLAINING = "x-rolecast-";

/**
 * An error in AWS's form: `code` is what travels on the wire (`NoSuchEntity`,
 * `ResourceNotFoundException`), the message is AWS's sentence where it is known.
 * Services build theirs in their own `errors.ts`; our own bugs are plain `assert`s.
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fault: "client" | "server";
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: string, message: string, options: AwsErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AwsError";
    this.code = code;
    this.status = options.status;
    this.fault = options.fault ?? (options.status >= 500 ? "server" : "client");
    this.fields = options.fields ?? {};
    this.headers = { ...explanationIn(options.cause), ...options.headers };
  }
}

function explanationIn(cause: unknown): Readonly<Record<string, string>> {
  if (!(cause instanceof AwsError)) return {};
  const headers = Object.entries(cause.headers);
  return Object.fromEntries(headers.filter(([name]) => name.startsWith(EXPLAINING)));
}
