import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Composition, IVSRealTime, type Participant } from "@aws-sdk/client-ivs-realtime";
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
  COMPOSED_FRAMES_PER_SECOND,
  COMPOSITIONS,
  compositions,
  endPublishers,
  makeStages,
  PARTICIPANTS,
  recorders,
  seen,
  stages,
  starts,
  step,
  stored,
} from "./recorded-stages.ts";

/*
 * Recordings of participants and of compositions. A participant's ends with the server; a
 * composition's goes on once somebody publishes again, and ends with its composition. Whoever was
 * seen to publish for some seconds has media in its recording.
 */

/** Whoever was seen to publish for so long has a whole segment of two seconds. */
const SEGMENT_MS_MAX = 4_000;
/** For all that is looked at to agree. */
const AGREED_MS_MAX = 60_000;

/** Recordings that are over, with all their objects as they were then, by bucket and prefix. */
const finished = new Map<string, { recording: Recording; objects: Objects }>();
/** Compositions whose ends were compared: they are forgotten after a while. */
const ended = new Map<string, Composition>();

async function check(at: Node, isLast: boolean): Promise<Checked> {
  await endPublishers();
  let wrong: readonly string[] = [];
  let compared = 0;
  const look = async () => {
    const found: string[] = [];
    const participants = await participantsOf(at);
    const all = await compositionsOf(at, isLast);
    for (const bucket of [PARTICIPANTS, COMPOSITIONS]) {
      const objects = await listObjects(at.client(S3), bucket);
      found.push(...objectFaults(bucket, objects), ...(await recordingFaults(at, bucket, objects)));
      if (bucket === PARTICIPANTS) found.push(...participantFaults(participants, objects));
      else for (const one of all) found.push(...compositionFaults(one, objects, isLast));
    }
    if (isLast) found.push(...(await leftSegments(at)));
    compared = participants.length + all.length + finished.size;
    wrong = found;
    return found.length === 0;
  };
  const waiting = { withinMs: AGREED_MS_MAX, everyMs: 500 };
  await until(look, "recordings that are over", waiting).catch((error: Error) => {
    if (wrong.length === 0) wrong = [error.message];
  });
  seen.clear();
  recorders.clear();
  return { compared, unknown: { there: 0, absent: 0 }, wrong };
}

interface InSession extends Participant {
  readonly sessionId: string | undefined;
}

/** All who ever published. */
async function participantsOf(at: Node): Promise<InSession[]> {
  const realTime = at.client(IVSRealTime);
  const participants: InSession[] = [];
  for (const { arn: stageArn } of stages) {
    const sessions = await allPages(
      (nextToken) => realTime.listStageSessions({ stageArn, nextToken }),
      ({ stageSessions }) => stageSessions,
      ({ nextToken }) => nextToken,
    );
    for (const { sessionId } of sessions) {
      const found = await realTime.listParticipants({ stageArn, sessionId });
      for (const { participantId } of found.participants ?? []) {
        const { participant } = await realTime.getParticipant({
          ...{ stageArn, sessionId, participantId },
        });
        if (participant) participants.push({ ...participant, sessionId });
      }
    }
  }
  return participants;
}

/** Each participant's recording is over, and each recording is a participant's. */
function participantFaults(participants: readonly InSession[], objects: Objects) {
  const wrong: string[] = [];
  const recordings = [...recordingsIn(objects)];
  for (const [prefix, isOver] of recordings) if (!isOver) wrong.push(`${prefix} doesn't end`);
  const mayLack = [...recorders].some(wasTakenOver);
  const prefixes = new Map<string, string | undefined>();
  for (const {
    sessionId,
    participantId,
    recordingState,
    state,
    recordingS3Prefix,
  } of participants) {
    const says = `participant ${participantId} is ${state}, its recording ${recordingState}`;
    const isOver = ["STOPPED", "FAILED", "DISABLED", undefined].includes(recordingState);
    if (state !== "DISCONNECTED" || !isOver) wrong.push(says);
    const { fromMs, untilMs } = seen.get(`${sessionId} ${participantId}`) ?? {
      fromMs: 0,
      untilMs: 0,
    };
    if (untilMs - fromMs > SEGMENT_MS_MAX && recordingState !== "STOPPED" && !mayLack)
      wrong.push(`${says}, and it published for ${Math.round(untilMs - fromMs)} ms`);
    // It has none that left before there was any media.
    if (recordingS3Prefix === undefined || recordingS3Prefix === "") continue;
    if (prefixes.has(recordingS3Prefix)) wrong.push(`${recordingS3Prefix} has two participants`);
    prefixes.set(recordingS3Prefix, recordingState);
  }
  for (const [prefix] of recordings) {
    const expected = isFailed(PARTICIPANTS, prefix) ? "FAILED" : "STOPPED";
    const state = prefixes.get(prefix);
    if (state !== expected) wrong.push(`${prefix} is ${state}, and should be ${expected}`);
    prefixes.delete(prefix);
  }
  for (const [prefix, state] of prefixes) wrong.push(`${prefix} is ${state}, and isn't there`);
  return wrong;
}

/** Every composition, also of starts without an answer. At the end each is stopped. */
async function compositionsOf(at: Node, isLast: boolean): Promise<Composition[]> {
  const realTime = at.client(IVSRealTime);
  const listed = await allPages(
    (nextToken) => realTime.listCompositions({ nextToken }),
    (answer) => answer.compositions,
    ({ nextToken }) => nextToken,
  );
  for (const { arn = "" } of listed)
    if (!compositions.has(arn)) {
      starts.cut -= 1;
      if (starts.cut < 0) throw new Error(`nobody started ${arn}`);
      compositions.set(arn, { isStopped: false });
    }
  const all: Composition[] = [];
  for (const [arn, known] of compositions) {
    const before = ended.get(arn);
    if (before) {
      all.push(before);
      continue;
    }
    if (isLast && !known.isStopped) {
      await realTime.stopComposition({ arn });
      known.isStopped = true;
    }
    const { composition } = await realTime.getComposition({ arn });
    if (!composition) throw new Error(`${arn} is lost`);
    if (composition.endTime) {
      known.isStopped = true;
      ended.set(arn, composition);
    }
    all.push(composition);
  }
  return all;
}

function compositionFaults(composition: Composition, objects: Objects, isLast: boolean): string[] {
  const { arn = "", state, endTime, destinations = [] } = composition;
  const [destination] = destinations;
  const prefix = destination?.detail?.s3?.recordingPrefix ?? "";
  const isRecorded = recordingsIn(objects).get(prefix);
  const says = `composition ${arn} is ${state}, its destination ${destination?.state}`;
  if (!endTime) {
    const isLate = isLast || isRecorded === true;
    return isLate ? [`${says}, its recording ${isRecorded ? "over" : "not over"}`] : [];
  }
  if (isRecorded === false) return [`${says}, and its recording doesn't end`];
  const expected = isRecorded && isFailed(COMPOSITIONS, prefix) ? "FAILED" : "STOPPED";
  if (destinations.length === 1 && destination?.state === expected && state === expected) return [];
  return [`${says}, and should be ${expected}`];
}

function isFailed(bucket: string, prefix: string): boolean {
  return finished.get(`${bucket} ${prefix}`)?.recording.isFailed === true;
}

function objectFaults(bucket: string, objects: Objects): string[] {
  const own = [...stored].filter(([key]) => key.startsWith(`${bucket} `));
  const now = (key: string) => objects.get(key.slice(bucket.length + 1));
  const strange = strangeIn(objects);
  return [
    ...own
      .filter(([key, object]) => now(key) !== object)
      .map(([key, object]) => `${key} was ${object}, and is ${now(key)}`),
    ...(strange.length > 0 ? [`objects of no recording: ${strange}`] : []),
  ];
}

/** Reads each recording once, as soon as it is over; later it must be the same. */
async function recordingFaults(at: Node, bucket: string, objects: Objects): Promise<string[]> {
  const wrong: string[] = [];
  const rate = bucket === COMPOSITIONS ? COMPOSED_FRAMES_PER_SECOND : undefined;
  for (const [prefix, isOver] of recordingsIn(objects)) {
    if (!isOver) continue;
    const below = new Map([...objects].filter(([key]) => key.startsWith(`${prefix}/`)));
    const name = `${bucket} ${prefix}`;
    const before = finished.get(name);
    const recording =
      before?.recording ?? (await readRecording(at.client(S3), bucket, prefix, objects, rate));
    if (!before) finished.set(name, { recording, objects: below });
    else if (`${[...before.objects]}` !== `${[...below]}`)
      wrong.push(`${prefix} changed after its end`);
    wrong.push(...recording.wrong);
  }
  return wrong;
}

/** Whatever is over leaves nothing on the disk; channels' streams are another model's. */
async function leftSegments({ folder }: Node): Promise<string[]> {
  const names = await readdir(join(folder, "ivs/segments")).catch((): string[] => []);
  const left = names.filter((name) => !name.startsWith("st-"));
  return left.length === 0 ? [] : [`segments are left of ${left}`];
}

export const stageRecordings: Model = {
  name: "ivs-stage-recordings",
  args: ["--transcode-cores", "4"],
  prepare: makeStages,
  step,
  check,
  close: endPublishers,
};
