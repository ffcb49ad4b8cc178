import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { WireRequest } from "../message.ts";
import { services } from "../testing/services.ts";
import { WireError } from "../wire-error.ts";
import { bucketFromHost, s3Addressing } from "./bucket-from-host.ts";

const BASE_HOSTS = ["localhost", "s3.localhost"];

function request(line: string, headers: Record<string, string> = {}): WireRequest {
  const [method = "", target = ""] = line.split(" ");
  const [rawPath = "", rawQuery = ""] = target.split("?");
  return { method, rawPath, rawQuery, headers, body: Readable.from([]) };
}

function route(line: string, headers: Record<string, string> = {}): string | undefined {
  return services.s3.wire.match(request(line, headers))?.name;
}

describe("S3 finds its operation by method, path, query and headers", () => {
  test.each([
    ["GET /", "ListBuckets"],
    ["GET /?x-id=ListDirectoryBuckets", "ListDirectoryBuckets"],
    ["GET /b", "ListObjects"],
    ["GET /b/", "ListObjects"],
    ["GET /b?list-type=2", "ListObjectsV2"],
    ["GET /b?list-type=1", "ListObjects"],
    ["GET /b?versions", "ListObjectVersions"],
    ["GET /b?location=", "GetBucketLocation"],
    ["GET /b?x-id=GetBucketPolicy", "ListObjects"],
    ["GET /b?analytics&id=1", "GetBucketAnalyticsConfiguration"],
    ["GET /b?analytics", "ListBucketAnalyticsConfigurations"],
    ["HEAD /b", "HeadBucket"],
    ["PUT /b", "CreateBucket"],
    ["DELETE /b", "DeleteBucket"],
    ["DELETE /b?policy", "DeleteBucketPolicy"],
    ["POST /b?delete", "DeleteObjects"],
    ["GET /b/k", "GetObject"],
    ["GET /b//", "GetObject"],
    ["HEAD /b/k", "HeadObject"],
    ["PUT /b/k?x-id=DeleteObject", "PutObject"],
    ["GET /b/k?uploadId=1", "ListParts"],
    ["GET /b?uploads", "ListMultipartUploads"],
    ["POST /b/k?uploads", "CreateMultipartUpload"],
    ["POST /b/k?uploadId=1", "CompleteMultipartUpload"],
    ["DELETE /b/k?uploadId=1", "AbortMultipartUpload"],
    ["PUT /b/k?partNumber=1&uploadId=1", "UploadPart"],
    ["PUT /b/k?partNumber=1", "PutObject"],
    ["PUT /b/k?tagging", "PutObjectTagging"],
    ["POST /b/k?select&select-type=2", "SelectObjectContent"],
    ["GET /b/k?attributes", "GetObjectAttributes"],
    ["POST /b", undefined],
    ["POST /b/k", undefined],
    ["PATCH /b/k", undefined],
    ["PUT /", undefined],
  ])("%s is %s", (line, operation) => {
    expect(route(line)).toBe(operation);
  });

  test("a copy is told by its source header", () => {
    const copy = { "x-amz-copy-source": "b/k" };
    expect(route("PUT /b/k", copy)).toBe("CopyObject");
    expect(route("PUT /b/k?partNumber=1&uploadId=1", copy)).toBe("UploadPartCopy");
  });

  test("a sub-resource whose id is missing is never the bucket itself", () => {
    for (const name of ["analytics", "inventory", "metrics", "intelligent-tiering"]) {
      expect(route(`DELETE /b?${name}`)).toMatch(/^DeleteBucket\w+Configuration$/);
      expect(route(`PUT /b?${name}`)).toMatch(/^PutBucket\w+Configuration$/);
    }
  });
});

describe("bucket and key", () => {
  test.each([
    ["localhost:4566", undefined],
    ["s3.localhost:4566", undefined],
    ["127.0.0.1:4566", undefined],
    ["[::1]:4566", undefined],
    ["my-bucket.s3.localhost:4566", "my-bucket"],
    ["my.dotted.bucket.s3.localhost", "my.dotted.bucket"],
    ["My-Bucket.localhost", "my-bucket"],
    ["b.s3.amazonaws.com", "b"],
    ["b.c.s3.eu-west-1.amazonaws.com", "b.c"],
    ["b.s3.dualstack.eu-west-1.amazonaws.com", "b"],
    ["s3.eu-west-1.amazonaws.com", undefined],
    ["b.s3-eu-west-1.amazonaws.com", "b"],
    ["b.s3.cn-north-1.amazonaws.com.cn", "b"],
    ["b.example.com", undefined],
    [undefined, undefined],
  ])("host %s names bucket %s", (host, bucket) => {
    expect(bucketFromHost(host, BASE_HOSTS)).toBe(bucket);
  });

  test.each([
    ["/b/a//b/../c", undefined, "b", "a//b/../c"],
    ["/b//", undefined, "b", "/"],
    ["/b/a+b", undefined, "b", "a+b"],
    ["/b/%C3%BC%2F%2B%00", undefined, "b", "ü/+\u0000"],
    ["/b/.", undefined, "b", "."],
    ["/b", undefined, "b", undefined],
    ["/", undefined, undefined, undefined],
    ["/a/b", "host", "host", "a/b"],
    ["//a", "host", "host", "/a"],
    ["/", "host", "host", undefined],
  ])("path %s with bucket %s in the host", (path, inHost, bucket, key) => {
    expect(s3Addressing(request(`GET ${path}`), inHost)).toEqual({ bucket, key });
  });

  test.each(["/b/%zz", "/b/%", "/b/%ff", "/%c3/k"])("%s is no URI", (path) => {
    expect(() => s3Addressing(request(`GET ${path}`), undefined)).toThrow(WireError);
  });
});

describe("IVS finds its operation by its path", () => {
  const ivs = (line: string) => services.ivs.wire.match(request(line))?.name;

  test.each([
    ["POST /CreateChannel", "CreateChannel"],
    ["POST /tags/arn%3Aaws%3Aivs%3Aeu-west-1%3A0%3Achannel%2Fa", "TagResource"],
    ["DELETE /tags/arn", "UntagResource"],
    ["GET /tags/arn", "ListTagsForResource"],
    ["POST /tags/arn:aws:ivs:eu-west-1:0:channel/a", "TagResource"],
    ["DELETE /tags/arn%3Aaws%3Aivs%3Aeu-west-1%3A0%3Achannel/a", "UntagResource"],
    ["GET /tags/", undefined],
    ["GET /tags/a/b", undefined],
    ["GET /CreateChannel", undefined],
    ["POST /createchannel", undefined],
    ["POST /CreateChannel/", undefined],
  ])("%s is %s", (line, operation) => {
    expect(ivs(line)).toBe(operation);
  });
});
