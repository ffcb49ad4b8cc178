import type { BucketRow } from "../tables.ts";
import {
  abortOf,
  type Candidate,
  type Due,
  enabledRules,
  expirationOf,
} from "./lifecycle-rules.ts";

/** Days may end later than an HTTP date can say, or any date can; then there is no header. */
const WRITABLE_MAX_MS = Date.parse("9999-12-31T00:00:00Z");

/** `x-amz-expiration`, of an object's latest version: when which rule removes it. */
export function expirationHeader(
  object: Candidate,
  bucket: Pick<BucketRow, "lifecycle">,
): { readonly Expiration?: string } {
  if (bucket.lifecycle === null) return {};
  const expiration = expirationOf(object, enabledRules(bucket));
  return expiration && expiration.atMs <= WRITABLE_MAX_MS
    ? { Expiration: written(expiration) }
    : {};
}

/** `x-amz-abort-date` and `x-amz-abort-rule-id` of an upload. */
export function abortHeaders(
  upload: { readonly object_key: string; readonly created_ms: number },
  bucket: Pick<BucketRow, "lifecycle">,
): { readonly AbortDate?: Date; readonly AbortRuleId?: string } {
  if (bucket.lifecycle === null) return {};
  const abort = abortOf(upload, enabledRules(bucket));
  return abort && abort.atMs <= WRITABLE_MAX_MS
    ? { AbortDate: new Date(abort.atMs), AbortRuleId: abort.ruleId }
    : {};
}

function written({ atMs, ruleId }: Due): string {
  const date = new Date(atMs).toUTCString();
  return `expiry-date="${date}", rule-id="${encodeURIComponent(ruleId.toWellFormed())}"`;
}
