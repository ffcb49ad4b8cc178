import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "./http-load.ts";
import { authorisationShare } from "./iam-requests/authorisation-share.ts";
import { ACCOUNTS, type Caller, prepareAccount } from "./iam-requests/callers.ts";
import { OPERATIONS, type RequestSource } from "./iam-requests/operations.ts";

/*
 * Method: Rolecast (durable, in a folder of its own, policies enforced, PostgreSQL not used) and moto's server (Debian's
 * python3-moto with python3-flask-cors, which checks neither signature nor policy) run as processes
 * of their own. In each account a user with ReadOnlyAccess and AdministratorAccess asks. The same
 * signed requests go over 8 keep-alive connections for 3 s, to one server and then to the other, three
 * rounds each, of which the median counts. CreateRole is a different role each time, spread over accounts because of the
 * quota of 1,000; a write is answered when it is on the disk. Without moto, Rolecast alone.
 *
 * Authorisation's share: the time inside the authorizer of the time inside the pipeline, GetRole over one connection, in this
 * process.
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

const folder = mkdtempSync(join(tmpdir(), "rolecast-bench-"));
const peers: Peer[] = [await startRolecast()];
const moto = await startMoto(5_599);
if (moto) peers.push(moto);
else console.log("moto's server isn't there: python3-moto and python3-flask-cors");

try {
  for (const operation of OPERATIONS) {
    const medians: number[] = [];
    for (const peer of peers) {
      const source = await operation.prepare(`http://127.0.0.1:${peer.port}`, peer.callers);
      medians.push(await measure(peer, operation.name, source));
    }
    const [ours = 0, theirs] = medians;
    const ratio = theirs === undefined ? "" : `${(ours / theirs).toFixed(1)} x moto, `;
    console.log(`${operation.name}: ${ratio}wanted ${operation.wanted} x\n`);
  }
} finally {
  for (const peer of peers) peer.process.kill("SIGTERM");
}
rmSync(folder, { recursive: true, force: true });
const share = await authorisationShare();
console.log(
  `authorisation: ${share.authorizeUs.toFixed(1)} us of ${share.pipelineUs.toFixed(1)} us in the pipeline and ${share.requestUs.toFixed(0)} us of a request: ${(share.ofRequest * 100).toFixed(1)} % (wanted: below 5 %)`,
);

async function measure({ name, port }: Peer, operation: string, source: RequestSource) {
  const rates: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const { requestsPerSecond, p50Ms, p99Ms, failures } = await load({
      port,
      request: source(),
      connections: CONNECTIONS,
      durationMs: DURATION_MS,
    });
    rates.push(requestsPerSecond);
    console.log(
      `${operation.padEnd(18)} ${name.padEnd(8)} ${requestsPerSecond.toFixed(0).padStart(6)}/s  p50 ${p50Ms.toFixed(2)} ms  p99 ${p99Ms.toFixed(2)} ms  ${failures} failures`,
    );
  }
  return rates.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
}

async function startRolecast(): Promise<Peer> {
  const bin = join(import.meta.dirname, "../packages/cli/bin/rolecast.js");
  const config = join(folder, "rolecast.yml");
  const accounts = ACCOUNTS.map(
    ({ id, key }) =>
      `  - { id: "${id}", rootAccessKeyId: ${key.accessKeyId}, rootSecretAccessKey: ${key.secretAccessKey} }`,
  );
  writeFileSync(config, ["accounts:", ...accounts, ""].join("\n"));
  const free = ["--port", "0", "--rtmp-port", "0", "--rtmps-port", "0"];
  const args = ["start", "--config", config, "--data", join(folder, "data"), ...free];
  const child = spawn(process.execPath, [bin, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise<number>((resolve) => {
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /AWS APIs and HLS +http:\/\/[^:]+:(\d+)/.exec(printed);
      if (found && printed.includes("Ready.")) resolve(Number(found[1]));
    });
  });
  return { name: "Rolecast", port, process: child, callers: await callersOf(port) };
}

async function startMoto(port: number): Promise<Peer | undefined> {
  const args = ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)];
  const environment = { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" };
  const child = spawn("/usr/bin/python3", args, { stdio: "ignore", env: environment });
  for (let attempt = 0; attempt < 150 && child.exitCode === null; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer) return { name: "moto", port, process: child, callers: await callersOf(port) };
  }
  child.kill();
  return undefined;
}

function callersOf(port: number): Promise<readonly Caller[]> {
  const endpoint = `http://127.0.0.1:${port}`;
  return Promise.all(ACCOUNTS.map((account) => prepareAccount(endpoint, account)));
}
