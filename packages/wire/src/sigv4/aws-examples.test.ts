import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { collectBody } from "../body.ts";
import type { WireRequest } from "../message.ts";
import { parseAuthentication } from "../parse-authentication.ts";
import { TEST_CREDENTIALS } from "../testing/loopback.ts";
import { decodeBody } from "./decode-body.ts";
import { verifySignature } from "./verify-signature.ts";

/*
 * The worked examples of the S3 API reference, "Authenticating requests (AWS Signature Version 4)":
 * requests, signatures and chunk signatures that AWS computed, with the example key.
 */
const NOW_MS = Date.parse("2013-05-24T00:00:00Z");
const SCOPE = `${TEST_CREDENTIALS.accessKeyId}/20130524/us-east-1/s3/aws4_request`;
const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const KIBIBYTE = 1024;
const BODY_LIMIT_BYTES = 100 * KIBIBYTE;

interface Example {
  readonly method?: string;
  readonly rawPath?: string;
  readonly rawQuery?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signature?: string;
  readonly body?: readonly Buffer[];
}

function request({
  method = "GET",
  rawPath = "/",
  rawQuery = "",
  headers,
  signature,
  body = [],
}: Example): WireRequest {
  const all: Record<string, string> = { host: "examplebucket.s3.amazonaws.com", ...headers };
  if (signature !== undefined) {
    all["x-amz-date"] = "20130524T000000Z";
    const signed = Object.keys(all).sort().join(";");
    all.authorization = `AWS4-HMAC-SHA256 Credential=${SCOPE},SignedHeaders=${signed},Signature=${signature}`;
  }
  return { method, rawPath, rawQuery, headers: all, body: Readable.from(body) };
}

function verified(wire: WireRequest) {
  const authentication = parseAuthentication(wire, { isS3: true });
  if (authentication.version !== 4) throw new Error("the example isn't signed");
  verifySignature(authentication, wire, TEST_CREDENTIALS.secretAccessKey, NOW_MS, { isS3: true });
  return authentication;
}

const plain: readonly (readonly [string, Example])[] = [
  [
    "GET with a range",
    {
      rawPath: "/test.txt",
      headers: { range: "bytes=0-9", "x-amz-content-sha256": EMPTY_SHA256 },
      signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    },
  ],
  [
    "PUT of a key that needs encoding",
    {
      method: "PUT",
      rawPath: "/test$file.text",
      headers: {
        date: "Fri, 24 May 2013 00:00:00 GMT",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
      },
      signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    },
  ],
  [
    "GET of a sub-resource",
    {
      rawQuery: "lifecycle",
      headers: { "x-amz-content-sha256": EMPTY_SHA256 },
      signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    },
  ],
  [
    "GET with a query",
    {
      rawQuery: "prefix=J&max-keys=2",
      headers: { "x-amz-content-sha256": EMPTY_SHA256 },
      signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    },
  ],
  [
    "presigned GET",
    {
      rawPath: "/test.txt",
      rawQuery:
        `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(SCOPE)}` +
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
      headers: {},
    },
  ],
];

const FIRST = Buffer.alloc(64 * KIBIBYTE, "a");
const SECOND = Buffer.alloc(KIBIBYTE, "a");

function frame(data: Buffer, signature: string): Buffer {
  const head = `${data.length.toString(16)};chunk-signature=${signature}\r\n`;
  const end = data.length === 0 ? [] : [Buffer.from("\r\n")];
  return Buffer.concat([Buffer.from(head), data, ...end]);
}

const chunked = {
  headers: {
    host: "s3.amazonaws.com",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "content-encoding": "aws-chunked",
    "x-amz-decoded-content-length": "66560",
    "content-length": "66824",
  },
  signature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
  frames: [
    frame(FIRST, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
    frame(SECOND, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
    frame(Buffer.alloc(0), "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
    Buffer.from("\r\n"),
  ],
  trailers: {},
};

const trailing = {
  headers: {
    host: "s3.amazonaws.com",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "content-encoding": "aws-chunked",
    "x-amz-decoded-content-length": "66560",
    "x-amz-trailer": "x-amz-checksum-crc32c",
  },
  signature: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
  frames: [
    frame(FIRST, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2"),
    frame(SECOND, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7"),
    frame(Buffer.alloc(0), "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"),
    Buffer.from(
      "x-amz-checksum-crc32c:sOO8/Q==\r\n" +
        "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
    ),
  ],
  trailers: { "x-amz-checksum-crc32c": "sOO8/Q==" },
};

/** As the page's grammar has a trailer, and minio-go sends it. */
const newlineTrailing = {
  ...trailing,
  frames: trailing.frames.map((bytes) => replace(bytes, "sOO8/Q==\r\n", "sOO8/Q==\n\r\n")),
};

const chunkedExamples = [
  ["signed chunks", chunked],
  ["signed chunks with a signed trailer", trailing],
  ["signed chunks with a signed trailer and its newline", newlineTrailing],
] as const;

function chunkedRequest(
  example: (typeof chunkedExamples)[number][1],
  frames: readonly Buffer[],
): WireRequest {
  const { headers, signature } = example;
  return request({
    method: "PUT",
    rawPath: "/examplebucket/chunkObject.txt",
    headers,
    signature,
    body: frames,
  });
}

describe("the S3 API reference's examples", () => {
  test.each(plain)("%s", (_name, example) => {
    expect(() => verified(request(example))).not.toThrow();
  });

  test.each(chunkedExamples)("%s", async (_name, example) => {
    const wire = chunkedRequest(example, example.frames);
    const body = decodeBody(verified(wire), wire);
    expect(await collectBody(body, BODY_LIMIT_BYTES)).toEqual(Buffer.concat([FIRST, SECOND]));
    expect(await body.trailers).toEqual(example.trailers);
  });

  test.each(chunkedExamples)("%s: wherever the network cuts them", async (_name, example) => {
    const bytes = Buffer.concat(example.frames);
    for (const size of [1, 7, KIBIBYTE - 1]) {
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      const wire = chunkedRequest(example, pieces);
      const body = decodeBody(verified(wire), wire);
      expect((await collectBody(body, BODY_LIMIT_BYTES)).length).toBe(65 * KIBIBYTE);
    }
  });

  const changes: readonly (readonly [string, (frames: Buffer[]) => Buffer[], string])[] = [
    [
      "a byte of the first chunk",
      ([first, ...rest]) => [flip(first, 1000), ...rest],
      "SignatureDoesNotMatch",
    ],
    [
      "a byte of the second chunk",
      ([first, second, ...rest]) => [first ?? FIRST, flip(second, 500), ...rest],
      "SignatureDoesNotMatch",
    ],
    [
      "chunks in another order",
      ([first, second, ...rest]) => [second ?? FIRST, first ?? FIRST, ...rest],
      "SignatureDoesNotMatch",
    ],
    [
      "a chunk left out",
      ([first, , ...rest]) => [first ?? FIRST, ...rest],
      "SignatureDoesNotMatch",
    ],
    ["an end that never comes", (frames) => frames.slice(0, 2), "IncompleteBody"],
    [
      "something before a signature",
      ([first, ...rest]) => [replace(first, ";chunk", ";more=x;chunk"), ...rest],
      "SignatureDoesNotMatch",
    ],
    [
      "something after a signature",
      ([first, ...rest]) => [replace(first, "\r\n", ";more=x\r\n"), ...rest],
      "IncompleteBody",
    ],
    ["more after the end", (frames) => [...frames, Buffer.from("0\r\n\r\n")], "IncompleteBody"],
  ];

  test.each(changes)("signed chunks are refused with %s changed", async (_name, change, code) => {
    for (const [, example] of chunkedExamples) {
      const wire = chunkedRequest(example, change([...example.frames]));
      const body = decodeBody(verified(wire), wire);
      await expect(collectBody(body, BODY_LIMIT_BYTES)).rejects.toMatchObject({ code });
      await expect(body.trailers).rejects.toMatchObject({ code });
    }
  });

  test("a chunk's refusal shows what was signed, and by which request", async () => {
    const wire = chunkedRequest(chunked, [flip(chunked.frames[0], 1000)]);
    const body = decodeBody(verified(wire), wire);
    await expect(collectBody(body, BODY_LIMIT_BYTES)).rejects.toMatchObject({
      fields: {
        StringToSign: expect.stringMatching(/^AWS4-HMAC-SHA256-PAYLOAD\n/),
        CanonicalRequest: expect.stringMatching(/^PUT\n.*\nSTREAMING-AWS4-HMAC-SHA256-PAYLOAD$/s),
      },
    });
  });

  test.each([
    ["without their end", "Q==\n", "IncompleteBody"],
    ["with two ends", "Q==\n\r\n\r\n", "IncompleteBody"],
    ["with two newlines", "Q==\n\n\r\n", "IncompleteBody"],
  ])("signed trailers are refused %s", async (_name, end, code) => {
    const frames = trailing.frames.map((bytes) => replace(bytes, "Q==\r\n", end));
    const wire = chunkedRequest(trailing, frames);
    const body = decodeBody(verified(wire), wire);
    await expect(collectBody(body, BODY_LIMIT_BYTES)).rejects.toMatchObject({ code });
  });

  test("a signed trailer is refused with its checksum changed", async () => {
    const frames = trailing.frames.map((piece) =>
      Buffer.from(piece.toString("latin1").replace("sOO8", "sOO9"), "latin1"),
    );
    const wire = chunkedRequest(trailing, frames);
    const body = decodeBody(verified(wire), wire);
    await expect(collectBody(body, BODY_LIMIT_BYTES)).rejects.toMatchObject({
      code: "SignatureDoesNotMatch",
    });
  });
});

function replace(bytes: Buffer | undefined, text: string, by: string): Buffer {
  return Buffer.from((bytes ?? Buffer.alloc(0)).toString("latin1").replace(text, by), "latin1");
}

function flip(bytes: Buffer | undefined, at: number): Buffer {
  const changed = Buffer.from(bytes ?? []);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}
