import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { folder, pause, start } from "./bench-processes.ts";

const MODULE = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

/**
 * Debian's nginx with its RTMP module, one worker: live HLS below `hls`, with `records` an FLV of
 * each stream too.
 */
export async function startNginx({ records }: { readonly records: boolean }) {
  if (!existsSync(MODULE)) {
    throw new Error("nginx-rtmp is not installed: there is nothing to compare with");
  }
  const port = await freePort();
  const conf = join(folder, "nginx.conf");
  const recordings = join(folder, "recordings");
  const hls = join(folder, "hls");
  mkdirSync(recordings, { recursive: true });
  const record = records ? `record all; record_path ${recordings};` : "";
  writeFileSync(
    conf,
    `load_module ${MODULE};
daemon off; master_process off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log error;
events { worker_connections 1024; }
rtmp { access_log off; server { listen 127.0.0.1:${port}; chunk_size 4096;
  application app { live on; hls on; hls_fragment 2s; hls_playlist_length 12s; hls_path ${hls}; ${record} } } }
`,
  );
  const child = start("nginx", ["-c", conf, "-p", folder]);
  await pause(500);
  const { pid = 0 } = child;
  return { child, pid, port, isListed: (key: string) => existsSync(join(hls, `${key}.m3u8`)) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
