import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../support/until.ts";
import { pictureHashes } from "./encoder.ts";

/** A segment that a player was given, and a hash of each of its pictures. */
export interface PlayedSegment {
  readonly url: string;
  readonly pictures: readonly string[];
}

/**
 * Plays the newest whole segment of a channel, as a player is led to it: once there is one that
 * isn't `before`.
 */
export async function playedSegment(
  playbackUrl: string,
  before?: PlayedSegment,
): Promise<PlayedSegment> {
  const [url, bytes] = await until(async () => {
    const playlist = await linkIn(playbackUrl, "playlist.m3u8");
    const segment = playlist && (await linkIn(playlist, ".ts"));
    if (segment === undefined || segment === before?.url) return undefined;
    const answer = await fetch(segment);
    return answer.ok && ([segment, Buffer.from(await answer.arrayBuffer())] as const);
  }, `a segment of ${playbackUrl} after ${before?.url}`);
  const folder = await mkdtemp(join(tmpdir(), "rolecast-segment-"));
  const file = join(folder, "segment.ts");
  await writeFile(file, bytes);
  const pictures = await pictureHashes(file);
  await rm(folder, { recursive: true });
  if (pictures.length === 0) throw new Error(`${url} has no picture.`);
  return { url, pictures };
}

/** The last URL in a playlist whose path ends so; undefined when there is none. */
async function linkIn(url: string, end: string): Promise<string | undefined> {
  const answer = await fetch(url);
  const lines = answer.ok ? (await answer.text()).split("\n") : [];
  const line = lines.findLast((each) => !each.startsWith("#") && each.endsWith(end));
  return line === undefined ? undefined : new URL(line, url).href;
}
