import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DeleteObjectsCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { withParent } from "../../packages/server/src/kernel/testing/with-parent.ts";
import { Connection } from "../request-costs/connection.ts";
import { type Key, Signer } from "../request-costs/signed-requests.ts";

const PUTS_AT_ONCE = 8;
/** As long as servers ask for. */
const RETRY_MS = 1_000;

/** A server that objects are put to and read from; new ones have keys that begin with `new/`. */
export interface Side {
  readonly name: string;
  readonly port: number;
  readonly key: Key;
  readonly bucket: string;
  readonly client: S3Client;
  /** Rolecast's process. */
  readonly pid?: number | undefined;
}

export interface Window {
  readonly perRequestMs: number;
  readonly requests: number;
  /** Answers of 503, after which the request was sent again. */
  readonly refusals: number;
}

export interface WindowOptions {
  readonly method: "PUT" | "GET";
  /** Objects that are read in turn, and the one that is read first. */
  readonly objects: number;
  readonly first: number;
  readonly body: Buffer;
  readonly connections: number;
  readonly durationMs: number;
  readonly requestsMax: number;
  /** Part of new keys. */
  readonly name: string;
}

/** Sends requests for some time, with `connections` at work. */
export async function measure(
  { port, key, bucket }: Side,
  { method, objects, first, body, connections, durationMs, requestsMax, name }: WindowOptions,
): Promise<Window> {
  const signer = new Signer(port, key);
  const reads = Array.from({ length: objects }, (_, index) =>
    signer.head("GET", fixedPath(bucket, body, index), 0),
  );
  let requests = 0;
  let begun = first;
  let refusals = 0;
  const startedMs = performance.now();
  const isOpen = () => performance.now() - startedMs < durationMs && requests < requestsMax;
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      let client = await Connection.open(port);
      /** Sends a request again where the server has no room for it now, as SDKs do. */
      const exchange = async (...parts: readonly Buffer[]) => {
        for (;;) {
          const refusal = await client.exchange(...parts).then(() => undefined, String);
          if (refusal === undefined) return;
          if (!refusal.includes("HTTP/1.1 503")) throw new Error(refusal);
          refusals++;
          client.close();
          await new Promise((go) => setTimeout(go, RETRY_MS));
          client = await Connection.open(port);
        }
      };
      for (let count = 0; count === 0 || isOpen(); count++) {
        const path = `/${bucket}/new/${name}-${connection}-${count}`;
        if (method === "GET") await exchange(reads[begun++ % objects] as Buffer);
        else await exchange(signer.head("PUT", path, body.length), body);
        requests++;
      }
      client.close();
    }),
  );
  return { perRequestMs: (performance.now() - startedMs) / requests, requests, refusals };
}

/** Puts the objects that are read. */
export async function putFixed(
  { port, key, bucket }: Side,
  body: Buffer,
  objects: number,
): Promise<void> {
  const signer = new Signer(port, key);
  let begun = 0;
  await Promise.all(
    Array.from({ length: Math.min(objects, PUTS_AT_ONCE) }, async () => {
      const client = await Connection.open(port);
      while (begun < objects) {
        const path = fixedPath(bucket, body, begun++);
        await client.exchange(signer.head("PUT", path, body.length), body);
      }
      client.close();
    }),
  );
}

function fixedPath(bucket: string, body: Buffer, index: number): string {
  return `/${bucket}/${body.length}/${index}`;
}

/** Removes what was put, so that it doesn't fill the OSD's memory. */
export async function removeNew({ client, bucket: Bucket }: Side): Promise<void> {
  for (;;) {
    const listed = await client.send(new ListObjectsV2Command({ Bucket, Prefix: "new/" }));
    const Objects = (listed.Contents ?? []).map(({ Key }) => ({ Key }));
    if (Objects.length === 0) return;
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  }
}

export async function startProxy(gatewayPort: number) {
  const program = join(import.meta.dirname, "bare-proxy.ts");
  const args = ["--import", "tsx", program, String(gatewayPort)];
  const child = spawn(...withParent(process.execPath, args), {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [printed] = await once(child.stdout, "data");
  return { child, port: Number(printed) };
}
