import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Log } from "../../../kernel/ports/log.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { BATCH_BYTES } from "../blobs/batches.ts";
import { BodyDigests, type ChecksumClaim } from "../checksums/body-digests.ts";
import { CHECKSUM_ALGORITHMS } from "../checksums/checksum-algorithm.ts";
import { DigestThreads } from "../checksums/digest-threads.ts";
import { RemoteBlobs } from "./remote-blobs.ts";
import { StoreClient } from "./store-client.ts";

const SILENT = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Log;
const { CRC32, CRC64NVME, MD5, SHA1, SHA256 } = CHECKSUM_ALGORITHMS;

const body = Buffer.alloc(2 * BATCH_BYTES, "0123456789abcdef");
const md5 = createHash("md5").update(body).digest();
/** The store's requests to write an object, and the bytes that have come of each. */
let puts: { readonly request: IncomingMessage; bytes: number }[] = [];
let server: Server;
let client: StoreClient;
let blobs: RemoteBlobs;
const threads = new DigestThreads();

beforeAll(async () => {
  server = createServer((request, response) => {
    const put = { request, bytes: 0 };
    if (request.method === "PUT") puts.push(put);
    request.on("data", ({ length }: Buffer) => {
      put.bytes += length;
    });
    request.once("end", () => response.writeHead(200, { etag: `"${md5.toString("hex")}"` }).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const settings = {
    type: "s3",
    endpoint: `http://127.0.0.1:${port}`,
    bucket: "bytes",
    region: "eu-west-1",
    prefix: "",
    concurrency: 4,
    cacheBytes: 0,
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
  } as const;
  client = new StoreClient(settings, SILENT);
  const register = async () => "writer";
  blobs = new RemoteBlobs({ client, durable: true, register, log: SILENT });
});
beforeEach(() => {
  puts = [];
});
afterAll(async () => {
  await blobs.close();
  await threads.close();
  server.close();
});

const wholeBodies = () => puts.filter(({ request }) => request.complete).length;

test("a body ends once its claims are compared, and its MD5 later", async () => {
  const observer = {
    observeBatch: async () => {},
    whole: {
      verified: async () => {},
      md5: async () => {
        await expect.poll(wholeBodies).toBe(1);
        return md5;
      },
    },
  };
  await blobs.write([body], observer, { expectedBytes: body.length });
  expect(puts.map(({ bytes }) => bytes)).toEqual([body.length]);
});

const digestOf = (name: string) => createHash(name).update(body).digest();
const crc = Buffer.alloc(4);
crc.writeUInt32BE(crc32(body));
const inHeader = (algorithm: ChecksumClaim["algorithm"], value: Buffer) => ({
  claim: { algorithm, value: value.toString("base64"), inTrailer: false },
});
const wrong = (digest: Buffer) => Buffer.from(digest.map((byte) => byte ^ 1));
interface Claims {
  readonly claim?: ChecksumClaim;
  readonly contentMd5?: string;
  readonly unverifiedSha256?: string;
  readonly trailers?: Record<string, string>;
}

async function write({ claim, contentMd5, unverifiedSha256, trailers }: Claims): Promise<string> {
  const http = { unverifiedSha256, trailers: () => trailers ?? {}, headers: {}, rawQuery: "" };
  const context = { http } as unknown as RequestContext;
  const kept = claim?.algorithm ?? CRC64NVME;
  const digests = new BodyDigests(threads, kept, claim, contentMd5, context);
  const written = blobs.write([body], digests, { expectedBytes: body.length });
  const outcome = await written.then(
    () => "written",
    ({ code }: { code: string }) => code,
  );
  await digests.abandon();
  return outcome;
}

test.each<[string, (of: (digest: Buffer) => Buffer) => Claims, string]>([
  ["CRC32", (of) => inHeader(CRC32, of(crc)), "BadDigest"],
  [
    "CRC32 after the body",
    (of) => ({
      claim: { algorithm: CRC32, value: undefined, inTrailer: true },
      trailers: { "x-amz-checksum-crc32": of(crc).toString("base64") },
    }),
    "BadDigest",
  ],
  ["SHA-1", (of) => inHeader(SHA1, of(digestOf("sha1"))), "BadDigest"],
  ["SHA-256", (of) => inHeader(SHA256, of(digestOf("sha256"))), "BadDigest"],
  ["MD5", (of) => inHeader(MD5, of(md5)), "BadDigest"],
  ["Content-MD5", (of) => ({ contentMd5: of(md5).toString("base64") }), "BadDigest"],
  [
    "signed SHA-256",
    (of) => ({ unverifiedSha256: of(digestOf("sha256")).toString("hex") }),
    "XAmzContentSHA256Mismatch",
  ],
  [
    "signed SHA-256 beside a right CRC32",
    (of) => ({
      ...inHeader(CRC32, crc),
      unverifiedSha256: of(digestOf("sha256")).toString("hex"),
    }),
    "XAmzContentSHA256Mismatch",
  ],
  [
    "Content-MD5 beside a right CRC32",
    (of) => ({ ...inHeader(CRC32, crc), contentMd5: of(md5).toString("base64") }),
    "BadDigest",
  ],
])("a body with a wrong %s is no object, and with the right one it is", async (_, claims, code) => {
  expect(await write(claims(wrong))).toBe(code);
  await expect.poll(() => puts.every(({ request }) => request.destroyed)).toBe(true);
  expect(wholeBodies()).toBe(0);
  expect(puts.every(({ bytes }) => bytes < body.length)).toBe(true);
  puts = [];
  expect(await write(claims((digest) => digest))).toBe("written");
  expect(wholeBodies()).toBe(1);
});

test("a body of which nothing is claimed is an object", async () => {
  expect(await write({})).toBe("written");
  expect(wholeBodies()).toBe(1);
});
