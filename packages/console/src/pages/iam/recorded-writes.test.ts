import { S3Client as S3 } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { countWrites, writesText } from "./recorded-writes.ts";

const AT = (minute: number) => new Date(Date.UTC(2026, 1, 7, 9, minute));

/** A client of S3 that answers these pages, and says how often it was asked. */
function answering(pages: readonly (readonly object[])[]) {
  let asked = 0;
  const send = async () => {
    const Contents = pages[asked] ?? [];
    asked += 1;
    const IsTruncated = asked < pages.length;
    return { Contents, IsTruncated, ...(IsTruncated ? { NextContinuationToken: "next" } : {}) };
  };
  const s3 = Object.assign(Object.create(S3.prototype), { send });
  return { aws: { s3 } as unknown as AwsClients, asked: () => asked };
}

test("writes are counted with their bytes, and the latest of them", async () => {
  const objects = [5, 7, 6].map((minute) => ({ Size: 10, LastModified: AT(minute) }));
  const { aws } = answering([objects]);
  const writes = await countWrites(aws, "films");
  expect(writes).toEqual({ bucket: "films", count: 3, isMore: false, bytes: 30, latest: AT(7) });
});

test("counting stops where a number says enough", async () => {
  const page = Array.from({ length: 1_000 }, () => ({ Size: 1, LastModified: AT(1) }));
  const { aws, asked } = answering([page, page, page, page]);
  expect(await countWrites(aws, "films")).toMatchObject({ count: 2_000, isMore: true });
  expect(asked()).toBe(2);
});

test.each([
  [0, false, 0, "no objects yet"],
  [1, false, 5, "1 object, 5 B"],
  [1_234, false, 5, "1,234 objects, 5 B"],
  [2_000, true, 5, "2,000+ objects, 5 B or more"],
])("%i objects are said so", (count, isMore, bytes, text) => {
  expect(writesText({ bucket: "b", count, isMore, bytes, latest: undefined }, "5 B")).toBe(text);
});
