import { crc32 } from "node:zlib";
import type { Ids } from "../../../kernel/ids.ts";
import { invalidArgument } from "../errors.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";

/** The version that a bucket keeps without versioning, or while it is suspended. */
export const NULL_VERSION = "null";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_CHARS = 20;
const NUMBER_CHARS = 6;
const CHECK_CHARS = 6;
const ID = /^[0-9A-Za-z]{32}$/;

/** The version in an answer to a write: S3 doesn't name the null version there. */
export function writtenVersion({ version_id: versionId }: Pick<ObjectRow, "version_id">) {
  return versionId === NULL_VERSION ? {} : { VersionId: versionId };
}

/** The version in an answer to a read: a bucket that never had versions names none. */
export function readVersion(
  { version_id: versionId }: Pick<ObjectRow, "version_id">,
  { versioning }: Pick<BucketRow, "versioning">,
) {
  return versioning === null ? {} : { VersionId: versionId };
}

/**
 * An id for the version that is its key's `versionNumber`th. S3 tells an id that it never gave from
 * one whose version is gone, so ids can be checked; and a listing goes on after a version that has
 * been deleted meanwhile, so they hold its number.
 */
export function newVersionId(versionNumber: number, ids: Ids): string {
  const body = ids.alphanumeric(RANDOM_CHARS) + inDigits(versionNumber, NUMBER_CHARS);
  return body + check(body);
}

/** The number in an id of ours; undefined for `null`, and for what isn't one. */
export function versionNumberOf(versionId: string): number | undefined {
  if (!ID.test(versionId)) return undefined;
  const body = versionId.slice(0, RANDOM_CHARS + NUMBER_CHARS);
  if (check(body) !== versionId.slice(body.length)) return undefined;
  return [...body.slice(RANDOM_CHARS)].reduce(
    (sum, c) => sum * DIGITS.length + DIGITS.indexOf(c),
    0,
  );
}

export function isVersionId(text: string): boolean {
  return text === NULL_VERSION || versionNumberOf(text) !== undefined;
}

/** Throws InvalidArgument for an id that no version can have. */
export function checkVersionId(versionId: string | undefined): void {
  if (versionId === undefined || isVersionId(versionId)) return;
  const message =
    versionId === "" ? "Version id cannot be the empty string" : "Invalid version id specified";
  throw invalidArgument(message, "versionId", versionId);
}

function check(body: string): string {
  return inDigits(crc32(body), CHECK_CHARS);
}

function inDigits(value: number, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / DIGITS.length)) {
    text = DIGITS.charAt(rest % DIGITS.length) + text;
  }
  return text;
}
