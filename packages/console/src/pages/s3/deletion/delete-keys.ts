import { DeleteObjectsCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import type { Run } from "../../../shared/remove-all.ts";
import { pagesOf } from "../../../wire/read-pages.ts";
import { versionPages } from "../version-pages.ts";

/** An object, or one version or delete marker of it. */
export interface StoredKey {
  readonly Key: string;
  readonly VersionId?: string;
}

/** After as many refusals a deletion gives up: the others would be refused as well. */
const REFUSALS_MAX = 100;

/**
 * Deletes page after page of keys, each by one call, and reports how many are gone. S3 answers 200
 * to a call in which it refused single objects: their refusals are thrown at the end.
 */
export async function deleteKeys(
  s3: S3Client,
  Bucket: string,
  pages: AsyncIterable<readonly StoredKey[]>,
  { signal, report }: Run,
  bypass: boolean,
): Promise<void> {
  const refusals: Error[] = [];
  const BypassGovernanceRetention = bypass ? { BypassGovernanceRetention: true } : {};
  let gone = 0;
  for await (const keys of pages) {
    signal.throwIfAborted();
    if (keys.length === 0) continue;
    const Delete = { Objects: [...keys], Quiet: true };
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete, ...BypassGovernanceRetention }),
    );
    refusals.push(...Errors.map(({ Key, Code, Message }) => refusal(`${Key}: ${Message}`, Code)));
    gone += keys.length - Errors.length;
    report(`${gone.toLocaleString("en")} deleted from ${Bucket}`);
    if (refusals.length >= REFUSALS_MAX) break;
  }
  if (refusals.length > 0) throw new AggregateError(refusals);
}

function refusal(message: string, code = "Error"): Error {
  const error = new Error(message);
  error.name = code;
  return error;
}

/** The objects below a prefix. */
export function keysBelow(
  client: S3Client,
  Bucket: string,
  Prefix: string,
): AsyncIterable<readonly StoredKey[]> {
  return pagesOf(paginateListObjectsV2({ client }, { Bucket, Prefix }), (page) =>
    page.Contents?.map(({ Key = "" }) => ({ Key })),
  );
}

/** Every version and delete marker of a bucket. */
export function everyVersion(s3: S3Client, Bucket: string): AsyncIterable<readonly StoredKey[]> {
  return pagesOf(versionPages(s3, { Bucket }), ({ Versions = [], DeleteMarkers = [] }) =>
    [...Versions, ...DeleteMarkers].map(({ Key = "", VersionId = "null" }) => ({ Key, VersionId })),
  );
}
