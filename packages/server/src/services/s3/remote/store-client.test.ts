import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Log } from "../../../kernel/ports/log.ts";
import { BATCH_BYTES, takeBatch } from "../blobs/batches.ts";
import type { BlobSink } from "../blobs/write-all.ts";
import { RelayedUpload } from "./relayed-upload.ts";
import { PART_BYTES, UPLOAD_BYTES_MAX, uploadMemory } from "./remote-upload.ts";
import { StoreClient } from "./store-client.ts";
import { StreamedUpload } from "./streamed-upload.ts";
import { TurnQueue } from "./turn-queue.ts";

const SILENT: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
} as unknown as Log;
const HOUR_MS = 3_600_000;

/** Answers of the store, one after the other; 200 from then on. */
let answers: ((response: ServerResponse) => void)[] = [];
let asked: IncomingMessage[] = [];
let server: Server;
let client: StoreClient;
let open: () => StoreClient;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    request.resume().once("end", () => {
      const answer = answers.shift() ?? ((open) => open.writeHead(200, { etag: "tag" }).end());
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const settings = {
    type: "s3",
    endpoint: `http://127.0.0.1:${port}`,
    bucket: "bytes",
    region: "eu-west-1",
    prefix: "a (b)/",
    concurrency: 2,
    cacheBytes: 0,
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
  } as const;
  open = () => new StoreClient(settings, SILENT);
  client = open();
});
afterAll(async () => {
  await client.close();
  server.close();
});

function refuse(status: number, code: string, headers: Record<string, string> = {}) {
  return (response: ServerResponse) =>
    response.writeHead(status, headers).end(`<Error><Code>${code}</Code></Error>`);
}

function answerWith(...given: typeof answers): void {
  answers = given;
  asked = [];
}

test("a clock that the store refuses is set by the store's", async () => {
  const date = new Date(Date.now() + HOUR_MS).toUTCString();
  answerWith(refuse(403, "RequestTimeTooSkewed", { date }));
  await client.put("skewed", [Buffer.from("bytes")]);
  const [first = "", second = ""] = asked.map(({ headers }) => headers["x-amz-date"] as string);
  expect(asked.map(({ url }) => url)).toEqual(Array(2).fill("/bytes/a%20%28b%29/skewed"));
  expect(second > first && second.slice(0, 11) !== first.slice(0, 11)).toBe(true);
});

test("a body's own digest is signed: its MD5 where that is known, else its SHA-256", async () => {
  answerWith();
  const body = Buffer.from("bytes");
  const [md5, sha256] = ["md5", "sha256"].map((name) => createHash(name).update(body).digest());
  await client.put("key", [body], { md5 });
  await client.put("key", [body]);
  const digests = asked.map(({ headers }) => [
    headers["content-md5"],
    headers["x-amz-content-sha256"],
    /SignedHeaders=content-md5;/.test(headers.authorization ?? ""),
  ]);
  expect(digests).toEqual([
    [md5?.toString("base64"), "UNSIGNED-PAYLOAD", true],
    [undefined, sha256?.toString("hex"), false],
  ]);
});

test.each([
  ["a key is taken", [refuse(412, "PreconditionFailed")], "a key was taken"],
  [
    "its own attempt may have taken the key",
    [refuse(500, "InternalError"), refuse(412, "PreconditionFailed")],
    undefined,
  ],
  ["the store refuses the key", [refuse(403, "AccessDenied")], "it answers 403 AccessDenied"],
  ["the bucket is gone", [refuse(404, "NoSuchBucket")], "it answers 404 NoSuchBucket"],
  [
    "an answer breaks off",
    Array(3).fill((response: ServerResponse) => response.destroy()),
    "it can't be reached (ECONNRESET)",
  ],
])("a write of which %s", async (_what, given, reason) => {
  answerWith(...given);
  const put = client.put("key", [Buffer.from("bytes")]);
  if (reason === undefined) await put;
  else
    await expect(put).rejects.toMatchObject({
      code: "SlowDown",
      message: `The object store behind this server is away: ${reason}.`,
    });
  expect(answers).toEqual([]);
});

type Send = (client: StoreClient) => Promise<unknown>;
const requests: Readonly<Record<string, Send>> = {
  put: (own) => own.put("key", [Buffer.from("bytes")]),
  get: (own) => own.get("key"),
  copy: (own) => own.copy("key", "other"),
  delete: (own) => own.delete(["key"]),
  list: (own) => own.list("").next(),
  beginParts: (own) => own.beginParts("key"),
  putPart: (own) => own.putPart("key", "upload", 1, Buffer.from("bytes")),
  completeParts: (own) => own.completeParts("key", "upload", ["tag"]),
  abortParts: (own) => own.abortParts("key", "upload"),
  openUploads: (own) => own.openUploads(""),
};

describe.each(Object.entries(requests))("%s", (name, send) => {
  let own: StoreClient;
  beforeEach(() => {
    own = open();
  });
  afterEach(() => own.close());

  test("is tried again where a gateway that knows no store answers 404", async () => {
    const gateway = (response: ServerResponse) =>
      response.writeHead(404).end("default backend - 404");
    answerWith(gateway, gateway, gateway);
    await expect(send(own)).rejects.toMatchObject({
      code: "SlowDown",
      message: expect.stringContaining("it answers 404"),
    });
    expect(answers).toEqual([]);
  });

  test("is a success without an object only where one is asked for", async () => {
    answerWith(refuse(404, "NoSuchKey"));
    const outcome = await send(own).catch(({ code }) => code);
    expect(outcome).toBe(name === "get" ? undefined : name === "copy" ? false : "SlowDown");
  });
});

test("a caller that waits too long for a turn is refused, and the next one goes on", async () => {
  const turns = new TurnQueue(3, 50, () => new Error("refused"));
  expect(turns.take(2)).toBeUndefined();
  const large = turns.take(3);
  const small = turns.take(1);
  await expect(large).rejects.toThrow("refused");
  await small;
  turns.giveBack(3);
  expect(turns.take(3)).toBeUndefined();
});

describe("a body that is sent while it comes", () => {
  const body = Buffer.alloc(2 * BATCH_BYTES + 1, "0123456789abcdef");
  const md5 = createHash("md5").update(body).digest();
  const tag = `"${md5.toString("hex")}"`;
  const tagged = (etag: string) => (response: ServerResponse) =>
    response.writeHead(200, { etag }).end();
  const breakOff = (response: ServerResponse) => response.destroy();
  const taken = refuse(412, "PreconditionFailed");
  let memory = uploadMemory();
  let own: StoreClient;

  async function begin(): Promise<StreamedUpload> {
    const upload = StreamedUpload.open(own, "streamed", body.length, memory);
    expect(upload).toBeDefined();
    return upload as StreamedUpload;
  }

  function pieces(): Buffer[] {
    const starts = [0, BATCH_BYTES, 2 * BATCH_BYTES];
    return starts.map((start) => {
      const batch = takeBatch();
      return batch.subarray(0, body.copy(batch, 0, start, start + BATCH_BYTES));
    });
  }

  async function writeAll(upload: StreamedUpload): Promise<void> {
    for (const piece of pieces()) await upload.write(piece);
  }

  function requests(): string[] {
    return asked.map(({ method, headers, url }) => {
      const how = headers["content-md5"] ? " whole" : "";
      return `${method}${url?.endsWith("?delete=") ? " delete" : how}`;
    });
  }

  test.each([
    ["is compared with the store's entity tag", [tagged(tag)], ["PUT"], undefined],
    ["is sent again", [refuse(503, "SlowDown"), tagged(tag)], ["PUT", "PUT whole"], undefined],
    ["is refused", [refuse(403, "AccessDenied")], ["PUT"], "it answers 403 AccessDenied"],
    [
      "has changed on the way",
      [tagged('"other"'), tagged(""), tagged(tag)],
      ["PUT", "POST delete", "PUT whole"],
      undefined,
    ],
    [
      "was written without an answer",
      [breakOff, taken, tagged(tag)],
      ["PUT", "PUT whole", "GET"],
      undefined,
    ],
    [
      "was written without an answer, and has changed on the way",
      [breakOff, taken, tagged('"other"')],
      ["PUT", "PUT whole", "GET", "POST delete"],
      "bytes have changed on the way to it",
    ],
  ])("%s", async (_what, given, wanted, reason) => {
    own = open();
    answerWith(...given);
    const upload = await begin();
    await writeAll(upload);
    await expect.poll(() => asked.length).toBe(1);
    expect(asked[0]?.complete).toBe(false);
    upload.end();
    const finished = upload.finish({ md5 });
    if (reason === undefined) await finished;
    else await expect(finished.finally(() => upload.abandon())).rejects.toThrow(reason);
    expect(requests()).toEqual(wanted);
    await own.close();
  });

  test("ends before its MD5 is known, and is removed if unwanted", async () => {
    own = open();
    answerWith(tagged(tag), tagged(tag));
    for (const isWanted of [true, false]) {
      const upload = await begin();
      await writeAll(upload);
      upload.end();
      await expect.poll(() => asked.at(-1)?.complete).toBe(true);
      await (isWanted ? upload.finish({ md5 }) : upload.abandon());
    }
    await expect.poll(requests).toEqual(["PUT", "PUT", "POST delete"]);
    await own.close();
  });

  test("isn't, once a store's entity tags are found to be other digests", async () => {
    own = open();
    answerWith(tagged('"other"'), tagged(""), tagged('"other"'), tagged('"other"'));
    for (let time = 0; time < 2; time++) {
      const upload = await begin();
      await writeAll(upload);
      upload.end();
      await upload.finish({ md5 });
    }
    expect(requests()).toEqual(["PUT", "POST delete", "PUT whole", "PUT whole"]);
    await own.close();
  });

  test("is no object where it ends early, and its memory and turn are given back", async () => {
    own = open();
    memory = uploadMemory();
    answerWith();
    for (let time = 1; time <= 3; time++) {
      const upload = await begin();
      await writeAll(upload);
      await expect.poll(() => asked.length, { interval: 1 }).toBe(time);
      await upload.abandon();
    }
    await expect.poll(() => asked.every(({ destroyed }) => destroyed)).toBe(true);
    expect(asked.some(({ complete }) => complete)).toBe(false);
    expect(memory.tryTake(UPLOAD_BYTES_MAX)).toBe(true);
    memory.giveBack(UPLOAD_BYTES_MAX);
    await own.close();
  });

  test("leaves half of the turns to others, and is gathered beside them", async () => {
    own = open();
    answerWith(tagged(tag), tagged(tag));
    const [first, second] = [await begin(), await begin()];
    await writeAll(first);
    await writeAll(second);
    for (const upload of [second, first]) {
      upload.end();
      await upload.finish({ md5 });
    }
    expect(requests()).toEqual(["PUT", "PUT whole"]);
    await own.close();
  });

  test("is gathered once its client has become slow", async () => {
    own = open();
    answerWith(tagged(tag));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const upload = await begin();
      const [first = Buffer.alloc(0), ...others] = pieces();
      await upload.write(first);
      await vi.waitUntil(() => asked.length === 1);
      vi.advanceTimersByTime(60_000);
      await vi.waitUntil(() => asked[0]?.destroyed);
      for (const piece of others) await upload.write(piece);
      upload.end();
      await upload.finish({ md5 });
    } finally {
      vi.useRealTimers();
    }
    expect(requests()).toEqual(["PUT", "PUT whole"]);
    await own.close();
  });

  test("isn't begun where memory is short", () => {
    memory = uploadMemory();
    while (memory.tryTake(BATCH_BYTES, BATCH_BYTES));
    expect(StreamedUpload.open(own, "streamed", body.length, memory)).toBeUndefined();
  });
});

describe("a longer body, where memory to keep it is short", () => {
  const body = Buffer.alloc(PART_BYTES + BATCH_BYTES, "0123456789abcdef");
  const md5 = createHash("md5").update(body).digest();
  const tag = `"${md5.toString("hex")}"`;
  const tagged = (etag: string) => (response: ServerResponse) =>
    response.writeHead(200, { etag }).end();
  const breakOff = (response: ServerResponse) => response.destroy();
  const none = refuse(404, "NoSuchKey");
  const DELETE = "POST delete=";
  let memory = uploadMemory();
  let own: StoreClient;

  function begin(): RelayedUpload {
    const upload = RelayedUpload.open(own, "relayed", body.length, memory);
    expect(upload).toBeDefined();
    return upload as RelayedUpload;
  }

  /** As of another body, which was kept. */
  async function compareTag(): Promise<void> {
    answerWith(tagged(tag));
    const kept = StreamedUpload.open(own, "kept", body.length, uploadMemory());
    await writeAll(kept as StreamedUpload);
    kept?.end();
    await kept?.finish({ md5 });
  }

  async function writeAll(upload: BlobSink): Promise<void> {
    for (let at = 0; at < body.length; at += BATCH_BYTES) {
      const batch = takeBatch();
      body.copy(batch, 0, at);
      await upload.write(batch);
      if (!upload.keepsBytes) batch.fill("changed");
    }
  }

  const requests = () => asked.map(({ method, url }) => `${method} ${url?.split("?")[1] ?? ""}`);

  test.each([
    ["is sent while it comes", [tagged(tag)], ["PUT "], undefined],
    ["is refused", [refuse(503, "SlowDown")], ["PUT ", "GET "], "it answers 503 SlowDown"],
    [
      "has changed on the way",
      [tagged('"other"'), tagged("")],
      ["PUT ", DELETE],
      "bytes have changed on the way to it",
    ],
    ["was written without an answer", [breakOff, tagged(tag)], ["PUT ", "GET "], undefined],
    ["wasn't written", [breakOff, none], ["PUT ", "GET "], "it can't be reached (ECONNRESET)"],
    [
      "was written without an answer, and has changed on the way",
      [breakOff, tagged('"other"')],
      ["PUT ", "GET ", DELETE],
      "bytes have changed on the way to it",
    ],
  ])("%s", async (_what, given, wanted, reason) => {
    own = open();
    memory = uploadMemory();
    await compareTag();
    answerWith(...(reason?.includes("503") ? [...given, none] : given));
    const upload = begin();
    await writeAll(upload);
    await expect.poll(() => asked.length).toBe(1);
    expect(asked[0]?.complete).toBe(false);
    expect(memory.tryTake(UPLOAD_BYTES_MAX - 4 * BATCH_BYTES)).toBe(true);
    memory.giveBack(UPLOAD_BYTES_MAX - 4 * BATCH_BYTES);
    upload.end();
    const finished = upload.finish({ md5 });
    if (reason === undefined) await finished;
    else await expect(finished.finally(() => upload.abandon())).rejects.toThrow(reason);
    expect(requests()).toEqual(wanted);
    expect(memory.tryTake(UPLOAD_BYTES_MAX)).toBe(true);
    await own.close();
  });

  test("ends before its MD5 is known, and is removed if unwanted", async () => {
    own = open();
    memory = uploadMemory();
    await compareTag();
    answerWith(tagged(tag), tagged(tag));
    for (const isWanted of [true, false]) {
      const upload = begin();
      await writeAll(upload);
      upload.end();
      await expect.poll(() => asked.at(-1)?.complete).toBe(true);
      await (isWanted ? upload.finish({ md5 }) : upload.abandon());
    }
    await expect.poll(requests).toEqual(["PUT ", "PUT ", DELETE]);
    await own.close();
  });

  test("is answered SlowDown before its end, where the store breaks off", async () => {
    own = open();
    memory = uploadMemory();
    await compareTag();
    answerWith();
    const upload = begin();
    server.once("request", ({ socket }: IncomingMessage) => socket.destroy());
    await upload.write(takeBatch());
    const writeOne = () => upload.write(Buffer.alloc(1)).then(() => "written", String);
    await expect.poll(writeOne).toMatch("The object store behind this server is away");
    await upload.abandon();
    await own.close();
  });

  test("is gathered in parts until an entity tag was found to be an MD5", async () => {
    own = open();
    memory = uploadMemory();
    const xml = (name: string) => (response: ServerResponse) =>
      response.end(`<?xml version="1.0"?><${name}><UploadId>u</UploadId></${name}>`);
    answerWith(
      xml("InitiateMultipartUploadResult"),
      tagged('"1"'),
      tagged('"2"'),
      xml("CompleteMultipartUploadResult"),
    );
    const upload = begin();
    await writeAll(upload);
    upload.end();
    await upload.finish({ md5 });
    expect(upload.isInParts).toBe(true);
    expect(requests().sort()).toEqual([
      "POST uploadId=u",
      "POST uploads=",
      "PUT partNumber=1&uploadId=u",
      "PUT partNumber=2&uploadId=u",
    ]);
    await own.close();
  });
});
