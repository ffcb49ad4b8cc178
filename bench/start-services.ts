import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import type { ServiceFacts } from "../packages/server/src/kernel/service.ts";
import { SERVICES } from "../packages/server/src/services/index.ts";

/*
 * Method: for each service a new process of the built library, which is asked for nothing but an
 * operation that the service doesn't have, twice. The first request loads the service's schemas and
 * handlers; given are the processor time of both and the heap, after a collection, that the first
 * one added. It also gives the heap of a server that was asked for nothing.
 */
const SERVER = `
  const { createTestServer } = await import(process.argv[1]);
  const server = await createTestServer();
  let before = process.cpuUsage();
  process.on("message", () => {
    const { user, system } = process.cpuUsage(before);
    gc();
    process.send({ cpuMs: (user + system) / 1000, heapBytes: process.memoryUsage().heapUsed });
    before = process.cpuUsage();
  });
  process.send({ endpoint: server.endpoint });`;
const MIB = 1024 * 1024;

interface Used {
  /** Since the last question, without the collection that it began with. */
  readonly cpuMs: number;
  readonly heapBytes: number;
}

function requestOf({ definition }: ServiceFacts) {
  const { protocol, targetPrefix, markingHeader } = definition;
  const isPosted = targetPrefix !== undefined;
  return {
    method: isPosted ? "POST" : "GET",
    path: isPosted || protocol === "awsQuery" ? "/" : "/nothing",
    headers: {
      ...(isPosted ? { "x-amz-target": `${targetPrefix}.Nothing` } : {}),
      ...(markingHeader === undefined ? {} : { [markingHeader]: "000000000000" }),
    },
  };
}

async function ask(endpoint: string, facts: ServiceFacts): Promise<void> {
  const { hostname, port, host } = new URL(endpoint);
  const request = requestOf(facts);
  const signer = new SignatureV4({
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    service: facts.definition.signingName,
    region: "us-east-1",
    sha256: Hash.bind(null, "sha256"),
  });
  const empty = createHash("sha256").digest("hex");
  const { headers } = await signer.sign({
    ...request,
    ...{ protocol: "http:", hostname, port: Number(port), query: {} },
    headers: { host, "x-amz-content-sha256": empty, ...request.headers },
  });
  const answer = await fetch(`${endpoint}${request.path}`, { method: request.method, headers });
  await answer.arrayBuffer();
}

async function used(child: ChildProcess): Promise<Used> {
  child.send("used");
  const [answer] = await once(child, "message");
  return answer as Used;
}

async function measure(facts: ServiceFacts) {
  const module = join(import.meta.dirname, "../packages/cli/dist/testing.js");
  const args = ["--expose-gc", "--input-type=module", "-e", SERVER, module];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [{ endpoint }] = (await once(child, "message")) as [{ readonly endpoint: string }];
  // The server's own first request, which is no service's.
  await (await fetch(`${endpoint}/_rolecast/health`)).text();
  const idle = await used(child);
  await ask(endpoint, facts);
  const loaded = await used(child);
  await ask(endpoint, facts);
  const again = await used(child);
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  return {
    idleMib: idle.heapBytes / MIB,
    firstMs: loaded.cpuMs,
    againMs: again.cpuMs,
    addedMib: (loaded.heapBytes - idle.heapBytes) / MIB,
  };
}

const idle: number[] = [];
for (const facts of SERVICES) {
  const { idleMib, firstMs, againMs, addedMib } = await measure(facts);
  idle.push(idleMib);
  console.log(
    `${facts.definition.name.padEnd(12)} first request ${firstMs.toFixed(0)} ms of processor time, again ${againMs.toFixed(0)} ms; heap +${addedMib.toFixed(1)} MiB`,
  );
}
console.log(`asked for none: heap ${Math.min(...idle).toFixed(1)} MiB`);
