import type { Readable } from "node:stream";
import { encodeAmf0 } from "../../container/flv/amf0.ts";
import { flvTags } from "../../container/flv/flv-tags.ts";
import { MESSAGE } from "./message-type.ts";
import { RtmpClient } from "./rtmp-client.ts";

/**
 * Publishes an FLV stream to `rtmps://host:port/app/<stream key>` or `rtmp://…`, at the pace at
 * which it comes. An encoder that doesn't get the URL can't show it in the list of processes.
 * Resolves when `flv` has ended and everything is sent; rejects with MediaError when the server
 * refuses or the connection breaks. Like ffmpeg, it takes any certificate.
 */
export async function publishFlv(url: string, flv: Readable): Promise<void> {
  const { protocol, hostname, port, pathname } = new URL(url);
  const [, app = "", ...key] = pathname.split("/");
  const isSecure = protocol === "rtmps:";
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const client = new RtmpClient({ host, port: Number(port || (isSecure ? 443 : 1935)), isSecure });
  try {
    await client.connected();
    await client.begin(app, `${protocol}//${hostname}/${app}`, key.join("/"));
    for await (const { type, timestampMs, body } of flvTags(flv)) {
      const isData = type === MESSAGE.dataAmf0;
      const payload = isData ? Buffer.concat([encodeAmf0(["@setDataFrame"]), body]) : body;
      if (!client.send(type, timestampMs, payload)) await client.drained();
    }
    await client.end();
  } finally {
    client.destroy();
    flv.destroy();
  }
}
