import type { FlvLoop } from "../../packages/media/src/testing/flv-loop.ts";
import { RtmpClient } from "../../packages/media/src/testing/rtmp-client.ts";

/** OBS's value. */
export const CHUNK_BYTES = 4_096;

/** An encoder that the server lets publish, with the film's headers sent. */
export async function beginPublishing(
  port: number,
  key: string,
  loop: FlvLoop,
): Promise<RtmpClient> {
  const client = await RtmpClient.open(port);
  const status = await client.publish(key);
  if (status !== "NetStream.Publish.Start") {
    throw new Error(`publish was answered with ${status}`);
  }
  client.setChunkSize(CHUNK_BYTES);
  for (const { type, body } of loop.headers) {
    client.send(4, type, body);
  }
  return client;
}
