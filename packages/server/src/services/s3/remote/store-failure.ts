import { AwsError } from "../../../kernel/aws-error.ts";
import { errorClass } from "../../../kernel/error-class.ts";

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

/** An object that isn't there. Only the store can say so: a gateway before it answers 404, too. */
const MISSING = "NoSuchKey";
/** The store's own words with a status of 404. */
const GONE: readonly string[] = [MISSING, "NoSuchBucket", "NoSuchUpload"];

/** Two words at least, so that no id of a key is one: `NoSuchKey`, `XAmzContentSHA256Mismatch`. */
const CODE = /^(?:[A-Z]{1,4}[a-z]{1,16}|SHA256){2,12}$/;

/**
 * An error's code as the store gives it, if it is one: a store or a proxy before it may repeat what
 * it was sent, the key's id too. Logs, health and answers to callers show it.
 */
export function shownCode(given: string | undefined): string {
  return given !== undefined && CODE.test(given) ? ` ${given}` : "";
}

/** Reads an error of the SDK. The reason names no key and holds no secret. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { kind: "failed", reason: "unknown", mayPass: false };
  const { $metadata, name } = error as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  if (status === 412) return { kind: "taken" };
  if (status === 404 && name === MISSING) return { kind: "missing" };
  if (status !== undefined && status >= 300) {
    const isGateways = status === 404 && !GONE.includes(name);
    const mayPass = status >= 500 || status === 429 || isGateways || PASSING.includes(name);
    return { kind: "failed", reason: `it answers ${status}${shownCode(name)}`, mayPass };
  }
  if (name === "TimeoutError")
    return { kind: "failed", reason: "it doesn't answer", mayPass: true };
  return { kind: "failed", reason: `it can't be reached (${errorClass(error)})`, mayPass: true };
}

/** The answer to requests that need bytes which can't be had, or be stored, now. */
export function storeAway(reason: string): AwsError {
  return new AwsError("SlowDown", `The object store behind this server is away: ${reason}.`, {
    status: 503,
    fault: "server",
    headers: { "retry-after": "1" },
  });
}

/** The failure in words, for answers and logs. */
export function reasonOf(failure: Failure): string {
  switch (failure.kind) {
    case "missing":
      return "it lacks what it was given";
    case "taken":
      return "a key was taken";
    default:
      return failure.reason;
  }
}
