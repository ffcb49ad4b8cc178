import { expect, test } from "vitest";
import { parseCopySource } from "./copy-source.ts";

test.each([
  ["bucket/key", "bucket", "key"],
  ["/bucket/a/b", "bucket", "a/b"],
  ["bucket%2Fkey", "bucket", "key"],
  ["bucket//key", "bucket", "/key"],
  ["bucket/a%20b%2Bc+d%25", "bucket", "a b+c d%"],
  ["bucket/a%3Fb?versionId=null", "bucket", "a?b"],
  ["https://s3.amazonaws.com/bucket/a/b", "bucket", "a/b"],
  ["HTTP://127.0.0.1:4566/bucket/a%2Fb?versionId=null", "bucket", "a/b"],
  ["https://bucket.s3.eu-west-1.amazonaws.com/a//b", "bucket", "a//b"],
  ["http://bucket.localhost:4566/a", "bucket", "a"],
])("%j names %j and %j", (header, bucket, key) => {
  expect(parseCopySource(header)).toMatchObject({ Bucket: bucket, Key: key });
});

test.each([
  "",
  "bucket",
  "bucket/",
  "/bucket",
  "//key",
  "bucket/%zz",
  "b/k?versionId=1",
  "https://s3.amazonaws.com/b",
])("%j names no object", (header) => {
  expect(() => parseCopySource(header)).toThrow(
    expect.objectContaining({ code: "InvalidArgument" }),
  );
});
