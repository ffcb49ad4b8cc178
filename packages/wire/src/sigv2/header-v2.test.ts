import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { parseHeaderV2 } from "./signature-v2.ts";

const parse = (authorization: string, headers: Record<string, string>, rawQuery = "") =>
  parseHeaderV2(
    { method: "GET", rawPath: "/", rawQuery, headers, body: Readable.from([]) },
    authorization,
  );
const DATE = "Tue, 27 Mar 2007 19:36:42 GMT";
const MS = Date.UTC(2007, 2, 27, 19, 36, 42);

test("a header of version 2 says who signed when", () => {
  const claim = { kind: "header", version: 2, accessKeyId: "AKIA", signature: "c2ln+/=" };
  expect(parse("AWS AKIA:c2ln+/=", { date: DATE, "x-amz-security-token": "t" })).toEqual({
    ...{ ...claim, requestTimeMs: MS, sessionToken: "t" },
  });
  expect(parse("AWS  AKIA:c2ln+/=", { date: "nonsense", "x-amz-date": DATE })).toEqual({
    ...{ ...claim, requestTimeMs: MS, sessionToken: undefined },
  });
  expect(parse("AWS A:s", { date: "20070327T193642Z" }).requestTimeMs).toBe(MS);
  // S3 takes no time before 1970 for one.
  expect(parse("AWS A:s", { date: "Thu, 01 Jan 1970 00:00:00 GMT" }).requestTimeMs).toBe(0);
});

test.each(["AWS", "AWS A", "AWS A:", "AWS :s", "AWS A:s t", "AWS A B:s", "AWSA:s", "aws A:s"])(
  "%j is no header of version 2",
  (authorization) => {
    expect(() => parse(authorization, { date: DATE })).toThrow(
      expect.objectContaining({
        ...{ code: "InvalidArgument", status: 400 },
        fields: { ArgumentName: "Authorization", ArgumentValue: authorization },
      }),
    );
  },
);

test.each([
  ["none", {}],
  ["nonsense", { date: "soon" }],
  ["nonsense beside a good one", { date: DATE, "x-amz-date": "soon" }],
  ["one before 1970", { date: "Wed, 31 Dec 1969 23:59:59 GMT" }],
])("a request with a date that is %s is refused", (_, headers) => {
  expect(() => parse("AWS A:s", headers)).toThrow(
    expect.objectContaining({
      ...{ code: "AccessDenied", status: 403 },
      message: "AWS authentication requires a valid Date or x-amz-date header",
    }),
  );
});
