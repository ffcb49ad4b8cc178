/**
 * CPU of passthrough ingest with live HLS, beside Debian's nginx-rtmp in the same run, and the time from the first
 * frame to the first playlist: `tsx bench/media-ingest.ts [STREAMS] [SECONDS] [record]`.
 *
 * Both servers get the same number of encoders at the same time, so that other load on the machine hits them alike.
 * With `record` both also record to the disk: nginx-rtmp an FLV, the engine what it would put into a bucket.
 * Cost is the CPU time of the server's own process. Needs ffmpeg, nginx and its RTMP module; nothing is asserted.
 */
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import {
  bench,
  cpuSeconds,
  firstLine,
  folder,
  makeSource,
  pause,
  script,
  start,
} from "./media-ingest/bench-processes.ts";

const streams = Number(process.argv[2] ?? 24);
const seconds = Number(process.argv[3] ?? 20);
const engineMode = process.argv[4] ?? "live";
const NGINX_MODULE = "/usr/lib/nginx/modules/ngx_rtmp_module.so";
const WARM_UP_MS = 6_000;
const SEGMENT_MS = 2_000;
const POLL_MS = 4;
const RATIO_LIMIT = 1;
const RATIO_AIM = 0.85;

function residentMegabytes(child: ChildProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function startNginx(): Promise<{ child: ChildProcess; port: number }> {
  const port = await freePort();
  const conf = join(folder, "nginx.conf");
  const recordings = join(folder, "recordings");
  mkdirSync(recordings);
  const record = engineMode === "record" ? `record all; record_path ${recordings};` : "";
  writeFileSync(
    conf,
    `load_module ${NGINX_MODULE};
daemon off; master_process off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log error;
events { worker_connections 1024; }
rtmp { access_log off; server { listen 127.0.0.1:${port}; chunk_size 4096;
  application app { live on; hls on; hls_fragment 2s; hls_playlist_length 12s; hls_path ${folder}/hls; ${record} } } }
`,
  );
  const child = start("nginx", ["-c", conf, "-p", folder]);
  await pause(500);
  return { child, port };
}

async function playlistDelayMs(
  source: string,
  port: number,
  isListed: (key: string) => Promise<boolean>,
): Promise<number> {
  const publisher = script("./publisher.ts", source, String(port), "1", "delay");
  // The publisher says "started" one stagger interval after its first frame.
  await firstLine(publisher);
  const startedMs = performance.now() - 83;
  while (!(await isListed("delay0"))) {
    await pause(POLL_MS);
  }
  publisher.kill();
  return performance.now() - startedMs;
}

async function main(): Promise<void> {
  const source = makeSource();
  const engine = script("./engine.ts", engineMode, "0", join(folder, "objects"));
  const ports = JSON.parse(await firstLine(engine)) as { rtmpPort: number; httpPort: number };
  const nginx = existsSync(NGINX_MODULE) ? await startNginx() : undefined;
  const targets = [{ name: "rolecast", child: engine, port: ports.rtmpPort }];
  if (nginx === undefined) {
    console.log("nginx-rtmp is not installed: no ratio");
  } else {
    targets.push({ name: "nginx-rtmp", ...nginx });
  }

  const listedHere = async (key: string): Promise<boolean> =>
    (await fetch(`http://127.0.0.1:${ports.httpPort}/${key}`)).ok;
  const ours = await playlistDelayMs(source, ports.rtmpPort, listedHere);
  console.log(`first playlist: ${Math.round(ours)} ms (segment ${SEGMENT_MS} ms)`);
  if (nginx !== undefined) {
    const listedThere = async (key: string): Promise<boolean> =>
      existsSync(`${folder}/hls/${key}.m3u8`);
    const theirs = await playlistDelayMs(source, nginx.port, listedThere);
    console.log(`first playlist of nginx-rtmp: ${Math.round(theirs)} ms`);
  }

  const publishers = targets.map(({ port }) =>
    script("./publisher.ts", source, String(port), String(streams), "s"),
  );
  await Promise.all(publishers.map(firstLine));
  await pause(WARM_UP_MS);
  const before = targets.map(({ child }) => cpuSeconds(child.pid));
  const beganMs = performance.now();
  await pause(seconds * 1_000);
  const elapsed = (performance.now() - beganMs) / 1_000;
  const costs = targets.map(
    ({ child }, index) =>
      ((cpuSeconds(child.pid) - (before[index] ?? 0)) / elapsed / streams) * 100,
  );
  targets.forEach(({ name, child }, index) => {
    const cost = costs[index]?.toFixed(3);
    console.log(
      `${name}: ${cost} % of a core per stream, ${Math.round(residentMegabytes(child))} MB resident, ${streams} streams`,
    );
  });
  const [own = 0, peer] = costs;
  if (peer !== undefined) {
    const ratio = own / peer;
    const verdict = ratio <= RATIO_LIMIT ? "pass" : "FAIL";
    console.log(
      `ratio to nginx-rtmp: ${ratio.toFixed(2)} (limit ${RATIO_LIMIT}, aim ${RATIO_AIM}): ${verdict}`,
    );
  }
}

await bench(main);
