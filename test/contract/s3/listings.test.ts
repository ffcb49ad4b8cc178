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

interface Asked {
  readonly Prefix: string;
  readonly Delimiter: string;
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

test("any keys, prefix, delimiter and page size list what the plain way lists", async () => {
  // Few letters, so that prefixes meet; the last two sort differently in UTF-16.
  const text = (minLength: number) =>
    fc
      .array(fc.constantFrom("a", "b", "/", "-", "é", "\uffee", "𝄞"), { minLength, maxLength: 5 })
      .map((letters) => letters.join(""));
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(text(1), { maxLength: 25 }),
      fc.array(
        fc.record({
          Prefix: fc.oneof(fc.constant(""), text(0)),
          Delimiter: fc.constantFrom("", "/", "a", "-b", "𝄞"),
          MaxKeys: fc.integer({ min: 1, max: 8 }),
        }),
        { minLength: 4, maxLength: 4 },
      ),
      async (keys, questions) => {
        const Bucket = await bucketWith(keys);
        const twice = await makeTwoOfEach(Bucket, keys);
        for (const asked of questions) {
          const expected = expectedListing(new Set(keys), asked.Prefix, asked.Delimiter);
          expect(await listV2(Bucket, asked)).toEqual(expected);
          expect(await listV1(Bucket, asked)).toEqual(expected);
          const { prefixes } = expected;
          const each = { keys: expected.keys.flatMap((key) => [key, key]), prefixes };
          const sorted = ({ keys, ...rest }: Listing) => ({ keys: sortedByBytes(keys), ...rest });
          expect(sorted(await listVersions(twice, asked))).toEqual(each);
          expect(await listUploads(twice, asked)).toEqual(each);
        }
      },
    ),
    { numRuns: 10 },
  );
});

test.each(["ListObjects", "ListObjectsV2", "ListObjectVersions", "ListMultipartUploads"])(
  "%s goes on behind the key that is the prefix itself, which makers of folders put",
  async (operation) => {
    const keys = ["dir/", "dir/a", "x", "dir/b/c"];
    const Bucket = await makeTwoOfEach(await bucketWith([]), keys);
    const asked = { Bucket, Prefix: "dir/", Delimiter: "/" };
    const send = {
      ListObjects: () => client.send(new s3.ListObjectsCommand({ ...asked, Marker: "dir/" })),
      ListObjectsV2: () =>
        client.send(new s3.ListObjectsV2Command({ ...asked, StartAfter: "dir/" })),
      ListObjectVersions: () =>
        client.send(new s3.ListObjectVersionsCommand({ ...asked, KeyMarker: "dir/" })),
      ListMultipartUploads: () =>
        client.send(new s3.ListMultipartUploadsCommand({ ...asked, KeyMarker: "dir/" })),
    }[operation];
    const page = await send?.();
    expect(page?.CommonPrefixes).toEqual([{ Prefix: "dir/b/" }]);
    expect(JSON.stringify(page)).toContain('"Key":"dir/a"');
  },
);

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
