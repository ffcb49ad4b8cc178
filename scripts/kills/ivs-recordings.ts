import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Ivs, type StreamSession } from "@aws-sdk/client-ivs";
import { S3 } from "@aws-sdk/client-s3";
import { until } from "../../test/support/until.ts";
import type { Checked, Model } from "./model.ts";
import { type Node, wasTakenOver } from "./node.ts";
import { allPages } from "./pages.ts";
import {
  listObjects,
  type Objects,
  type Recording,
  readRecording,
  recordingsIn,
  strangeIn,
} from "./recorded-bucket.ts";
import {
  BUCKET,
  type Channel,
  channels,
  endStreams,
  makeChannels,
  SECOND_MS,
  SEGMENT_MS,
  step,
  stored,
} from "./recorded-channels.ts";

/*
 * Streams that are recorded. What was seen in the bucket stays there; what a live playlist listed
 * is in the recording, up to a segment, unless another node had to finish it; each stream and each
 * recording that began has one end.
 */

const ENDED_MS_MAX = 60_000;
/** For all that is looked at to agree. */
const AGREED_MS_MAX = 90_000;

/** Recordings that are over, with all their objects as they were then. */
const finished = new Map<string, { recording: Recording; objects: Objects }>();

async function check(at: Node, isLast: boolean): Promise<Checked> {
  await endStreams();
  return compare(at, isLast);
}

async function compare(at: Node, isLast: boolean): Promise<Checked> {
  const streamIds = new Set<string>();
  let wrong: readonly string[] = [];
  /** An event follows its object, and a window may end at any time. */
  const look = async () => {
    const sessions = new Map<Channel, readonly StreamSession[]>();
    for (const channel of channels) sessions.set(channel, await endedSessions(at, channel));
    const objects = await overObjects(at, isLast);
    const found = [...objectFaults(objects), ...(await recordingFaults(at, objects))];
    for (const [channel, all] of sessions) {
      for (const { streamId = "" } of all) streamIds.add(streamId);
      found.push(...sessionFaults(channel, all, objects));
    }
    wrong = found;
    return found.length === 0;
  };
  await until(look, "recordings that are over", { withinMs: AGREED_MS_MAX }).catch(
    (error: Error) => {
      if (wrong.length === 0) wrong = [error.message];
    },
  );
  const left = await leftSegments(at, streamIds);
  const compared = streamIds.size + finished.size;
  return { compared, unknown: { there: 0, absent: 0 }, wrong: [...wrong, ...left] };
}

function objectFaults(objects: Objects): string[] {
  const changed = [...stored].filter(([key, object]) => objects.get(key) !== object);
  const strange = strangeIn(objects);
  return [
    ...changed.map(([key, object]) => `${key} was ${object}, and is ${objects.get(key)}`),
    ...(strange.length > 0 ? [`objects of no recording: ${strange}`] : []),
  ];
}

/** Reads each recording once, as soon as it is over; later it must be the same. */
async function recordingFaults(at: Node, objects: Objects): Promise<string[]> {
  const wrong: string[] = [];
  for (const [prefix, isOver] of recordingsIn(objects)) {
    if (!isOver) continue;
    const below = new Map([...objects].filter(([key]) => key.startsWith(`${prefix}/`)));
    const before = finished.get(prefix);
    const recording =
      before?.recording ?? (await readRecording(at.client(S3), BUCKET, prefix, objects));
    if (!before) finished.set(prefix, { recording, objects: below });
    else if (!isSameListing(before.objects, below)) wrong.push(`${prefix} changed after its end`);
    wrong.push(...recording.wrong);
  }
  return wrong;
}

/** Every session of a channel, the oldest first; rejects while one has no end. */
async function endedSessions(at: Node, { arn: channelArn }: Channel): Promise<StreamSession[]> {
  const ivs = at.client(Ivs);
  const listed = await allPages(
    (nextToken) => ivs.listStreamSessions({ channelArn, nextToken }),
    ({ streamSessions }) => streamSessions,
    ({ nextToken }) => nextToken,
  );
  const sessions: StreamSession[] = [];
  for (const { streamId, endTime } of listed.toReversed()) {
    if (!endTime) throw new Error(`${streamId} doesn't end`);
    const { streamSession } = await ivs.getStreamSession({ channelArn, streamId });
    if (streamSession) sessions.push(streamSession);
  }
  return sessions;
}

/** The bucket's objects; rejects while a recording is neither over nor waits in its window. */
async function overObjects(at: Node, isLast: boolean): Promise<Objects> {
  const objects = await listObjects(at.client(S3), BUCKET);
  const open = [...recordingsIn(objects)].filter(([, isOver]) => !isOver).map(([prefix]) => prefix);
  const late = open.filter((prefix) => !waits(prefix, isLast));
  for (const channel of channels)
    if (!open.some((prefix) => isOf(channel, prefix))) channel.waitsSinceMs = undefined;
  if (late.length > 0) throw new Error(`recordings don't end: ${late}`);
  return objects;
}

/** Whether a recording may go on with another stream. */
function waits(prefix: string, isLast: boolean): boolean {
  const channel = channels.find((one) => isOf(one, prefix));
  if (!channel || channel.windowSeconds === 0 || isLast) return false;
  channel.waitsSinceMs ??= performance.now();
  return performance.now() < channel.waitsSinceMs + ENDED_MS_MAX;
}

function isOf({ arn }: Channel, prefix: string): boolean {
  return prefix.includes(`/${arn.split("/")[1]}/`);
}

function isSameListing(a: Objects, b: Objects): boolean {
  return a.size === b.size && [...a].every(([key, object]) => b.get(key) === object);
}

/** Compares a channel's sessions with its recordings. */
function sessionFaults(
  channel: Channel,
  sessions: readonly StreamSession[],
  objects: Objects,
): string[] {
  const wrong: string[] = [];
  const count = (...names: string[]) =>
    sessions
      .flatMap(({ truncatedEvents = [] }) => truncatedEvents)
      .filter(({ name = "" }) => names.includes(name)).length;
  const own = [...recordingsIn(objects)].filter(([prefix]) => isOf(channel, prefix));
  const over = own.filter(([, isOver]) => isOver);
  const failed = over.filter(([prefix]) => finished.get(prefix)?.recording.isFailed);
  const figures = [
    ["Recording Start", own.length],
    ["Recording Start Failure", 0],
    ["Recording End", over.length - failed.length],
    ["Recording End Failure", failed.length],
    ["Session Created", sessions.length],
    ["Session Ended", sessions.length],
    // One that ended before it could be watched has neither.
    ["Stream Start", count("Stream End")],
  ] as const;
  for (const [name, expected] of figures)
    if (count(name) !== expected)
      wrong.push(`${channel.arn}: ${count(name)} times ${name}, and should be ${expected}`);
  if (!channel.isHurried)
    sessions.forEach(({ endTime, streamId }, at) => {
      const next = sessions[at + 1]?.startTime;
      if (endTime && next && endTime.getTime() > next.getTime() + SECOND_MS)
        wrong.push(`${streamId} ended ${endTime.toISOString()}, after the next one's start`);
    });
  return [...wrong, ...lostMedia(channel, sessions)];
}

/** Media that live playlists had, and the recordings of their streams haven't. */
function lostMedia(channel: Channel, sessions: readonly StreamSession[]): string[] {
  const recordings = [...finished.values()]
    .map(({ recording }) => recording)
    .filter(({ prefix }) => isOf(channel, prefix))
    .sort((a, b) => a.startedAtMs - b.startedAtMs);
  const listed = new Map<Recording, { ms: number; streams: string[] }>();
  for (const { streamId = "", truncatedEvents = [], endTime } of sessions) {
    const { node, listedMs } = channel.watched.get(streamId) ?? { listedMs: 0 };
    if (node && wasTakenOver(node)) continue;
    // A recording without any media has failed.
    const ms = Math.max(1, listedMs - SEGMENT_MS);
    // A recording may begin before its stream can be watched.
    const created = truncatedEvents.find(({ name }) => name === "Session Created");
    if (listedMs <= 0 || !created?.eventTime || !endTime) continue;
    const from = created.eventTime.getTime();
    const [begun] = recordings.filter(
      ({ startedAtMs }) => startedAtMs >= from && startedAtMs <= endTime.getTime(),
    );
    const recording = begun ?? recordings.findLast(({ startedAtMs }) => startedAtMs < from);
    // It may still wait for another stream.
    if (!recording) continue;
    const sum = listed.get(recording) ?? { ms: 0, streams: [] };
    listed.set(recording, { ms: sum.ms + ms, streams: [...sum.streams, streamId] });
  }
  return [...listed].flatMap(([{ prefix, durationMs }, { ms, streams }]) =>
    durationMs >= ms ? [] : [`${prefix} has ${durationMs} ms, and ${ms} were live: ${streams}`],
  );
}

/** Streams that are over leave nothing on the disk. */
async function leftSegments({ folder }: Node, streamIds: ReadonlySet<string>): Promise<string[]> {
  let left: readonly string[] = [];
  const look = async () => {
    const names = await readdir(join(folder, "ivs/segments")).catch((): string[] => []);
    left = names.filter((name) => streamIds.has(name));
    return left.length === 0;
  };
  return until(look, "an empty folder of segments").then(
    () => [],
    () => [`segments are left of ${left}`],
  );
}

export const recordings: Model = {
  name: "ivs-recordings",
  prepare: makeChannels,
  step,
  check,
  close: endStreams,
};
