import { IVSRealTime } from "@aws-sdk/client-ivs-realtime";
import { S3 } from "@aws-sdk/client-s3";
import type { Film } from "../../test/scenarios/ivs/encoder.ts";
import type { Chance } from "../fuzz/chance.ts";
import type { Outcome } from "./model.ts";
import type { Node } from "./node.ts";
import { pause } from "./pause.ts";
import { makeFilms, Publisher } from "./publisher.ts";
import { isWrittenOnce, listObjects } from "./recorded-bucket.ts";
import { outcomeOf } from "./remembered.ts";

/* Stages whose participants are recorded, their encoders, and compositions of them. */

export const PARTICIPANTS = "kills-participants";
export const COMPOSITIONS = "kills-compositions";
/** Small, so that drawing costs little. */
const VIDEO = { width: 320, height: 180, framerate: 10, bitrate: 300_000 };
export const COMPOSED_FRAMES_PER_SECOND = VIDEO.framerate;
const STAGES = 2;
const LOOK_EVERY_MS = 150;
const PUBLISHED_MS_MAX = 6_000;

export interface Stage {
  readonly arn: string;
  readonly streamKey: string;
  /** One of the stages is drawn: that is the expensive part. */
  readonly isDrawn: boolean;
  isBusy: boolean;
  publisher: Publisher | undefined;
}

export interface Composition {
  /** It was stopped, or may have been. */
  isStopped: boolean;
}

let films: readonly Film[] = [];
let storageConfigurationArn = "";
let encoderConfigurationArn = "";
export const stages: Stage[] = [];
/** Compositions that were acknowledged, by ARN. */
export const compositions = new Map<string, Composition>();
/** Starts without an answer: each may have made one. */
export const starts = { cut: 0 };
/** Participants seen to publish since the last comparison, by session and id, with the times. */
export const seen = new Map<string, { readonly fromMs: number; readonly untilMs: number }>();
/** The nodes on which they may be recorded. */
export const recorders = new Set<Node>();
/** Objects that were seen and don't change, by bucket and key. */
export const stored = new Map<string, string>();

export async function makeStages(at: Node): Promise<void> {
  films = await makeFilms();
  const realTime = at.client(IVSRealTime);
  for (const bucketName of [PARTICIPANTS, COMPOSITIONS]) {
    await at.client(S3).createBucket({ Bucket: bucketName });
    const made = await realTime.createStorageConfiguration({ s3: { bucketName } });
    storageConfigurationArn = made.storageConfiguration?.arn ?? "";
    if (bucketName === PARTICIPANTS) await addStages(at, storageConfigurationArn);
  }
  const { encoderConfiguration } = await realTime.createEncoderConfiguration({ video: VIDEO });
  encoderConfigurationArn = encoderConfiguration?.arn ?? "";
}

async function addStages(at: Node, participantsArn: string): Promise<void> {
  const realTime = at.client(IVSRealTime);
  for (let number = 0; number < STAGES; number++) {
    const { stage } = await realTime.createStage({
      autoParticipantRecordingConfiguration: {
        storageConfigurationArn: participantsArn,
        hlsConfiguration: { targetSegmentDurationSeconds: 2 },
      },
    });
    const arn = stage?.arn ?? "";
    const made = await realTime.createIngestConfiguration({
      ...{ stageArn: arn, ingestProtocol: "RTMPS" },
    });
    const streamKey = made.ingestConfiguration?.streamKey ?? "";
    stages.push({
      ...{ arn, streamKey, isDrawn: number === 0, isBusy: false },
      publisher: undefined,
    });
  }
}

export async function step(at: Node, chance: Chance): Promise<Outcome> {
  const stage = chance.one(stages);
  if (stage.isBusy) return "idle";
  stage.isBusy = true;
  try {
    const { publisher } = stage;
    if (publisher === undefined) return await publish(at, stage, chance);
    if (publisher.isOver) {
      stage.publisher = undefined;
      return "idle";
    }
    if (chance.rarely(20)) {
      await publisher.kill();
      return "acknowledged";
    }
    const [drawn] = [...compositions].filter(([, { isStopped }]) => !isStopped);
    if (stage.isDrawn && !drawn && chance.rarely(3)) return await compose(at, stage);
    if (stage.isDrawn && drawn && chance.rarely(25)) {
      drawn[1].isStopped = true;
      return await outcomeOf(at.client(IVSRealTime).stopComposition({ arn: drawn[0] }));
    }
    return await look(at, stage);
  } finally {
    stage.isBusy = false;
  }
}

/** Resolves once the encoder's participant publishes, or can't. */
async function publish(at: Node, stage: Stage, chance: Chance): Promise<Outcome> {
  const realTime = at.client(IVSRealTime);
  const { arn: stageArn } = stage;
  try {
    const { stage: found } = await realTime.getStage({ arn: stageArn });
    const url = `${found?.endpoints?.rtmps}${stage.streamKey}`;
    const publisher = new Publisher(chance.one(films), url, 1);
    stage.publisher = publisher;
    const untilMs = performance.now() + PUBLISHED_MS_MAX;
    while (performance.now() < untilMs && !publisher.isOver) {
      const { stage: now } = await realTime.getStage({ arn: stageArn });
      const sessionId = now?.activeSessionId;
      if (sessionId !== undefined) {
        if ((await publishing(at, stageArn, sessionId)) > 0) return "acknowledged";
      }
      await pause(LOOK_EVERY_MS);
    }
  } catch {
    // No answer: the encoder notices it as well.
  }
  return "cut";
}

/** Remembers who publishes; resolves to how many do. */
async function publishing(at: Node, stageArn: string, sessionId: string): Promise<number> {
  const realTime = at.client(IVSRealTime);
  const of = { stageArn, sessionId, filterByState: "CONNECTED" } as const;
  const { participants = [] } = await realTime.listParticipants(of);
  const all = participants.filter(({ published }) => published);
  const nowMs = performance.now();
  recorders.add(at);
  for (const { participantId } of all) {
    const key = `${sessionId} ${participantId}`;
    seen.set(key, { fromMs: seen.get(key)?.fromMs ?? nowMs, untilMs: nowMs });
  }
  return all.length;
}

async function compose(at: Node, { arn: stageArn }: Stage): Promise<Outcome> {
  let arn: string | undefined;
  const s3 = { storageConfigurationArn, encoderConfigurationArns: [encoderConfigurationArn] };
  const started = at.client(IVSRealTime).startComposition({ stageArn, destinations: [{ s3 }] });
  const outcome = await outcomeOf(
    started.then(({ composition }) => {
      arn = composition?.arn;
    }),
  );
  if (arn !== undefined) compositions.set(arn, { isStopped: false });
  if (outcome === "cut") starts.cut += 1;
  return outcome;
}

/** Remembers what has been recorded so far. A look that finds something new acknowledges it. */
async function look(at: Node, { arn }: Stage): Promise<Outcome> {
  await pause(LOOK_EVERY_MS);
  const before = stored.size;
  try {
    for (const bucket of [PARTICIPANTS, COMPOSITIONS])
      for (const [key, object] of await listObjects(at.client(S3), bucket))
        if (isWrittenOnce(key)) stored.set(`${bucket} ${key}`, object);
    const { stage } = await at.client(IVSRealTime).getStage({ arn });
    if (stage?.activeSessionId !== undefined) await publishing(at, arn, stage.activeSessionId);
  } catch {
    return "cut";
  }
  return stored.size > before ? "acknowledged" : "idle";
}

export async function endPublishers(): Promise<void> {
  await Promise.all(stages.map(({ publisher }) => publisher?.kill()));
}
