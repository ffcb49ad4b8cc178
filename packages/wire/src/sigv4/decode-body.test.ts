import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { Authentication, HeaderV2 } from "../authentication/authentication.ts";
import { collectBody } from "../body.ts";
import { MAX_TRAILER_BYTES } from "../limits.ts";
import type { WireRequest } from "../message.ts";
import { decodeBody } from "./decode-body.ts";
import { sha256Hex } from "./verify-signature.ts";

const ANONYMOUS = { kind: "anonymous" } as const;
const LIMIT_BYTES = 1024 * 1024;
const UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

function put(body: string, headers: Record<string, string>): WireRequest {
  return {
    method: "PUT",
    rawPath: "/b/k",
    rawQuery: "",
    headers,
    body: Readable.from([Buffer.from(body)]),
  };
}

function unsigned(
  body: string,
  decodedLength: string | undefined = "5",
  trailer = "",
): WireRequest {
  return put(body, {
    "x-amz-content-sha256": UNSIGNED,
    "x-amz-trailer": trailer,
    ...(decodedLength === undefined ? {} : { "x-amz-decoded-content-length": decodedLength }),
  });
}

async function read(request: WireRequest, authentication: Authentication = ANONYMOUS) {
  const body = decodeBody(authentication, request);
  const content = await collectBody(body, LIMIT_BYTES);
  return { content: content.toString(), trailers: await body.trailers };
}

describe("decodeBody", () => {
  test("passes an unsigned body on as it is", async () => {
    const request = put("hello", { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" });
    expect(await read(request)).toEqual({ content: "hello", trailers: {} });
  });

  test("compares a literal hash at the end", async () => {
    const good = put("hello", { "x-amz-content-sha256": sha256Hex("hello").toUpperCase() });
    expect((await read(good)).content).toBe("hello");
    const bad = put("hello", { "x-amz-content-sha256": sha256Hex("other") });
    await expect(read(bad)).rejects.toMatchObject({
      code: "XAmzContentSHA256Mismatch",
      status: 400,
      fields: {
        ClientComputedContentSHA256: sha256Hex("other"),
        S3ComputedContentSHA256: sha256Hex("hello"),
      },
    });
  });

  const COUNTED = (provided: number, expected: number) =>
    [
      "IncompleteBody",
      "You did not provide the number of bytes specified by the Content-Length HTTP header",
      { NumberBytesExpected: String(expected), NumberBytesProvided: String(provided) },
    ] as const;

  const signedV2: HeaderV2 = {
    ...{ kind: "header", version: 2, accessKeyId: "AKIAIOSFODNN7EXAMPLE", signature: "" },
    ...{ requestTimeMs: 0, sessionToken: undefined },
  };

  test.each(["nonsense", "unsigned-payload", UNSIGNED, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"])(
    "compares %s with a body that version 2 signed",
    async (claimed) => {
      const headers = { "x-amz-content-sha256": claimed, "x-amz-decoded-content-length": "5" };
      await expect(read(put("hello", headers), signedV2)).rejects.toMatchObject({
        code: "XAmzContentSHA256Mismatch",
        fields: {
          ClientComputedContentSHA256: claimed,
          S3ComputedContentSHA256: sha256Hex("hello"),
        },
      });
    },
  );

  test.each([
    ["5", { code: "IncompleteBody", fields: COUNTED(14, 5)[2] }],
    ["no", { code: "MissingContentLength", status: 411 }],
  ])("undoes no chunks that version 2 signed, of %s bytes", (length, refusal) => {
    const body = "5\r\nhello\r\n0\r\n";
    const { headers } = unsigned(body, length);
    const request = put(body, { ...headers, "content-length": "14" });
    expect(() => decodeBody(signedV2, request)).toThrow(expect.objectContaining(refusal));
  });

  const FIRST = "h".repeat(8_192);
  const CHUNKS = `2000\r\n${FIRST}\r\n2\r\nlo\r\n0\r\n`;
  const CRC = "X-Amz-Checksum-Crc32: abc=\r\n";
  const NAME = "x-amz-checksum-crc32";

  test.each([
    ["with their trailer", CRC, NAME],
    ["with an end", `${CRC}\r\n`, NAME],
    ["with more after the end", `${CRC}\r\n\r\n\u{ff}`, NAME],
    ["with a trailer that comes twice", `X-Amz-Checksum-Crc32: x\r\n${CRC}`, NAME],
    ["announced with commas", CRC, ` ${NAME.toUpperCase()} ,,`],
    ["without one", "", ""],
    ["without one, with an end", "\r\n", ""],
  ])("undoes unsigned chunks %s", async (_how, trailers, announced) => {
    const known = announced === "" ? {} : { [NAME]: "abc=" };
    const request = unsigned(CHUNKS + trailers, "8194", announced);
    expect(await read(request)).toEqual({ content: `${FIRST}lo`, trailers: known });
  });

  const ENDED = ["IncompleteBody", "The request body terminated unexpectedly", {}] as const;
  const MALFORMED = [
    "MalformedTrailerError",
    "The request contained trailing data that was not well-formed " +
      "or did not conform to our published schema.",
    {},
  ] as const;

  test.each([
    ["5\r\nhel", 5, "", ENDED],
    ["5\r\nhello\r\n", 5, "", ENDED],
    ["", 5, "", ENDED],
    ["hello", 5, "", ENDED],
    ["5\r\nhello\r\n0\r", 5, "", ENDED],
    ["5\nhello\n0\n\n", 5, "", ENDED],
    ["5\r\nhelloX\r\n0\r\n\r\n", 5, "", ENDED],
    ["x\r\nhello\r\n0\r\n\r\n", 5, "", ENDED],
    ["-1\r\n", 5, "", ENDED],
    [`${"0".repeat(2000)}5\r\n`, 5, "", ENDED],
    ["5\r\nhello\r\n0\r\na:1\n", 5, "a", ENDED],
    ["5\r\nhello\r\n0\r\na:1", 5, "a", ENDED],
    ["5\r\nhello\r\n0\r\n\r\n", 6, "", COUNTED(5, 6)],
    ["5\r\nhello\r\n0\r\n\r\n", 4, "", COUNTED(5, 4)],
    ["3\r\nhel\r\n0\r\n2\r\nlo\r\n0\r\n\r\n", 5, "", COUNTED(3, 5)],
    ["5\r\nhello\r\n0\r\na:1\r\nb:2\r\n\r\n", 5, "a", MALFORMED],
    ["5\r\nhello\r\n0\r\nb:2\r\n", 5, "a", MALFORMED],
    ["5\r\nhello\r\n0\r\n\r\na:1\r\n", 5, "a", MALFORMED],
    ["5\r\nhello\r\n0\r\na\r\n\r\n", 5, "a", ENDED],
    ["5\r\nhello\r\n0\r\n__proto__:1\r\n\r\n", 5, "__proto__", MALFORMED],
    ["5\r\nhello\r\n0\r\nx-amz-trailer-signature:1\r\n", 5, "", MALFORMED],
    [`5\r\nhello\r\n0\r\n${"a:1\r\n".repeat(MAX_TRAILER_BYTES)}`, 5, "a", MALFORMED],
  ])("refuses %.40j of %i bytes with trailer %j", async (body, length, trailer, refusal) => {
    const [code, message, fields] = refusal;
    const refused = { code, message, fields, status: 400 };
    await expect(read(unsigned(body, String(length), trailer))).rejects.toMatchObject(refused);
  });

  test("refuses a chunk of less than 8 KiB before another one, unsigned too", async () => {
    const request = unsigned("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "5");
    await expect(read(request)).rejects.toMatchObject({
      ...{ code: "InvalidChunkSizeError", status: 403, fields: { Chunk: "2", BadChunkSize: "3" } },
    });
  });

  test.each([undefined, "", "-5", "5.0", "many"])("needs the decoded length, not %s", (length) => {
    const headers = { "x-amz-content-sha256": UNSIGNED };
    const request = put(
      "",
      length === undefined ? headers : { ...headers, "x-amz-decoded-content-length": length },
    );
    expect(() => decodeBody(ANONYMOUS, request)).toThrow(
      expect.objectContaining({ code: "MissingContentLength", status: 411 }),
    );
  });

  test("refuses signed chunks that nobody signed", () => {
    const request = put("", {
      "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
      "x-amz-decoded-content-length": "0",
    });
    expect(() => decodeBody(ANONYMOUS, request)).toThrow(expect.objectContaining({ status: 403 }));
  });

  test.each([UNSIGNED, sha256Hex("hello")])(
    "takes nothing before the first read: %s",
    async (claimed) => {
      let asked = 0;
      const source = new Readable({
        read() {
          asked += 1;
          this.push(null);
        },
      });
      const headers = { "x-amz-content-sha256": claimed, "x-amz-decoded-content-length": "5" };
      const body = decodeBody(ANONYMOUS, { ...put("", headers), body: source });
      await new Promise((resolve) => setImmediate(resolve));
      expect(asked).toBe(0);
      await expect(collectBody(body, LIMIT_BYTES)).rejects.toMatchObject({ status: 400 });
      expect(asked).toBe(1);
    },
  );

  test("an aborted upload reaches the reader as an error", async () => {
    const source = new Readable({ read() {} });
    const request = { ...unsigned("", "5"), body: source };
    const body = decodeBody(ANONYMOUS, request);
    source.push("5\r\nhel");
    setImmediate(() => source.destroy(new Error("aborted")));
    await expect(collectBody(body, LIMIT_BYTES)).rejects.toThrow("aborted");
  });
});
