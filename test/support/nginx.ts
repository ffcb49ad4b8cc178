import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { until } from "./until.ts";

const PACKAGING = join(import.meta.dirname, "../../packaging/nginx");
/** Where Debian's libnginx-mod-stream puts it. */
const STREAM_MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so";

export const hasNginx = (() => {
  try {
    execFileSync("nginx", ["-v"], { stdio: "ignore" });
    return existsSync(STREAM_MODULE);
  } catch {
    return false;
  }
})();

/** The addresses of a node that nginx passes requests and encoders to. */
export interface Upstream {
  readonly http: number;
  readonly rtmp: number;
  readonly rtmps: number;
  readonly srt: number;
}

export interface Nginx {
  readonly port: number;
  readonly tlsPort: number;
  readonly rtmpPort: number;
  readonly rtmpsPort: number;
  readonly srtPort: number;
  close(): Promise<void>;
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      await new Promise((resolve) => server.close(resolve));
      return typeof address === "object" && address ? address.port : 0;
    }),
  );
}

/**
 * Starts nginx with the files of `packaging/nginx` as they are, but for addresses, names and paths,
 * before two nodes, or three, whose lines are uncommented. `files`: a certificate and its key.
 * `workers`: processes of nginx, as it has one for each core.
 */
export async function startNginx(
  dir: string,
  ports: readonly [http: number, tls: number, rtmp: number, rtmps: number, srt: number],
  nodes: readonly [Upstream, Upstream, Upstream?],
  files: { readonly certificate: string; readonly key: string },
  workers = 1,
): Promise<Nginx> {
  const [port, tlsPort, rtmpPort, rtmpsPort, srtPort] = ports;
  const changes: readonly (readonly [string, string])[] = [
    ...nodes.flatMap((node, index) => {
      if (!node) return [];
      const { http, rtmp, rtmps, srt } = node;
      const address = `10.0.0.${5 + index}`;
      return [
        [`# server ${address}`, `server ${address}`],
        [`${address}:4566`, `127.0.0.1:${http}`],
        [`${address}:1935`, `127.0.0.1:${rtmp}`],
        [`${address}:4443`, `127.0.0.1:${rtmps}`],
        [`${address}:9000`, `127.0.0.1:${srt}`],
      ] as const;
    }),
    ["listen 80;", `listen ${port};`],
    ["listen 443 ssl;", `listen ${tlsPort} ssl;`],
    ["listen 1935 ", `listen ${rtmpPort} `],
    ["listen 4443 ", `listen ${rtmpsPort} `],
    ["listen 9000 udp", `listen ${srtPort} udp`],
    ["rolecast.example.com;", "localhost;"],
    ["/etc/nginx/rolecast.crt", files.certificate],
    ["/etc/nginx/rolecast.key", files.key],
    ["/etc/nginx/modules-enabled/*.conf", `${dir}/modules.conf`],
    [
      "include /etc/nginx/conf.d/*.conf",
      `include ${dir}/rolecast.conf; include ${dir}/folders.conf`,
    ],
    ["/etc/nginx/rolecast-ingest.conf", `${dir}/ingest.conf`],
    ["/etc/nginx/", `${dir}/`],
    ["/run/nginx.pid", `${dir}/nginx.pid`],
    ["worker_processes auto", `worker_processes ${workers}`],
    ["worker_connections 8192", "worker_connections 512"],
    ["/var/cache/nginx/rolecast", `${dir}/cache`],
    ["/var/log/nginx/", `${dir}/`],
  ];
  for (const name of await readdir(PACKAGING)) {
    const text = await readFile(join(PACKAGING, name), "utf8");
    const changed = changes.reduce((rest, [from, to]) => rest.replaceAll(from, to), text);
    await writeFile(join(dir, name), changed);
  }
  await writeFile(join(dir, "modules.conf"), modules());
  await writeFile(join(dir, "folders.conf"), foldersIn(dir));
  const close = await begin(dir, `http://localhost:${port}/_rolecast/health/live`);
  return { port, tlsPort, rtmpPort, rtmpsPort, srtPort, close };
}

/** Starts nginx with lines of `http { … }` that listen on a port. */
export async function startConfiguredNginx(
  dir: string,
  port: number,
  lines: string,
): Promise<Pick<Nginx, "port" | "close">> {
  const http = `access_log off; ${foldersIn(dir)}\n${lines}`;
  const main = `${modules()}\nworker_processes 1; pid ${dir}/nginx.pid;`;
  await writeFile(
    join(dir, "nginx.conf"),
    `${main}\nevents { worker_connections 512; }\nhttp {\n${http}\n}\n`,
  );
  return { port, close: await begin(dir, `http://localhost:${port}/_rolecast/health/live`) };
}

function modules(): string {
  const user = process.getuid?.() === 0 ? "user root;" : "";
  return `load_module ${STREAM_MODULE}; ${user} daemon off;`;
}

function foldersIn(dir: string): string {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return kinds.map((kind) => `${kind}_temp_path ${dir}/${kind};`).join(" ");
}

async function begin(dir: string, url: string): Promise<() => Promise<void>> {
  const child = spawn("nginx", ["-e", join(dir, "error.log"), "-c", join(dir, "nginx.conf")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  await until(() => fetch(url), "nginx");
  return () => end(child);
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
