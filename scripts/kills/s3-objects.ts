import { S3 } from "@aws-sdk/client-s3";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { type Change, remembered } from "./remembered.ts";
import { bodyOf, sumOf } from "./s3-bodies.ts";
import { type ListedVersion, listVersions } from "./s3-versions.ts";
import { UNKNOWN } from "./sameness.ts";

/* Objects of a bucket without versions and of one with them, and multipart uploads to both. */

const PLAIN = "kills-plain";
const VERSIONED = "kills-versioned";
/** Odd keys have versions. */
const isVersioned = (key: string) => Number(key.slice(1)) % 2 === 1;
const bucketOf = (key: string) => (isVersioned(key) ? VERSIONED : PLAIN);
const PART_BYTES_MIN = 5 * 1024 ** 2;
const BODY_BYTES_MAX = 200_000;
const VERSIONS_MAX = 4;
/** The metadata of all uploads. */
const UPLOADED = "uploaded";
/** Most bodies are long enough for a file, or an object of the store. */
const SMALL_BYTES_MAX = 4_000;

/** One version of an object; without a sum, a delete marker. */
interface Version {
  readonly id: string | symbol;
  readonly sum: string | undefined;
  readonly mark: string | undefined;
  readonly tag: string | undefined;
}
interface Upload {
  readonly id: string | symbol;
  /** Its parts' bodies' sums. */
  readonly sums: readonly string[];
}
interface Entry {
  /** Newest first. */
  readonly versions: readonly Version[];
  readonly uploads: readonly Upload[];
}
const EMPTY: Entry = { versions: [], uploads: [] };

/** Bodies by their sums, to tell what parts make together. */
const bodies = new Map<string, Buffer>();

function orAbsent(entry: Entry): Entry | undefined {
  return entry.versions.length + entry.uploads.length === 0 ? undefined : entry;
}

function change(Key: string, state: Entry | undefined, chance: Chance): Change<Entry> {
  const entry = state ?? EMPTY;
  const latest = entry.versions[0];
  const [upload] = entry.uploads;
  if (upload) return continueUpload(Key, entry, upload, chance);
  if (chance.rarely(10)) return beginUpload(Key, entry);
  const old = entry.versions.at(-1);
  if (isVersioned(Key) && old && entry.versions.length >= VERSIONS_MAX)
    return deleteVersion(Key, entry, chance.one(entry.versions));
  if (latest?.sum !== undefined && chance.rarely(5)) return deleteLatest(Key, entry);
  if (latest?.sum !== undefined && chance.rarely(5)) return tagLatest(Key, entry, latest, chance);
  const sources = entry.versions.filter(({ sum }) => sum !== undefined);
  if (sources.length > 0 && chance.rarely(5)) return copy(Key, entry, chance.one(sources), chance);
  return put(Key, entry, chance);
}

/** The entry with a new version of its key. */
function withVersion(Key: string, entry: Entry, version: Omit<Version, "id">, answer: unknown) {
  if (!isVersioned(Key)) return { ...entry, versions: [{ ...version, id: "null" }] };
  const { VersionId } = (answer ?? {}) as { VersionId?: string };
  return { ...entry, versions: [{ ...version, id: VersionId ?? UNKNOWN }, ...entry.versions] };
}

function put(Key: string, entry: Entry, chance: Chance): Change<Entry> {
  const Bucket = bucketOf(Key);
  const size = chance.below(chance.rarely(4) ? SMALL_BYTES_MAX : BODY_BYTES_MAX);
  const Body = bodyOf(chance.below(2 ** 31), size);
  const [sum, mark] = [sumOf(Body), String(chance.below(1e6))];
  const tag = chance.rarely(3) ? String(chance.below(1e6)) : undefined;
  const Tagging = tag === undefined ? undefined : `tag=${tag}`;
  return {
    says: `PutObject ${Key} of ${size} bytes, ${sum}`,
    send: (at) => at.client(S3).putObject({ Bucket, Key, Body, Metadata: { mark }, Tagging }),
    after: (answer) => withVersion(Key, entry, { sum, mark, tag }, answer),
  };
}

/** Makes one of an object's versions its latest, with metadata and a tag of its own. */
function copy(Key: string, entry: Entry, { id, sum }: Version, chance: Chance): Change<Entry> {
  const Bucket = bucketOf(Key);
  const [mark, tag] = [String(chance.below(1e6)), String(chance.below(1e6))];
  const input = {
    ...{ Bucket, Key, CopySource: `${Bucket}/${Key}?versionId=${String(id)}` },
    ...{ MetadataDirective: "REPLACE" as const, Metadata: { mark } },
    ...{ TaggingDirective: "REPLACE" as const, Tagging: `tag=${tag}` },
  };
  return {
    says: `CopyObject ${Key} of ${String(id)}, ${sum}`,
    send: (at) => at.client(S3).copyObject(input),
    after: (answer) => withVersion(Key, entry, { sum, mark, tag }, answer),
  };
}

function deleteLatest(Key: string, entry: Entry): Change<Entry> {
  const marker = { sum: undefined, mark: undefined, tag: undefined };
  return {
    says: `DeleteObject ${Key}`,
    send: (at) => at.client(S3).deleteObject({ Bucket: bucketOf(Key), Key }),
    after: (answer) =>
      isVersioned(Key)
        ? withVersion(Key, entry, marker, answer)
        : orAbsent({ ...entry, versions: [] }),
  };
}

function deleteVersion(Key: string, entry: Entry, { id }: Version): Change<Entry> {
  return {
    says: `DeleteObject ${Key} ${String(id)}`,
    send: (at) => at.client(S3).deleteObject({ Bucket: bucketOf(Key), Key, VersionId: String(id) }),
    after: () => orAbsent({ ...entry, versions: entry.versions.filter((one) => one.id !== id) }),
  };
}

function tagLatest(Key: string, entry: Entry, latest: Version, chance: Chance): Change<Entry> {
  const tag = String(chance.below(1e6));
  const Tagging = { TagSet: [{ Key: "tag", Value: tag }] };
  const [, ...older] = entry.versions;
  return {
    says: `PutObjectTagging ${Key} ${tag}`,
    send: (at) => at.client(S3).putObjectTagging({ Bucket: bucketOf(Key), Key, Tagging }),
    after: () => ({ ...entry, versions: [{ ...latest, tag }, ...older] }),
  };
}

function beginUpload(Key: string, entry: Entry): Change<Entry> {
  const input = { Bucket: bucketOf(Key), Key, Metadata: { mark: UPLOADED } };
  return {
    says: `CreateMultipartUpload ${Key}`,
    send: (at) => at.client(S3).createMultipartUpload(input),
    after: (answer) => {
      const { UploadId } = (answer ?? {}) as { UploadId?: string };
      return { ...entry, uploads: [{ id: UploadId ?? UNKNOWN, sums: [] }] };
    },
  };
}

/** A first part of five megabytes, a second one of what there is, then the end. */
function continueUpload(Key: string, entry: Entry, upload: Upload, chance: Chance): Change<Entry> {
  const UploadId = String(upload.id);
  const at = { Bucket: bucketOf(Key), Key, UploadId };
  const PartNumber = upload.sums.length + 1;
  if (chance.rarely(10))
    return {
      says: `AbortMultipartUpload ${Key}`,
      send: (node) => node.client(S3).abortMultipartUpload(at),
      after: () => orAbsent({ ...entry, uploads: [] }),
    };
  if (PartNumber <= 2) {
    const size = PartNumber === 1 ? PART_BYTES_MIN : chance.below(BODY_BYTES_MAX) + 1;
    const Body = bodyOf(chance.below(2 ** 31), size);
    const sum = sumOf(Body);
    bodies.set(sum, Body);
    return {
      says: `UploadPart ${Key} ${PartNumber} of ${size} bytes, ${sum}`,
      send: (node) => node.client(S3).uploadPart({ ...at, PartNumber, Body }),
      after: () => ({ ...entry, uploads: [{ ...upload, sums: [...upload.sums, sum] }] }),
    };
  }
  const Parts = upload.sums.map((sum, index) => ({ ETag: `"${sum}"`, PartNumber: index + 1 }));
  const whole = Buffer.concat(upload.sums.map((sum) => bodies.get(sum) ?? Buffer.alloc(0)));
  const version = { sum: sumOf(whole), mark: UPLOADED, tag: undefined };
  return {
    says: `CompleteMultipartUpload ${Key}`,
    send: (node) => node.client(S3).completeMultipartUpload({ ...at, MultipartUpload: { Parts } }),
    after: (answer) => withVersion(Key, { ...entry, uploads: [] }, version, answer),
  };
}

async function readVersion(
  s3: S3,
  Bucket: string,
  { key: Key, id: VersionId, isMarker }: ListedVersion,
): Promise<Version> {
  if (isMarker) return { id: VersionId, sum: undefined, mark: undefined, tag: undefined };
  const of = { Bucket, Key, VersionId };
  const { Body, Metadata, TagCount } = await s3.getObject(of);
  const sum = sumOf((await Body?.transformToByteArray()) ?? new Uint8Array());
  const { TagSet } = TagCount === undefined ? { TagSet: [] } : await s3.getObjectTagging(of);
  return { id: VersionId, sum, mark: Metadata?.mark, tag: TagSet?.[0]?.Value };
}

async function read(at: Node): Promise<ReadonlyMap<string, Entry>> {
  const found = new Map<string, Entry>();
  const entryOf = (key = "") => found.get(key) ?? EMPTY;
  for (const Bucket of [PLAIN, VERSIONED]) {
    const s3 = at.client(S3);
    for (const listed of await listVersions(at, Bucket)) {
      const entry = entryOf(listed.key);
      const version = await readVersion(s3, Bucket, listed);
      found.set(listed.key, { ...entry, versions: [...entry.versions, version] });
    }
    const { Uploads = [] } = await s3.listMultipartUploads({ Bucket });
    for (const { Key = "", UploadId = "" } of Uploads) {
      const { Parts = [] } = await s3.listParts({ Bucket, Key, UploadId });
      const sums = Parts.map(({ ETag = "" }) => ETag.slice(1, -1));
      const entry = entryOf(Key);
      found.set(Key, { ...entry, uploads: [...entry.uploads, { id: UploadId, sums }] });
    }
  }
  return found;
}

export const objects = remembered<Entry>({
  name: "s3-objects",
  keys: 16,
  async prepare(at) {
    const s3 = at.client(S3);
    for (const Bucket of [PLAIN, VERSIONED]) await s3.createBucket({ Bucket });
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await s3.putBucketVersioning({ Bucket: VERSIONED, VersioningConfiguration });
  },
  change,
  read,
});
