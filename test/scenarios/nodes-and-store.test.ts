import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  hasPostgres,
  makeSharedSchema,
} from "../../packages/server/src/storage/testing/postgres-server.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

/*
 * The parts of packaging/compose.nodes.yaml in one process: two nodes that share a database, a key
 * and an object store, which is a Rolecast too, but no folder.
 */

const SEED = join(import.meta.dirname, "../../packaging/store.seed.yml");
const folders: string[] = [];
let store: TestServer;
let nodes: readonly TestServer[] = [];

describe.skipIf(!hasPostgres)("two nodes with an object store", () => {
  beforeAll(async () => {
    const bucket = "rolecast-bytes";
    store = await startTestServer({ seed: SEED });
    const sealingKey = randomBytes(32);
    const database = await makeSharedSchema();
    const start = async () => {
      const data = await mkdtemp(join(tmpdir(), "rolecast-node-"));
      folders.push(data);
      await writeFile(join(data, "sealing.key"), sealingKey, { mode: 0o600 });
      return startTestServer({
        ...{ data, database, logLevel: "silent" },
        objects: { type: "s3", endpoint: store.endpoint, bucket },
        objectsAccessKeyId: "test",
        objectsSecretAccessKey: "test",
      });
    };
    nodes = [await start(), await start()];
  });
  afterAll(async () => {
    for (const node of nodes) await node.close();
    await store?.close();
    for (const folder of folders) await rm(folder, { recursive: true });
  });

  test("an object that one takes is read from the other, and lies in the store alone", async () => {
    const [one, other] = nodes.map((node) => node.clients().s3);
    const Body = randomBytes(100_000);
    const object = { Bucket: "shared", Key: "a" };
    await one?.send(new CreateBucketCommand({ Bucket: object.Bucket }));
    await one?.send(new PutObjectCommand({ ...object, Body }));
    const got = await other?.send(new GetObjectCommand({ ...object, Range: "bytes=5-99999" }));
    expect(Buffer.from((await got?.Body?.transformToByteArray()) ?? [])).toEqual(Body.subarray(5));
    for (const folder of folders) {
      const files = await readdir(folder, { recursive: true, withFileTypes: true });
      const bytes = files.filter((file) => file.isFile() && file.parentPath.includes("blobs"));
      expect(bytes.map(({ name }) => name)).toEqual([]);
    }
  });
});
