/**
 * Forwarding over links that lose packets, beside Pion: the longest time without a new picture, for
 * each of a publisher's subscribers. Every peer has a link of its own that loses a packet in
 * twenty, in both directions. Peers are by Pion in another process: they ask again for what is
 * missing every 100 ms, and for a keyframe after three seconds, as browsers do. Needs Debian's
 * golang-go and golang-github-pion-webrtc.v3-dev.
 *
 * npx tsx bench/forwarding-loss.ts [seconds] [packets of a picture] [delay of a link in ms]
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { LossyLink } from "../packages/media/src/testing/lossy-link.ts";
import { randomFrom } from "../packages/media/src/testing/seeded-random.ts";
import { builtForwarder, builtProgram } from "./forwarding/built-forwarder.ts";

const [SECONDS = 60, PACKETS = 6, DELAY_MS = 0] = process.argv.slice(2).map(Number);
const SUBSCRIBERS = 4;
const FREEZE_MAX_MS = 500;

interface Outcome {
  readonly shown: number;
  readonly late: number;
  readonly keyframes: number;
  readonly freezesMs: readonly number[];
}

const folder = mkdtempSync(join(tmpdir(), "rolecast-forwarding-loss-"));
/** Hands offers on to a forwarder, and puts a link of its own into each answer. */
async function lossyDoor(forwarder: string): Promise<{ address: string; close: () => number }> {
  const links: LossyLink[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const answer = await fetch(`http://${forwarder}${request.url}`, { method: "POST", body });
    const description = await answer.text();
    const port = Number(/ udp \d+ 127\.0\.0\.1 (\d+) typ host/.exec(description)?.[1]);
    const link = new LossyLink();
    links.push(link);
    const faults = { dropEach: 20, duplicateEach: 1_000, reorderEach: 1_000 };
    const random = randomFrom(links.length);
    const delay = DELAY_MS > 0 ? { delayMs: DELAY_MS } : {};
    const own = await link.open(port, { ...faults, random, ...delay });
    const byUdp = description.replaceAll(/a=candidate:\S+ \d tcp .*\r\n/g, "");
    response
      .writeHead(answer.status)
      .end(byUdp.replaceAll(`127.0.0.1 ${port} `, `127.0.0.1 ${own} `));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): number => {
    server.close();
    for (const link of links) link.close();
    return links.reduce((sum, { dropped }) => sum + dropped, 0);
  };
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

async function measure(
  command: readonly string[],
  peers: string,
): Promise<Outcome & { dropped: number }> {
  const [program = "", ...args] = command;
  const forwarder = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(forwarder.stdout)[Symbol.asyncIterator]();
  const door = await lossyDoor((await lines.next()).value);
  const counts = ["-subscribers", String(SUBSCRIBERS), "-packets", String(PACKETS)];
  const want = ["-server", `http://${door.address}`, "-pictures", ...counts];
  const load = spawn(peers, [...want, "-seconds", String(SECONDS)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = createInterface(load.stdout)[Symbol.asyncIterator]();
  await said.next();
  const { value } = await said.next();
  forwarder.kill();
  return { ...JSON.parse(value), dropped: door.close() };
}

try {
  const [peers, pion] = [builtProgram("peers", folder), builtProgram("pion", folder)];
  const ours = await builtForwarder(folder);
  for (const [name, command] of Object.entries({ rolecast: ours, pion: [pion] })) {
    const { freezesMs, shown, keyframes, dropped } = await measure(command, peers);
    const worst = Math.max(...freezesMs);
    console.log(
      `${name}: longest freezes in ${SECONDS} s`,
      `${freezesMs.map((freeze) => freeze.toFixed(0)).join(", ")} ms`,
      `(${(worst / FREEZE_MAX_MS).toFixed(2)} of the limit of ${FREEZE_MAX_MS});`,
      `${shown} pictures, ${keyframes} keyframes, ${dropped} packets lost on the way`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
