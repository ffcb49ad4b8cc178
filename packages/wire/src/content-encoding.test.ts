import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { isPacked, unpackBody } from "./content-encoding.ts";

test.each([
  ["gzip", true],
  [" GZip ", true],
  ["", false],
  ["identity", false],
  ["gzip, aws-chunked", false],
  [undefined, false],
])("content-encoding %j is packed: %s", (encoding, expected) => {
  const headers = encoding === undefined ? {} : { "content-encoding": encoding };
  expect(isPacked({ headers })).toBe(expected);
});

test("a body is unpacked up to the limit; more, and what isn't gzip's, is refused", async () => {
  const body = Buffer.from("Action=ListRoles");
  const packed = gzipSync(body);
  expect(await unpackBody(packed, body.length)).toEqual(body);
  await expect(unpackBody(packed, body.length - 1)).rejects.toMatchObject({
    ...{ code: "RequestEntityTooLarge", status: 413 },
  });
  for (const bytes of [body, packed.subarray(0, -1), Buffer.alloc(0)])
    await expect(unpackBody(bytes, 100)).rejects.toMatchObject({
      ...{ code: "SerializationException", status: 400 },
      message: "The request body isn't what gzip makes.",
    });
});
