import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { withParent } from "../packages/server/src/kernel/testing/with-parent.ts";
import "./exit-by-signal.ts";
import { Connection } from "./request-costs/connection.ts";
import { processorTime } from "./request-costs/processes.ts";

/*
 * What a viewer costs the cache in front of the nodes: `npx tsx bench/hls-cache.ts`.
 *
 * Method: one nginx worker with a cache on the disk and packaging/nginx's own lines for HLS (no
 * TLS), before a server that answers as a node does. A raw client reads a playlist, and a segment
 * of two seconds at 2.5 Mb/s, over 64 keep-alive connections; the source is asked once. A figure is
 * the worker's processor time for an answer, the best of three windows. A viewer asks for a
 * playlist and a segment every two seconds.
 */
const CONNECTIONS = 64;
const WINDOW_MS = 3_000;
const ROUNDS = 3;
const SEGMENT_SECONDS = 2;
const PATHS = { "playlist.m3u8": 600, "7.ts": (2_500_000 / 8) * SEGMENT_SECONDS } as const;
const FOLDER = "/api/video/v1/us-east-1.000000000000.channel.channelchann/st-1/chunked";
const PACKAGED = readFileSync(
  join(import.meta.dirname, "../packaging/nginx/rolecast.conf"),
  "utf8",
);
const MAPS = (PACKAGED.match(/^map [\s\S]*?^\}/gm) ?? []).join("\n");
const [LOCATION = ""] = /^ +location @playback \{[\s\S]*?^ +\}/m.exec(PACKAGED) ?? [];

const origin = createServer((request, response) => {
  const [, sizeBytes = 0] =
    Object.entries(PATHS).find(([name]) => request.url?.endsWith(name)) ?? [];
  response.writeHead(200, {
    ...{ "content-length": sizeBytes, "cache-control": "max-age=60" },
    "x-rolecast-cacheable": "1",
  });
  response.end(Buffer.alloc(sizeBytes, "0123456789abcdef"));
});
await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
const { port: originPort } = origin.address() as AddressInfo;
const probe = createServer().listen(0, "127.0.0.1");
await new Promise((resolve) => probe.once("listening", resolve));
const { port } = probe.address() as AddressInfo;
await new Promise((resolve) => probe.close(resolve));

const dir = mkdtempSync(join(tmpdir(), "hls-cache-"));
writeFileSync(
  join(dir, "nginx.conf"),
  `daemon off; worker_processes 1; user root; pid ${dir}/pid; error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/f;
  uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  proxy_cache_path ${dir}/cache levels=1:2 keys_zone=rolecast_hls:10m;
  upstream rolecast { server 127.0.0.1:${originPort}; }
  ${MAPS}
  server {
    listen 127.0.0.1:${port};
    location / {
      error_page 418 = $rolecast_place;
      if ($rolecast_place) { return 418; }
      return 404;
    }
    ${LOCATION}
  }
}
`,
);
const nginx = spawn(...withParent("nginx", ["-c", join(dir, "nginx.conf")], "TERM"), {
  stdio: ["ignore", "ignore", 2],
});
try {
  await answering();
  const [pid] = childrenOf(nginx);
  const costs: number[] = [];
  for (const [name, sizeBytes] of Object.entries(PATHS)) {
    let bestUs = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++)
      bestUs = Math.min(bestUs, await costUs(pid, `${FOLDER}/${name}`));
    costs.push(bestUs);
    console.log(`${name}, ${sizeBytes} bytes: ${bestUs.toFixed(0)} µs of processor time`);
  }
  const viewerUs = costs.reduce((sum, us) => sum + us, 0) / SEGMENT_SECONDS;
  const viewers = Math.floor(1_000_000 / viewerUs);
  const gigabits = ((viewers * 2.5) / 1000).toFixed(1);
  console.log(`one busy core: ${viewers} viewers of 2.5 Mb/s, ${gigabits} Gb/s`);
  console.log(`load of the machine ${loadavg()[0]?.toFixed(0)}`);
} finally {
  const ended = new Promise((resolve) => nginx.once("exit", resolve));
  nginx.kill("SIGTERM");
  await ended;
  origin.closeAllConnections();
  origin.close();
  rmSync(dir, { recursive: true, force: true });
}

async function costUs(pid: number | undefined, path: string): Promise<number> {
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  const startedUs = processorTime(pid).allUs;
  const startedMs = performance.now();
  let answers = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = await Connection.open(port);
      for (; performance.now() - startedMs < WINDOW_MS; answers++) await client.exchange(request);
      client.close();
    }),
  );
  return (processorTime(pid).allUs - startedUs) / answers;
}

/** Resolves when nginx listens. */
async function answering(): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
    if (nginx.exitCode !== null) throw new Error("nginx has ended");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Its workers. */
function childrenOf({ pid }: ChildProcess): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.trim().split(" ").map(Number);
}
