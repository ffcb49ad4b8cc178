import * as s3 from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

let server: TestServer;
let client: Clients["s3"];

beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
});
afterAll(() => server?.close());

let buckets = 0;
async function bucketWith(keys: Iterable<string>): Promise<string> {
  const Bucket = `listing-${buckets++}`;
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  await Promise.all(
    [...keys].map((Key) => client.send(new s3.PutObjectCommand({ Bucket, Key, Body: Key }))),
  );
  return Bucket;
}

interface Listing {
  readonly keys: string[];
  readonly prefixes: string[];
}

/** Makes a listing the plain way: sorts by UTF-8 bytes, then groups. */
function expectedListing(keys: ReadonlySet<string>, prefix: string, delimiter: string): Listing {
  const sorted = sortedByBytes([...keys].filter((key) => key.startsWith(prefix)));
  const listing: Listing = { keys: [], prefixes: [] };
  for (const key of sorted) {
    const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    if (at < 0) listing.keys.push(key);
    else {
      const group = key.slice(0, at + delimiter.length);
      if (!listing.prefixes.includes(group)) listing.prefixes.push(group);
    }
  }
  return listing;
}

interface Grouped {
  readonly Prefix: string;
  readonly Delimiter: string;
}

interface Asked extends Grouped {
  readonly MaxKeys: number;
}

async function listV2(Bucket: string, asked: Asked): Promise<Listing> {
  const listing: Listing = { keys: [], prefixes: [] };
  let ContinuationToken: string | undefined;
  do {
    const page = await client.send(
      new s3.ListObjectsV2Command({ Bucket, ...asked, ContinuationToken }),
    );
    expect(page.KeyCount).toBe((page.Contents?.length ?? 0) + (page.CommonPrefixes?.length ?? 0));
    expect(page.KeyCount).toBeLessThanOrEqual(asked.MaxKeys);
    expect(page.IsTruncated).toBe(page.NextContinuationToken !== undefined);
    collect(listing, page);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return listing;
}

async function listV1(Bucket: string, asked: Asked): Promise<Listing> {
  const listing: Listing = { keys: [], prefixes: [] };
  let Marker: string | undefined;
  for (;;) {
    const page = await client.send(new s3.ListObjectsCommand({ Bucket, ...asked, Marker }));
    collect(listing, page);
    if (!page.IsTruncated) return listing;
    Marker = page.NextMarker ?? page.Contents?.at(-1)?.Key;
    expect(Marker).toBeDefined();
  }
}

/** Versions and delete markers, each with its key. */
async function listVersions(Bucket: string, asked: Asked): Promise<Listing> {
  const listing: Listing = { keys: [], prefixes: [] };
  let markers: Pick<s3.ListObjectVersionsCommandInput, "KeyMarker" | "VersionIdMarker"> = {};
  for (;;) {
    const page = await client.send(
      new s3.ListObjectVersionsCommand({ Bucket, ...asked, ...markers }),
    );
    const { Versions = [], DeleteMarkers = [] } = page;
    const shown = Versions.length + DeleteMarkers.length + (page.CommonPrefixes?.length ?? 0);
    expect(shown).toBeLessThanOrEqual(asked.MaxKeys);
    collect(listing, { ...page, Contents: [...Versions, ...DeleteMarkers] });
    if (!page.IsTruncated) return listing;
    expect(shown).toBe(asked.MaxKeys);
    markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

async function listUploads(Bucket: string, { MaxKeys, ...asked }: Asked): Promise<Listing> {
  const listing: Listing = { keys: [], prefixes: [] };
  let markers: Pick<s3.ListMultipartUploadsCommandInput, "KeyMarker" | "UploadIdMarker"> = {};
  for (;;) {
    const page = await client.send(
      new s3.ListMultipartUploadsCommand({ Bucket, ...asked, ...markers, MaxUploads: MaxKeys }),
    );
    const { Uploads = [], CommonPrefixes = [] } = page;
    collect(listing, { Contents: Uploads.map(({ Key }) => ({ Key })), CommonPrefixes });
    if (!page.IsTruncated) return listing;
    expect(Uploads.length + CommonPrefixes.length).toBe(MaxKeys);
    markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}

/** The four listings, each begun after a text. */
async function listAfter(
  text: string,
  { Bucket, twice, ...asked }: Grouped & { readonly Bucket: string; readonly twice: string },
): Promise<Readonly<Record<string, Listing>>> {
  const single = { Bucket, ...asked };
  const double = { Bucket: twice, ...asked, KeyMarker: text };
  const versions = await client.send(new s3.ListObjectVersionsCommand(double));
  const uploads = await client.send(new s3.ListMultipartUploadsCommand(double));
  const pages = {
    ListObjects: await client.send(new s3.ListObjectsCommand({ ...single, Marker: text })),
    ListObjectsV2: await client.send(new s3.ListObjectsV2Command({ ...single, StartAfter: text })),
    ListObjectVersions: {
      ...versions,
      Contents: [...(versions.Versions ?? []), ...(versions.DeleteMarkers ?? [])],
    },
    ListMultipartUploads: { ...uploads, Contents: uploads.Uploads as s3._Object[] | undefined },
  };
  return Object.fromEntries(
    Object.entries(pages).map(([operation, page]) => {
      const listing: Listing = { keys: [], prefixes: [] };
      collect(listing, page);
      return [operation, { ...listing, keys: sortedByBytes([...new Set(listing.keys)]) }];
    }),
  );
}

function collect(
  listing: Listing,
  page: Pick<s3.ListObjectsCommandOutput, "Contents" | "CommonPrefixes">,
): void {
  for (const { Key } of page.Contents ?? []) listing.keys.push(Key ?? "");
  for (const { Prefix } of page.CommonPrefixes ?? []) listing.prefixes.push(Prefix ?? "");
}

/** A bucket with two versions of each key, one of them a delete marker, and two uploads. */
async function makeTwoOfEach(name: string, keys: readonly string[]): Promise<string> {
  const Bucket = `${name}-two`;
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  const make = async (Key: string, index: number) => {
    const at = { Bucket, Key };
    await client.send(new s3.PutObjectCommand({ ...at, Body: Key }));
    if (index % 2 === 0) await client.send(new s3.DeleteObjectCommand(at));
    else await client.send(new s3.PutObjectCommand({ ...at, Body: Key }));
    for (let upload = 0; upload < 2; upload++)
      await client.send(new s3.CreateMultipartUploadCommand(at));
  };
  await Promise.all(keys.map(make));
  return Bucket;
}

function sortedByBytes(keys: readonly string[]): string[] {
  return [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** The key that is the prefix itself, which makers of folders put; and keys in a common prefix. */
const FOLDERS = ["a/", "a/-/", "a/-/b", "a/-/z"].map((after) => ({
  ...{ Prefix: "a/", Delimiter: "/" as const, MaxKeys: 1, after },
}));

function isAfter(text: string, marker: string): boolean {
  return Buffer.compare(Buffer.from(text), Buffer.from(marker)) > 0;
}

test("any keys, prefix, delimiter, page size and marker list what the plain way lists", async () => {
  // Few letters, so that prefixes meet; the last two sort differently in UTF-16.
  const text = (minLength: number) =>
    fc
      .array(fc.constantFrom("a", "b", "/", "-", "é", "\uffee", "𝄞"), { minLength, maxLength: 5 })
      .map((letters) => letters.join(""));
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(text(1), { maxLength: 15 }),
      fc.array(
        fc.record({
          Prefix: fc.oneof(fc.constant(""), text(0)),
          Delimiter: fc.constantFrom("", "/", "a", "-b", "𝄞"),
          MaxKeys: fc.integer({ min: 1, max: 8 }),
          after: fc.oneof(text(1), fc.nat()),
        }),
        { minLength: 4, maxLength: 4 },
      ),
      async (keys, questions) => {
        const Bucket = await bucketWith(keys);
        const twice = await makeTwoOfEach(Bucket, keys);
        for (const { after, ...asked } of questions) {
          const expected = expectedListing(new Set(keys), asked.Prefix, asked.Delimiter);
          expect(await listV2(Bucket, asked)).toEqual(expected);
          expect(await listV1(Bucket, asked)).toEqual(expected);
          const { prefixes } = expected;
          const each = { keys: expected.keys.flatMap((key) => [key, key]), prefixes };
          const sorted = ({ keys, ...rest }: Listing) => ({ keys: sortedByBytes(keys), ...rest });
          expect(sorted(await listVersions(twice, asked))).toEqual(each);
          expect(await listUploads(twice, asked)).toEqual(each);
          // Any text, or one of the keys: of what it lies in the middle of, nothing is shown.
          const marker = typeof after === "string" ? after : (keys[after % keys.length] ?? "a");
          const behind = (texts: readonly string[]) =>
            texts.filter((text) => isAfter(text, marker));
          const rest = { keys: behind(expected.keys), prefixes: behind(prefixes) };
          const { MaxKeys: _all, ...grouped } = asked;
          for (const [name, listing] of Object.entries(
            await listAfter(marker, { Bucket, twice, ...grouped }),
          ))
            expect(listing, `${name} after ${marker}`).toEqual(rest);
        }
      },
    ),
    { numRuns: 10, examples: [[["a/", "a/b", "a/-/b", "a/-/é", "b"], FOLDERS]] },
  );
});

describe("ListObjectsV2", () => {
  test("skips large groups, and begins after StartAfter", async () => {
    // The first one has more keys than are read at once.
    const keys = [250, 5, 5].flatMap((length, group) =>
      Array.from({ length }, (_, i) => `g${group}/${String(i).padStart(3, "0")}`),
    );
    const Bucket = await bucketWith([...keys, "z"]);
    const grouped = await client.send(new s3.ListObjectsV2Command({ Bucket, Delimiter: "/" }));
    expect(grouped.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(["g0/", "g1/", "g2/"]);
    expect(grouped.Contents?.map(({ Key }) => Key)).toEqual(["z"]);
    const after = await client.send(
      new s3.ListObjectsV2Command({ Bucket, StartAfter: "g2/002", FetchOwner: true }),
    );
    expect(after.Contents?.map(({ Key }) => Key)).toEqual(["g2/003", "g2/004", "z"]);
    expect(after.StartAfter).toBe("g2/002");
    expect(after.Contents?.[0]?.Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
  });

  test("max-keys 0 shows nothing, more than 1,000 counts as 1,000, less than 0 is refused", async () => {
    const Bucket = await bucketWith(["a"]);
    const list = (MaxKeys: number) => client.send(new s3.ListObjectsV2Command({ Bucket, MaxKeys }));
    expect(await list(0)).toMatchObject({ KeyCount: 0, IsTruncated: false });
    expect((await list(5000)).MaxKeys).toBe(1000);
    await expect(list(-1)).rejects.toMatchObject({ name: "InvalidArgument" });
    await expect(
      client.send(new s3.ListObjectsV2Command({ Bucket, ContinuationToken: "nonsense" })),
    ).rejects.toMatchObject({ name: "InvalidArgument" });
  });
});
