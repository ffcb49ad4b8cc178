import { join } from "node:path";
import { CompiledQuery, Kysely } from "kysely";
import pg from "pg";
import { prefixOf } from "../../packages/server/src/services/s3/blobs/blob-store.ts";
import {
  BLOBS_BELOW,
  blobIdOf,
} from "../../packages/server/src/services/s3/remote/remote-blobs.ts";
import { LATE_WRITES_MS_MAX } from "../../packages/server/src/services/s3/remote/remote-sweep.ts";
import * as referenced from "../../packages/server/src/services/s3/rows/referenced-blobs.ts";
import { findRemovals } from "../../packages/server/src/services/s3/rows/removals.ts";
import type { S3Tables } from "../../packages/server/src/services/s3/tables.ts";
import { openReader } from "../../packages/server/src/storage/open-reader.ts";
import { libsqlDialect } from "../../packages/server/src/storage/sqlite/libsql-driver.ts";
import { until } from "../../test/support/until.ts";
import type { ObjectStore } from "./object-store.ts";

/** A sweep that has met a store that is away comes again after a minute. */
const SWEPT = { withinMs: 150_000, everyMs: 500 };

interface Rows {
  readonly data: string;
  readonly database: string | undefined;
}

/**
 * Looks for objects and uploads of the store that no row knows. Those of known writers are swept
 * later, if something of them may still come; with `isLast` nothing may.
 */
export async function storeLeftovers(
  store: ObjectStore,
  rows: Rows,
  isLast: boolean,
): Promise<readonly string[]> {
  let left: readonly string[] = [];
  const isClean = async () => {
    left = await look(store, rows, isLast);
    return left.length === 0;
  };
  const clean = until(isClean, "no object without a row in the store", SWEPT);
  return clean.then(
    () => [],
    (error: Error) => [`${error.message}: ${left.slice(0, 10)}`],
  );
}

/** Writers ended so long ago that no request of them may still come. No server may run. */
export async function ageWriters({ data, database }: Rows): Promise<void> {
  const age = `update s3_writers set ended_ms = ended_ms - ${LATE_WRITES_MS_MAX}`;
  if (database !== undefined) {
    const client = new pg.Client(database);
    await client.connect();
    await client.query(age).finally(() => client.end());
    return;
  }
  const file = join(data, "rolecast.db");
  const dialect = libsqlDialect({ file, synchronous: "NORMAL", onUnavailable() {} });
  const db = new Kysely<S3Tables>({ dialect });
  await db.executeQuery(CompiledQuery.raw(age)).finally(() => db.destroy());
}

async function look(
  store: ObjectStore,
  { data, database }: Rows,
  isLast: boolean,
): Promise<readonly string[]> {
  const blobIds = await storedBlobs(store);
  const reader = await openReader(join(data, "rolecast.db"), database);
  try {
    const db = reader.db as unknown as Kysely<S3Tables>;
    const writers = await db.selectFrom("s3_writers").select(["prefix", "ended_ms"]).execute();
    const waiting = new Set(
      writers.flatMap(({ prefix, ended_ms }) => (isLast && ended_ms !== null ? [] : prefix)),
    );
    const suspects = blobIds.filter((blobId) => !waiting.has(prefixOf(blobId)));
    const kept = await referenced.findReferencedBlobs(suspects, db);
    const noted = new Set(await findRemovals(suspects, db));
    return suspects.filter((blobId) => !kept.has(blobId) && !noted.has(blobId));
  } finally {
    await reader.close();
  }
}

/** The ids of all blobs that have an object in the store, or an upload in parts. */
async function storedBlobs({ client, bucket: Bucket, prefix }: ObjectStore): Promise<string[]> {
  const Prefix = prefix + BLOBS_BELOW;
  const keys: string[] = [];
  for (let ContinuationToken: string | undefined, isMore = true; isMore; ) {
    const page = await client.listObjectsV2({ Bucket, Prefix, ContinuationToken });
    keys.push(...(page.Contents ?? []).map(({ Key = "" }) => Key));
    ContinuationToken = page.NextContinuationToken;
    isMore = ContinuationToken !== undefined;
  }
  const { Uploads = [] } = await client.listMultipartUploads({ Bucket, Prefix });
  keys.push(...Uploads.map(({ Key = "" }) => Key));
  return keys.map((key) => blobIdOf(key.slice(prefix.length)));
}
