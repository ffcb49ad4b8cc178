import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  hasPostgres,
  makeSharedSchema,
} from "../../packages/server/src/storage/testing/postgres-server.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

/*
 * The files of a node that was killed are swept by the next one at its address, at once; uploads of
 * others go on. That a silent node's are swept without one is the units' to show.
 */

const BUCKET = "two-nodes-files";
const TRICKLE_MS = 5_000;
const HALF = Buffer.alloc(1024 * 1024, "x");

let data: string;
let database: string;
const nodes: ServerProcess[] = [];

describe.skipIf(!hasPostgres)("of two nodes on one PostgreSQL", () => {
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "rolecast-nodes-"));
    database = await makeSharedSchema();
    for (const name of ["dying", "living"]) await startNode(name);
  });
  afterAll(async () => {
    for (const node of nodes) await node.stop("SIGKILL");
    if (data) await rm(data, { recursive: true });
  });

  test("the next at the address of one that was killed removes what it had not committed, and nothing else", async () => {
    const [dying, living] = nodes;
    await dying?.root.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    for (const [name, node] of [
      ["dying", dying],
      ["living", living],
    ] as const)
      await node?.root.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: name, Body: name }));
    const halves = [beginUpload("dead", dying), beginUpload("alive", living)];
    // An upload without a byte for 20 seconds is ended.
    const trickle = setInterval(() => halves[1]?.send(1), TRICKLE_MS);
    onTestFinished(() => clearInterval(trickle));
    await expect.poll(filesWithBytes).toBe(4);
    await dying?.stop("SIGKILL");
    await halves[0]?.sent;
    await startNode("dying");
    await expect.poll(filesWithBytes).toBe(3);
    clearInterval(trickle);
    halves[1]?.end();
    await halves[1]?.sent;
    const size = async (Key: string) =>
      (
        await living?.root.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }))
      )?.Body?.transformToByteArray();
    expect((await size("alive"))?.length).toBe(2 * HALF.length);
    expect((await size("dying"))?.length).toBe("dying".length);
    expect(await filesWithBytes()).toBe(3);
  });
});

/** Starts a node that the others would reach at this name. */
async function startNode(name: string): Promise<void> {
  const args = ["--data", data, "--node-url", `http://${name}.test`];
  nodes.push(await startServerProcess(args, { ROLECAST_DATABASE: database }));
}

/** Sends the first half; `send` sends some of the other, `end` the rest. */
function beginUpload(Key: string, node: ServerProcess | undefined) {
  const Body = new PassThrough();
  Body.write(HALF);
  const ContentLength = 2 * HALF.length;
  let rest = HALF.length;
  const sent = node?.root.s3.send(
    new PutObjectCommand({ Bucket: BUCKET, Key, Body, ContentLength }),
  );
  return {
    send(bytes: number) {
      rest -= bytes;
      Body.write(HALF.subarray(0, bytes));
    },
    end: () => Body.end(HALF.subarray(0, rest)),
    // The killed node's is never answered.
    sent: Promise.resolve(sent).catch((error: unknown) => error),
  };
}

async function filesWithBytes(): Promise<number> {
  const dir = join(data, "s3", "blobs");
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const stats = await Promise.all(
    files.map((file) => stat(join(file.parentPath, file.name)).catch(() => undefined)),
  );
  return stats.filter((found) => found !== undefined && found.size > 0).length;
}
