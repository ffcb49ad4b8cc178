import { AwsError } from "../../../kernel/aws-error.ts";

/** The outcome of one request to the store that wasn't a success. */
export type Failure =
  /** The object isn't there. */
  | { readonly kind: "missing" }
  /** The key is taken. */
  | { readonly kind: "taken" }
  /** Says why; another try may help, or none does before somebody mends something. */
  | { readonly kind: "failed"; readonly reason: string; readonly mayPass: boolean };

/** Refusals that another try may mend, beside those with a status of 500 and above. */
const PASSING: readonly string[] = [
  "RequestTimeout",
  "SlowDown",
  "BadDigest",
  "XAmzContentSHA256Mismatch",
  "RequestTimeTooSkewed",
];

/** Reads an error of the SDK. The reason names no key and holds no secret. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { kind: "failed", reason: "unknown", mayPass: false };
  const { $metadata, code, name } = error as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly code?: unknown;
  };
  const status = $metadata?.httpStatusCode;
  if (status === 412) return { kind: "taken" };
  if (status === 404 && name !== "NoSuchBucket" && name !== "NoSuchUpload")
    return { kind: "missing" };
  if (status !== undefined && status >= 300) {
    const mayPass = status >= 500 || status === 429 || PASSING.includes(name);
    return { kind: "failed", reason: `it answers ${status} ${name}`, mayPass };
  }
  if (name === "TimeoutError")
    return { kind: "failed", reason: "it doesn't answer", mayPass: true };
  const word = typeof code === "string" ? code : name;
  return { kind: "failed", reason: `it can't be reached (${word})`, mayPass: true };
}

/** The answer to requests that need bytes which can't be had, or be stored, now. */
export function storeAway(reason: string): AwsError {
  return new AwsError("SlowDown", `The object store behind this server is away: ${reason}.`, {
    status: 503,
    fault: "server",
    headers: { "retry-after": "1" },
  });
}
