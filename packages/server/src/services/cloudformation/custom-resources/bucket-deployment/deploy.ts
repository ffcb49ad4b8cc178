import { Readable } from "node:stream";
import type {
  DeleteObjectsOutput,
  GetBucketTaggingOutput,
  HeadObjectOutput,
  ListObjectsV2Output,
} from "@aws-sdk/client-s3";
import { AwsError } from "../../../../kernel/aws-error.ts";
import {
  type ArchivedFile,
  FACTS_BYTES_MAX,
  FILES_BYTES_MAX,
  FILES_MAX,
  filesOf,
} from "./archive.ts";
import { contentTypeOf } from "./content-types.ts";
import type { Deployment, Source } from "./deployment.ts";
import { participates } from "./filters.ts";
import { REPLACED_BYTES_MAX, withValues } from "./markers.ts";
import { failedDeployment, invalidArchive } from "./refusals.ts";

/** Calls an operation of S3 as the function's role, in a transaction of its own. */
export type S3Call = <Output>(operation: string, input: object) => Promise<Output>;

/** Source: AWS CLI's `max_concurrent_requests`. */
const AT_ONCE = 10;
/** The tag of a bucket whose contents a deployment owns. Source: the construct. */
const OWNER_TAG = "aws-cdk:cr-owned";

interface Upload {
  readonly sizeBytes: number;
  open(): Promise<Readable>;
  readonly source: Source;
}

/**
 * Makes the destination as the sources are: done again from the start it comes to the same.
 * Rejects with S3's refusal, or with ResourceError.
 */
export async function deploy(wanted: Deployment, s3: S3Call, signal: AbortSignal): Promise<void> {
  const uploads = await uploadsOf(wanted, s3);
  const there = wanted.comparesSizes ? await sizesOf(uploads, wanted, s3, signal) : NO_SIZES;
  const takesPart = (path: string) => participates(path, wanted.exclude, wanted.include);
  const put = [...uploads].filter(
    ([path, { sizeBytes, source }]) =>
      takesPart(path) &&
      // A file with markers has another size than its archive says.
      !(wanted.comparesSizes && !hasMarkers(source) && there.get(path) === sizeBytes),
  );
  await inParallel(put, signal, ([path, upload]) => putObject(path, upload, wanted, s3));
  if (!wanted.prunes) return;
  for await (const page of listed(wanted, s3, signal)) {
    const gone = page.filter(
      ([path, size]) => !uploads.has(path) && takesPart(path) && !(path.endsWith("/") && !size),
    );
    await remove(gone, wanted, s3);
  }
}

/** Removes what a deployment put, and all else below its prefix. */
export async function removeAll(of: Deployment, s3: S3Call, signal: AbortSignal): Promise<void> {
  for await (const page of listed(of, s3, signal)) await remove(page, of, s3);
}

/** Whether another deployment, or this one's successor, still owns what is below the prefix. */
export async function isOwned({ bucket, prefix }: Deployment, s3: S3Call): Promise<boolean> {
  const tag = prefix === "" ? OWNER_TAG : `${OWNER_TAG}:${prefix}`;
  try {
    const asked = { Bucket: bucket };
    const { TagSet = [] } = await s3<GetBucketTaggingOutput>("GetBucketTagging", asked);
    return TagSet.some(({ Key }) => Key?.startsWith(tag));
  } catch (error) {
    // The construct's function takes every refusal for a bucket without tags.
    if (error instanceof AwsError) return false;
    throw error;
  }
}

/** The files of all sources by their paths; of equal ones the last source's counts. */
async function uploadsOf(
  { sources, extracts }: Deployment,
  s3: S3Call,
): Promise<ReadonlyMap<string, Upload>> {
  const uploads = new Map<string, Upload>();
  for (const source of sources) {
    const from = { Bucket: source.bucket, Key: source.key };
    const { ContentLength: size = 0, ETag } = await s3<HeadObjectOutput>("HeadObject", from);
    // The archive that was measured is the one that is read.
    const read = async (range: object) => {
      const input = { ...from, IfMatch: ETag, ...range };
      return (await s3<{ readonly Body: Readable }>("GetObject", input)).Body;
    };
    const bytes = (start: number, end: number) => read({ Range: `bytes=${start}-${end - 1}` });
    const name = source.key.slice(source.key.lastIndexOf("/") + 1);
    const whole: ArchivedFile = { path: name, sizeBytes: size, open: () => read({}) };
    const files = extracts ? await filesOf(bytes, size) : [whole];
    for (const { path, sizeBytes, open } of files) uploads.set(path, { sizeBytes, open, source });
    // Before the next archive's files are in memory, too.
    requireFew(uploads);
  }
  return uploads;
}

function requireFew(uploads: ReadonlyMap<string, Upload>): void {
  let totalBytes = 0;
  let nameCharacters = 0;
  for (const [path, { sizeBytes }] of uploads) {
    totalBytes += sizeBytes;
    nameCharacters += path.length;
  }
  if (uploads.size > FILES_MAX || totalBytes > FILES_BYTES_MAX)
    throw failedDeployment(
      `A deployment has at most ${FILES_MAX} files with ${FILES_BYTES_MAX} bytes.`,
    );
  if (nameCharacters > FACTS_BYTES_MAX)
    throw failedDeployment(`A deployment's files have names of at most ${FACTS_BYTES_MAX} bytes.`);
}

type Listed = readonly (readonly [path: string, sizeBytes: number])[];

/**
 * The destination's objects by their paths below its prefix, page by page: there may be millions.
 */
async function* listed(
  { bucket: Bucket, front }: Deployment,
  s3: S3Call,
  signal: AbortSignal,
): AsyncGenerator<Listed> {
  let ContinuationToken: string | undefined;
  do {
    signal.throwIfAborted();
    const page: ListObjectsV2Output = await s3("ListObjectsV2", {
      Bucket,
      Prefix: front,
      ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
    });
    yield (page.Contents ?? []).map(({ Key = "", Size = 0 }) => [Key.slice(front.length), Size]);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}

const NO_SIZES: ReadonlyMap<string, number> = new Map();

/** The sizes that the files to be put have at the destination by now. */
async function sizesOf(
  uploads: ReadonlyMap<string, Upload>,
  wanted: Deployment,
  s3: S3Call,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for await (const page of listed(wanted, s3, signal))
    for (const [path, size] of page) if (uploads.has(path)) found.set(path, size);
  return found;
}

async function putObject(
  path: string,
  upload: Upload,
  { bucket: Bucket, front, metadata }: Deployment,
  s3: S3Call,
): Promise<void> {
  const ContentType = contentTypeOf(path);
  try {
    await s3("PutObject", {
      Bucket,
      Key: `${front}${path}`,
      ...(ContentType === undefined ? {} : { ContentType }),
      ...metadata,
      ...(await bodyOf(path, upload)),
    });
  } catch (error) {
    throw invalidArchive(error);
  }
}

async function bodyOf(path: string, { sizeBytes, open, source }: Upload) {
  if (!hasMarkers(source)) return { Body: await open(), ContentLength: sizeBytes };
  if (sizeBytes > REPLACED_BYTES_MAX)
    throw failedDeployment(
      `${path} is of a source with markers and has more than ${REPLACED_BYTES_MAX} bytes.`,
    );
  const chunks: Buffer[] = [];
  for await (const chunk of await open()) chunks.push(chunk as Buffer);
  const file = withValues(Buffer.concat(chunks), source.markers);
  return { Body: Readable.from([file]), ContentLength: file.length };
}

function hasMarkers({ markers }: Source): boolean {
  return markers.values.length > 0;
}

/** Removes a page of objects: a list has no more than DeleteObjects takes, 1,000. */
async function remove(page: Listed, { bucket: Bucket, front }: Deployment, s3: S3Call) {
  if (page.length === 0) return;
  const { Errors = [] } = await s3<DeleteObjectsOutput>("DeleteObjects", {
    Bucket,
    Delete: { Objects: page.map(([path]) => ({ Key: `${front}${path}` })), Quiet: true },
  });
  const [refused] = Errors;
  if (refused) throw new AwsError(refused.Code ?? "", refused.Message ?? "", { status: 403 });
}

async function inParallel<Item>(
  items: readonly Item[],
  signal: AbortSignal,
  run: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const failures: unknown[] = [];
  const work = async () => {
    for (const item of rest) {
      signal.throwIfAborted();
      if (failures.length > 0) return;
      await run(item);
    }
  };
  const workers = Array.from({ length: AT_ONCE }, () =>
    work().catch((error: unknown) => failures.push(error)),
  );
  await Promise.all(workers);
  if (failures.length > 0) throw failures[0];
}
