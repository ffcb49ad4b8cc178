/**
 * Forwarding beside Pion: processor time of the server for each packet that it sends on, packets
 * that don't arrive, and how long they take; one publisher of 1.5 Mb/s (180 packets a second) and
 * many subscribers, all peers by Pion in another process. Needs Debian's golang-go and
 * golang-github-pion-webrtc.v3-dev: both programs are built from bench/forwarding.
 *
 * npx tsx bench/forwarding.ts [subscribers …]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { builtForwarder, builtProgram } from "./forwarding/built-forwarder.ts";

const SECONDS = 10;
const WARM_SECONDS = 10;
const TURNS = 3;
const COUNTS = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [15, 40, 100, 300];
const CLOCK_TICKS_PER_SECOND = 100;

interface Outcome {
  readonly packets: number;
  readonly lost: number;
  readonly delayMs: { readonly p50: number; readonly p99: number };
  /** Seconds of the server's processor time. */
  readonly cpu: number;
}

const folder = mkdtempSync(join(tmpdir(), "rolecast-forwarding-"));
function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}

async function measure(command: readonly string[], peers: string, count: number): Promise<Outcome> {
  const [program = "", ...args] = command;
  const server = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
  const { value: address } = await lines.next();
  const want = ["-server", `http://${address}`, "-subscribers", String(count)];
  const times = ["-seconds", String(SECONDS), "-warm", String(WARM_SECONDS)];
  const load = spawn(peers, [...want, ...times], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = createInterface(load.stdout)[Symbol.asyncIterator]();
  await said.next();
  const before = cpuSeconds(server);
  const { value } = await said.next();
  const cpu = cpuSeconds(server) - before;
  server.kill();
  return { ...JSON.parse(value), cpu };
}

function median(values: readonly number[] = []): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

try {
  const [peers, pion] = [builtProgram("peers", folder), builtProgram("pion", folder)];
  const ours = await builtForwarder(folder);
  for (const count of COUNTS) {
    const perPacket: Record<string, number[]> = { rolecast: [], pion: [] };
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const [name, command] of Object.entries({ rolecast: ours, pion: [pion] })) {
        const { packets, lost, delayMs, cpu } = await measure(command, peers, count);
        perPacket[name]?.push((cpu * 1e6) / packets);
        console.log(
          `${count} subscribers, ${name}: ${((cpu * 1e6) / packets).toFixed(1)} µs a packet,`,
          `${((100 * cpu) / SECONDS).toFixed(0)} % of a core, ${lost} of ${packets + lost} lost,`,
          `${delayMs.p50.toFixed(1)} ms (p99 ${delayMs.p99.toFixed(1)})`,
        );
      }
    }
    const [own, theirs] = [median(perPacket.rolecast), median(perPacket.pion)];
    console.log(
      `${count} subscribers, medians: ${own.toFixed(1)} and ${theirs.toFixed(1)} µs,`,
      `${(own / theirs).toFixed(2)} of Pion's processor time`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
