import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

/* Every listing shows what it was asked with, or that it was asked without. */

const Bucket = "listing-echoes";
let server: TestServer;
let client: Clients["s3"];
beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket }));
});
afterAll(() => server?.close());

type List = (input: object) => Promise<object>;

/** The operation; the names of its limit and its marker; its members in every answer. */
const LISTINGS: readonly (readonly [string, List, string, string, object])[] = [
  [
    "ListObjects",
    (input) => client.send(new s3.ListObjectsCommand({ Bucket, ...input })),
    ...(["MaxKeys", "Marker"] as const),
    { Name: Bucket, Prefix: "", Marker: "" },
  ],
  [
    "ListObjectsV2",
    (input) => client.send(new s3.ListObjectsV2Command({ Bucket, ...input })),
    ...(["MaxKeys", "StartAfter"] as const),
    { Name: Bucket, Prefix: "", KeyCount: 0 },
  ],
  [
    "ListObjectVersions",
    (input) => client.send(new s3.ListObjectVersionsCommand({ Bucket, ...input })),
    ...(["MaxKeys", "KeyMarker"] as const),
    { Name: Bucket, Prefix: "", KeyMarker: "", VersionIdMarker: "" },
  ],
  [
    "ListMultipartUploads",
    (input) => client.send(new s3.ListMultipartUploadsCommand({ Bucket, ...input })),
    ...(["MaxUploads", "KeyMarker"] as const),
    { Bucket, KeyMarker: "", UploadIdMarker: "", NextKeyMarker: "", NextUploadIdMarker: "" },
  ],
];

test.each(LISTINGS)("%s", async (_operation, send, limit, marker, always) => {
  const list = async (input: object) => ({ ...(await send(input)), $metadata: undefined });
  const empty = { ...always, IsTruncated: false };
  expect(await list({})).toEqual({ ...empty, [limit]: 1_000 });
  expect(await list({ Prefix: "", Delimiter: "", [limit]: 7 })).toEqual({
    ...{ ...empty, Prefix: "", [limit]: 7 },
  });
  const asked = { Prefix: "a b/", Delimiter: " ", [marker]: "é", [limit]: 1 };
  expect(await list(asked)).toEqual({ ...empty, ...asked });
  expect(await list({ ...asked, EncodingType: "url" })).toEqual({
    ...empty,
    ...{ EncodingType: "url", Prefix: "a%20b/", Delimiter: "%20", [marker]: "%C3%A9", [limit]: 1 },
  });
});
