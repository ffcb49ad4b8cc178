import { join } from "node:path";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterEach, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

/* Servers that keep their bytes in one bucket of a store, below prefixes that begin alike. */

const SEED = join(import.meta.dirname, "../../../packaging/store.seed.yml");
const STORE_BUCKET = "rolecast-bytes";
const Bucket = "below";
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(config: Parameters<typeof startTestServer>[0]): Promise<TestServer> {
  const server = await startTestServer(config);
  ends.push(server.close);
  return server;
}

/** A server of its own with an object below the prefix. */
async function startBelow(store: TestServer, prefix: string) {
  const objects = { type: "s3", endpoint: store.endpoint, bucket: STORE_BUCKET, prefix } as const;
  const key = { objectsAccessKeyId: "test", objectsSecretAccessKey: "test" };
  const server = await start({ objects, ...key, inlineObjectBytes: 0, logLevel: "silent" });
  const { s3 } = server.clients();
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: prefix }));
  return { ...server, s3 };
}

test("a reset, and the end of a server in memory, remove their own bytes alone", async () => {
  const store = await start({ seed: SEED, objects: undefined });
  const { s3 } = store.clients();
  const keys = async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: STORE_BUCKET }));
    return Contents.map(({ Key = "" }) => Key.replace(/blobs\/.*/, "blobs")).sort();
  };
  await s3.send(new PutObjectCommand({ Bucket: STORE_BUCKET, Key: "a/notes", Body: "kept" }));
  const [one, other, third] = [
    await startBelow(store, "a/"),
    await startBelow(store, "a"),
    await startBelow(store, "a/b/"),
  ];
  expect(await keys()).toEqual(["a/b/blobs", "a/blobs", "a/notes", "ablobs"]);
  const reset = await fetch(`${one.endpoint}/_rolecast/state/reset`, { method: "POST" });
  expect(reset.status).toBe(200);
  expect(await keys()).toEqual(["a/b/blobs", "a/notes", "ablobs"]);
  await third.close();
  expect(await keys()).toEqual(["a/notes", "ablobs"]);
  const got = await other.s3.send(new GetObjectCommand({ Bucket, Key: "a" }));
  expect(await got.Body?.transformToString()).toBe("a");
});
