import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "./exit-by-signal.ts";
import { load } from "./http-load.ts";
import { authorisationShare } from "./iam-requests/authorisation-share.ts";
import { ACCOUNTS, type Caller, prepareAccount } from "./iam-requests/callers.ts";
import { startMoto } from "./iam-requests/moto-server.ts";
import { OPERATIONS, type RequestSource } from "./iam-requests/operations.ts";
import { Recorder } from "./recording/recorder.ts";
import { end, startRolecast } from "./request-costs/processes.ts";

/*
 * Method: Rolecast (durable, in a folder of its own, policies enforced, PostgreSQL not used) and
 * moto's server (Debian's python3-moto with python3-flask-cors, which checks neither signature nor
 * policy) run as processes of their own. In each account a user with ReadOnlyAccess and
 * AdministratorAccess asks. The same signed requests go over 8 keep-alive connections for 3 s, to
 * one server and then to the other, three rounds each, of which the median counts; one before them
 * warms up. CreateRole is a different role each time, spread over accounts because of the quota of
 * 1,000; a write is answered when it is on the disk. Without moto, Rolecast alone.
 *
 * With the rate comes the processor time (user and system, all threads) that the server took for
 * a request, from Linux's /proc: on a machine that others use, its ratio is the one to look at.
 *
 * Authorisation's share: the time inside the authorizer of the time inside the pipeline, GetRole
 * over one connection, in this process.
 */
const ROUNDS = 3;
const CONNECTIONS = 8;
const DURATION_MS = 3_000;

interface Peer {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
  readonly callers: readonly Caller[];
}

const record = await Recorder.begin("iam-requests");
const folder = mkdtempSync(join(tmpdir(), "rolecast-bench-"));
const peers: Peer[] = [await startOurs()];
const moto = await startTheirs(5_599);
if (moto) peers.push(moto);
else console.log("moto's server isn't there: python3-moto and python3-flask-cors");

try {
  for (const operation of OPERATIONS) {
    const medians: Measured[] = [];
    for (const peer of peers) {
      const source = await operation.prepare(`http://127.0.0.1:${peer.port}`, peer.callers);
      medians.push(await measure(peer, operation.name, source));
    }
    const [ours, theirs] = medians;
    const ratio = ours && theirs ? `${beside(ours, theirs)}, ` : "";
    record.add({
      ...{ name: operation.name, value: ours?.perSecond ?? 0, unit: "requests/s" },
      ...(theirs && { beside: { name: "moto's server", value: theirs.perSecond } }),
    });
    console.log(`${operation.name}: ${ratio}wanted ${operation.wanted} x\n`);
  }
} finally {
  for (const peer of peers) await end(peer);
}
rmSync(folder, { recursive: true, force: true });
const share = await authorisationShare();
console.log(
  `authorisation: ${share.authorizeUs.toFixed(1)} us of ${share.pipelineUs.toFixed(1)} us in the pipeline and ${share.requestUs.toFixed(0)} us of a request: ${(share.ofRequest * 100).toFixed(1)} % (wanted: below 5 %)`,
);
await record.write();

interface Measured {
  readonly perSecond: number;
  readonly processorUs: number;
}

function beside(ours: Measured, theirs: Measured): string {
  const rate = (ours.perSecond / theirs.perSecond).toFixed(1);
  const processor = (theirs.processorUs / ours.processorUs).toFixed(1);
  return `${rate} x moto, ${processor} x by processor time`;
}

async function measure(
  { name, port, process: { pid } }: Peer,
  operation: string,
  source: RequestSource,
): Promise<Measured> {
  const rates: number[] = [];
  const processorUs: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const beforeUs = processorTimeUs(pid);
    const { requests, requestsPerSecond, p50Ms, p99Ms, failures } = await load({
      port,
      request: source(),
      connections: CONNECTIONS,
      durationMs: DURATION_MS,
    });
    const us = (processorTimeUs(pid) - beforeUs) / requests;
    if (round === 0) continue;
    rates.push(requestsPerSecond);
    processorUs.push(us);
    console.log(
      `${operation.padEnd(18)} ${name.padEnd(8)} ${requestsPerSecond.toFixed(0).padStart(6)}/s  p50 ${p50Ms.toFixed(2)} ms  p99 ${p99Ms.toFixed(2)} ms  ${us.toFixed(0)} us of processor time  ${failures} failures`,
    );
  }
  return { perSecond: median(rates), processorUs: median(processorUs) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** The time of all threads of a process. `/proc` counts in hundredths of a second. */
function processorTimeUs(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function startOurs(): Promise<Peer> {
  const config = join(folder, "rolecast.yml");
  const accounts = ACCOUNTS.map(
    ({ id, key }) =>
      `  - { id: "${id}", rootAccessKeyId: ${key.accessKeyId}, rootSecretAccessKey: ${key.secretAccessKey} }`,
  );
  writeFileSync(config, ["accounts:", ...accounts, ""].join("\n"));
  const tree = join(import.meta.dirname, "..");
  const peer = await startRolecast("Rolecast", tree, join(folder, "data"), config);
  return { ...peer, callers: await callersOf(peer.port) };
}

async function startTheirs(port: number): Promise<Peer | undefined> {
  const moto = await startMoto(port);
  return moto && { name: "moto", port, process: moto.process, callers: await callersOf(port) };
}

function callersOf(port: number): Promise<readonly Caller[]> {
  const endpoint = `http://127.0.0.1:${port}`;
  return Promise.all(ACCOUNTS.map((account) => prepareAccount(endpoint, account)));
}
