import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BATCH_BYTES, takeBatch } from "../../packages/server/src/services/s3/blobs/batches.ts";
import { RelayedUpload } from "../../packages/server/src/services/s3/remote/relayed-upload.ts";
import { uploadMemory } from "../../packages/server/src/services/s3/remote/remote-upload.ts";
import { StoreClient } from "../../packages/server/src/services/s3/remote/store-client.ts";
import { StreamedUpload } from "../../packages/server/src/services/s3/remote/streamed-upload.ts";
import { Ceph } from "../support/ceph.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { clientsOf, ROOT } from "../support/test-server.ts";
import { until } from "../support/until.ts";

const Bucket = "away-contract";
const NOTHING = "no object";
const WRITERS = 6;
/** As many acknowledged writes as make sure that all writers are at it. */
const SOME = 12;
const KEYS_PER_WRITER = 8;
/** Shorter bodies are in the database: Rolecast's default. */
const INLINE_BYTES = 4_096;
/** Longer than a chunk that the gateway takes at once, and not a multiple of ours. */
const STREAMED = 5_000_001;
/** Longer than a part of an upload to the store. */
const LONGEST = 9_000_000;

let ceph: Ceph;
let bucket: string;
let data: string;
let server: ServerProcess;
let acknowledgements = 0;
beforeAll(async () => {
  ceph = await Ceph.start();
  bucket = await ceph.createBucket();
  data = await mkdtemp(join(tmpdir(), "rolecast-away-"));
  await start();
  await client().send(new s3.CreateBucketCommand({ Bucket }));
}, 180_000);
afterAll(async () => {
  await server?.stop("SIGKILL");
  await ceph?.close();
  await rm(data, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const environment = { ROLECAST_OBJECTS: JSON.stringify(ceph.objects(bucket, "away/")) };
  server = await startServerProcess(["--data", data], environment);
}

function client(): s3.S3Client {
  return clientsOf(server.endpoint, ROOT, "us-east-1").s3;
}

interface Expectation {
  acknowledged: string | undefined;
  /** Any of them may have been stored without an answer. */
  unanswered: string[];
}
const expected = new Map<string, Expectation>();

/** Puts, overwrites and deletes until told to end; errors but SlowDown and the cut are failures. */
async function write(writer: number, signal: AbortSignal, refusals: Set<string>): Promise<void> {
  const own = client();
  for (let count = 0; !signal.aborted; count++) {
    const Key = `${writer}/${count % KEYS_PER_WRITER}`;
    const size = count % 5 === 4 ? LONGEST : 1 + ((count * 7919 * (writer + 1)) % 300_000);
    const Body = randomBytes(size);
    const entry = expected.get(Key) ?? { acknowledged: undefined, unanswered: [] };
    expected.set(Key, entry);
    const hash = hashOf(Body);
    entry.unanswered.push(hash);
    try {
      await own.send(new s3.PutObjectCommand({ Bucket, Key, Body }));
      entry.acknowledged = hash;
      acknowledgements += 1;
      entry.unanswered = [];
    } catch (error) {
      const { name, message } = error as Error;
      refusals.add(`${name}: ${message}`);
      await sleep(20);
    }
  }
}

async function checkAll(): Promise<void> {
  const own = client();
  for (const [Key, { acknowledged, unanswered }] of expected) {
    const found = await until(() => hashIn(own, Key), `the store's answer for ${Key}`);
    expect([acknowledged ?? NOTHING, ...unanswered]).toContain(found);
    expected.set(Key, { acknowledged: found === NOTHING ? undefined : found, unanswered: [] });
  }
}

/** A store that has just come back may be slow; any other error is a failure. */
async function hashIn(own: s3.S3Client, Key: string): Promise<string | undefined> {
  try {
    const { Body } = await own.send(new s3.GetObjectCommand({ Bucket, Key }));
    return hashOf((await Body?.transformToByteArray()) ?? new Uint8Array());
  } catch (error) {
    const { name } = error as Error;
    if (name === "NoSuchKey") return NOTHING;
    if (name === "SlowDown") return undefined;
    throw error;
  }
}

async function storeFacts(): Promise<{ condition: string; message?: string }> {
  const answer = await fetch(`${server.endpoint}/_rolecast/health`);
  const { s3: facts } = (await answer.json()) as {
    s3: { objectStore: { condition: string; message?: string } };
  };
  return facts.objectStore;
}

/** Waits until the writers have got so many more objects acknowledged. */
async function writeSome(): Promise<void> {
  const enough = acknowledgements + SOME;
  await until(() => acknowledgements >= enough, `${SOME} acknowledged objects`);
}

/** Writes while `interrupt` takes the store away and `mend` brings it back. */
async function writeThrough(
  interrupt: () => Promise<void>,
  mend: () => Promise<void>,
): Promise<ReadonlySet<string>> {
  const ending = new AbortController();
  const refusals = new Set<string>();
  const writers = Array.from({ length: WRITERS }, (_, index) =>
    write(index, ending.signal, refusals),
  );
  try {
    await writeSome();
    // The next test begins with a store that works, whatever this one finds.
    await interrupt().finally(mend);
    await writeSome();
  } finally {
    ending.abort();
    await Promise.all(writers);
  }
  return refusals;
}

test("with the gateway killed, bytes are answered SlowDown with the reason, and none are lost", async () => {
  const refusals = await writeThrough(
    async () => {
      await ceph.killGateway();
      await expect.poll(storeFacts).toMatchObject({ condition: "away" });
      const list = await client().send(new s3.ListObjectsV2Command({ Bucket }));
      const sizeOf = ({ Size = 0 }: s3._Object) => Size;
      const listed = (list.Contents ?? []).toSorted((a, b) => sizeOf(a) - sizeOf(b));
      const Key = listed.at(-1)?.Key;
      expect(listed.map(sizeOf).filter((size) => size > INLINE_BYTES)).not.toEqual([]);
      await client().send(new s3.PutObjectCommand({ Bucket, Key: "small", Body: "small" }));
      const small = await client().send(new s3.GetObjectCommand({ Bucket, Key: "small" }));
      expect(await small.Body?.transformToString()).toBe("small");
      await expect(client().send(new s3.GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({
        name: "SlowDown",
        $metadata: { httpStatusCode: 503 },
        // A slow store may have been given up before it was killed, and a body may break off.
        message: expect.stringMatching(
          /is away: it (can't be reached \((ECONNREFUSED|ECONNRESET|EPIPE)\)|doesn't answer)/,
        ),
      });
      expect(JSON.stringify(await storeFacts())).not.toContain(ceph.credentials.secretAccessKey);
    },
    () => ceph.startGateway(),
  );
  expect([...refusals].join()).toContain("SlowDown");
  expect([...refusals].filter((text) => !text.startsWith("SlowDown"))).toEqual([]);
  await checkAll();
  await expect.poll(storeFacts).toMatchObject({ condition: "ok" });
});

test("with the OSD stopped, requests are answered in time, and go on when it does", async () => {
  const refusals = await writeThrough(
    async () => {
      ceph.stopOsd();
      await expect.poll(storeFacts, { timeout: 60_000 }).toMatchObject({
        condition: "away",
        message: expect.stringContaining("doesn't answer"),
      });
      const beganMs = performance.now();
      await client()
        .send(new s3.PutObjectCommand({ Bucket, Key: "refused", Body: "at once".repeat(1_000) }))
        .catch(() => undefined);
      expect(performance.now() - beganMs).toBeLessThan(20_000);
    },
    async () => ceph.continueOsd(),
  );
  await expect.poll(storeFacts, { timeout: 30_000 }).toMatchObject({ condition: "ok" });
  expect([...refusals].filter((text) => !text.startsWith("SlowDown"))).toEqual([]);
  await checkAll();
}, 120_000);

test("with the server killed, acknowledged objects are there, and no other bytes", async () => {
  const ending = new AbortController();
  const writers = Array.from({ length: WRITERS }, (_, index) =>
    write(index, ending.signal, new Set()),
  );
  await writeSome();
  await server.stop("SIGKILL");
  ending.abort();
  await Promise.all(writers);
  await start();
  await checkAll();
  await expect.poll(surplusObjects, { timeout: 30_000 }).toBe(0);
  expect(await openUploads()).toBe(0);
});

/** Objects in the store less those that Rolecast has there. */
async function surplusObjects(): Promise<number> {
  const { Contents = [] } = await client().send(new s3.ListObjectsV2Command({ Bucket }));
  const long = Contents.filter(({ Size = 0 }) => Size > INLINE_BYTES).length;
  const store = ceph.client();
  const { KeyCount: stored = 0 } = await store.send(
    new s3.ListObjectsV2Command({ Bucket: bucket, Prefix: "away/blobs/" }),
  );
  store.destroy();
  return stored - long;
}

async function openUploads(): Promise<number> {
  const store = ceph.client();
  const { Uploads = [] } = await store.send(
    new s3.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: "away/" }),
  );
  store.destroy();
  return Uploads.length;
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

test("a body that was changed on the way to the store is refused there", async () => {
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const how = { region: "us-east-1", concurrency: 2, cacheBytes: 0 };
  const settings = { ...ceph.objects(bucket, "changed/"), ...how };
  const store = new StoreClient(settings, silent);
  const body = randomBytes(100_000);
  const md5 = createHash("md5").update(body).digest();
  await store.put("whole", [body], { md5 });
  body[50_000] = (body[50_000] ?? 0) ^ 1;
  await expect(store.put("changed", [body], { md5 })).rejects.toThrow(/BadDigest/);
  expect(await store.get("changed")).toBeUndefined();

  const memory = uploadMemory();
  /** Sends a body of some batches while it comes, and gives it up or ends it. */
  const send = async (
    key: string,
    end: (upload: StreamedUpload | RelayedUpload, md5: Buffer) => Promise<void>,
    kind: typeof StreamedUpload | typeof RelayedUpload = StreamedUpload,
  ) => {
    const hash = createHash("md5");
    const sizeBytes = kind === StreamedUpload ? STREAMED : LONGEST;
    const upload = kind.open(store, key, sizeBytes, memory);
    for (let at = 0; at < sizeBytes; at += BATCH_BYTES) {
      const batch = takeBatch()
        .subarray(0, Math.min(BATCH_BYTES, sizeBytes - at))
        .fill(at + 1);
      hash.update(batch);
      await upload?.write(batch);
    }
    if (upload) await end(upload, hash.digest());
    return (await store.get(key))?.body.destroy() !== undefined;
  };
  type Upload = StreamedUpload | RelayedUpload;
  const finish = (upload: Upload, ofWhole: Buffer) => {
    upload.end();
    return upload.finish({ md5: ofWhole });
  };
  const giveUp = (upload: Upload) => upload.abandon();
  const giveUpLate = (upload: Upload) => {
    upload.end();
    return upload.abandon();
  };
  expect(await send("streamed", finish)).toBe(true);
  expect(await send("given up", giveUp)).toBe(false);
  const wrong = send("wrong", (upload) => finish(upload, md5));
  await expect(wrong).rejects.toThrow(/BadDigest/);
  expect(await store.get("wrong")).toBeUndefined();

  expect(await send("relayed", finish, RelayedUpload)).toBe(true);
  expect(await send("relayed and given up", giveUp, RelayedUpload)).toBe(false);
  const other = send("other", (upload) => finish(upload, md5), RelayedUpload);
  await expect(other).rejects.toThrow(/bytes have changed on the way/);
  expect(await store.get("other")).toBeUndefined();
  for (const kind of [StreamedUpload, RelayedUpload]) {
    await send(`unwanted ${kind.name}`, giveUpLate, kind);
    await expect.poll(() => store.get(`unwanted ${kind.name}`)).toBeUndefined();
  }
  await store.close();
});
