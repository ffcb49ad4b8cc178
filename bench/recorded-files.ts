/**
 * From the end of a recorded file to its being in the bucket: `tsx bench/recorded-files.ts
 * [STREAMS] [SECONDS]`, after `npm run build`.
 *
 * The server as built, durable, records BASIC streams of 2.5 Mb/s into a bucket of its own. A file
 * of ten seconds ends with its fifth segment, which is listed in the live playlist at that moment.
 * Playlist and bucket are asked again and again from outside; what is printed is the time between
 * the two being seen. Needs ffmpeg; nothing is asserted.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { GetChannelCommand } from "@aws-sdk/client-ivs";
import { ListBucketsCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import {
  rtmpPortOf,
  type ServerProcess,
  startServerProcess,
} from "../test/support/server-process.ts";
import { bench, makeSource, pause } from "./media-ingest/bench-processes.ts";
import { startEncoders } from "./media-ingest/encoder-process.ts";
import { percentile, verdict } from "./media-ingest/figures.ts";
import { makeRecordedChannels } from "./media-ingest/recorded-channels.ts";

const streams = Number(process.argv[2] ?? 8);
const seconds = Number(process.argv[3] ?? 45);
const POLL_MS = 25;
const SEGMENTS_A_FILE = 5;
const LIMIT_MS = 1_000;

/** When something was first seen, by channel and file's number. */
type Seen = Map<string, number>;

/** Files whose last segment is listed. */
async function noteListed(channelId: string, playlist: string, listed: Seen): Promise<void> {
  const text = await (await fetch(playlist)).text();
  const first = Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1]);
  const segments = first + (text.match(/#EXTINF/g) ?? []).length;
  const file = Math.floor(segments / SEGMENTS_A_FILE) - 1;
  const key = `${channelId} ${file}`;
  if (file >= 0 && !listed.has(key)) listed.set(key, performance.now());
}

async function noteStored({ root }: ServerProcess, stored: Seen): Promise<void> {
  const { Buckets = [] } = await root.s3.send(new ListBucketsCommand({}));
  const pages = paginateListObjectsV2({ client: root.s3 }, { Bucket: Buckets[0]?.Name });
  for await (const { Contents = [] } of pages) {
    for (const { Key = "" } of Contents) {
      const [, channelId, file] = /^ivs\/v1\/\d+\/(\w+)\/.*\/(\d+)\.ts$/.exec(Key) ?? [];
      const key = `${channelId} ${file}`;
      if (channelId !== undefined && !stored.has(key)) stored.set(key, performance.now());
    }
  }
}

/**
 * The media playlist of each channel's only rendition, by the channel's id; those that are live.
 */
async function findPlaylists({ root }: ServerProcess, arns: readonly string[]) {
  const playlists = new Map<string, string>();
  for (const arn of arns) {
    const { channel } = await root.ivs.send(new GetChannelCommand({ arn }));
    const response = await fetch(channel?.playbackUrl ?? "");
    const variant = (await response.text()).split("\n").find((line) => /^[^#].*m3u8/.test(line));
    if (response.ok && variant !== undefined)
      playlists.set(arn.split("/")[1] ?? "", new URL(variant, response.url).href);
  }
  return playlists;
}

await bench(async () => {
  const data = mkdtempSync(join(tmpdir(), "rolecast-bench-data-"));
  const server = await startServerProcess(["--data", data]);
  const channels = await makeRecordedChannels(server, streams);
  const encoders = await startEncoders(makeSource(), await rtmpPortOf(server), [
    ...channels.keys(),
  ]);
  const end = performance.now() + seconds * 1_000;
  const [listed, stored]: [Seen, Seen] = [new Map(), new Map()];
  let playlists = new Map<string, string>();
  while (playlists.size < streams) {
    await pause(POLL_MS);
    playlists = await findPlaylists(server, [...channels.values()]);
  }
  while (performance.now() < end) {
    await Promise.all([...playlists].map(([id, url]) => noteListed(id, url, listed)));
    await noteStored(server, stored);
    await pause(POLL_MS);
  }
  encoders.kill();
  await server.stop();
  rmSync(data, { recursive: true, force: true });
  const delaysMs = [...listed].flatMap(([key, atMs]) => {
    const storedMs = stored.get(key);
    return storedMs === undefined ? [] : [Math.max(0, storedMs - atMs)];
  });
  const worstMs = Math.max(...delaysMs);
  console.log(
    `${delaysMs.length} files of ${streams} streams: end of the file to being in the bucket p50 ${percentile(delaysMs, 0.5).toFixed(0)} ms, worst ${worstMs.toFixed(0)} ms (asked about every ${POLL_MS} ms): ${verdict(worstMs <= LIMIT_MS)} (limit ${LIMIT_MS} ms)`,
  );
});
