import { wholeSeconds } from "../../../kernel/clock.ts";
import { matchesEtag } from "../entity-tags.ts";
import { notModified, preconditionFailed } from "../errors.ts";

/** The current state of an object, for conditions. */
export interface CurrentObject {
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
}

export interface ReadConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

/**
 * Throws PreconditionFailed or NotModified. An entity tag outranks a date, and what demands
 * sameness is asked first (RFC 9110, 13.2.2; S3 API, GetObject).
 */
export function checkReadConditions(
  conditions: ReadConditions,
  current: CurrentObject,
  nowMs: number,
): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  if (IfMatch !== undefined) {
    if (!matchesEtag(IfMatch, current.etag)) throw preconditionFailed("If-Match");
  } else if (IfUnmodifiedSince && wholeSeconds(current.modifiedMs) > IfUnmodifiedSince.getTime()) {
    throw preconditionFailed("If-Unmodified-Since");
  }
  if (IfNoneMatch !== undefined) {
    if (matchesEtag(IfNoneMatch, current.etag)) throw notModified(validators(current));
  } else if (IfModifiedSince && isUnmodified(current, IfModifiedSince, nowMs)) {
    throw notModified(validators(current));
  }
}

/** CopyObject's conditions on its source: as for reads, but each failure is a 412. */
export function checkCopySourceConditions(
  conditions: ReadConditions,
  current: CurrentObject,
  nowMs: number,
): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  const modified = wholeSeconds(current.modifiedMs);
  if (IfMatch !== undefined) {
    if (!matchesEtag(IfMatch, current.etag)) throw preconditionFailed("x-amz-copy-source-If-Match");
  } else if (IfUnmodifiedSince && modified > IfUnmodifiedSince.getTime()) {
    throw preconditionFailed("x-amz-copy-source-If-Unmodified-Since");
  }
  if (IfNoneMatch !== undefined) {
    if (matchesEtag(IfNoneMatch, current.etag))
      throw preconditionFailed("x-amz-copy-source-If-None-Match");
  } else if (IfModifiedSince && isUnmodified(current, IfModifiedSince, nowMs)) {
    throw preconditionFailed("x-amz-copy-source-If-Modified-Since");
  }
}

/** S3 ignores a date to come, as RFC 2616 (14.25) had it. */
function isUnmodified({ modifiedMs }: CurrentObject, since: Date, nowMs: number): boolean {
  return since.getTime() <= nowMs && wholeSeconds(modifiedMs) <= since.getTime();
}

function validators(current: CurrentObject): Readonly<Record<string, string>> {
  return {
    etag: `"${current.etag}"`,
    "last-modified": new Date(current.modifiedMs).toUTCString(),
  };
}
