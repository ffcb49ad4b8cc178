import { type CompositionEvent, type CompositionPlan, MediaError } from "@rolecast/media";
import type { AwsEvent } from "../../../kernel/events.ts";
import { randomIds } from "../../../kernel/ids.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { CompositionJournal } from "../composing/composition-journal.ts";
import { StageComposer } from "../composing/stage-composer.ts";
import type { LiveStage } from "../live/live-stage.ts";
import type { StoredDestination } from "../rows/compositions.ts";
import type { CompositionRow } from "../tables.ts";

export const PLACE = { account_id: "000000000000", region: "us-east-1" };
const STAGE_ARN = "arn:aws:ivs:us-east-1:000000000000:stage/stagestage12";
export const ARN = "arn:aws:ivs:us-east-1:000000000000:composition/composition1";
export const DESTINATION: StoredDestination = {
  ...{ id: "destination1", state: "STARTING", encoderArn: "" },
  configuration: { channel: { channelArn: "arn:aws:ivs:us-east-1:000000000000:channel/c" } },
  picture: { width: 320, height: 180, framerate: 10, bitrate: 300_000 },
};
export const BUCKET: StoredDestination = {
  ...{ ...DESTINATION, id: "destination2" },
  configuration: { s3: { storageConfigurationArn: "", encoderConfigurationArns: [] } },
};
export const ROW: CompositionRow = {
  ...{ ...PLACE, id: "composition1", tags: "{}", created_at_ms: 0, stage_arn: STAGE_ARN },
  ...{ state: "STARTING", layout: '{"grid":{}}', destinations: JSON.stringify([DESTINATION]) },
  ...{ idempotency_token: "", request_hash: "", owner: "", session_id: "" },
  ...{ waiting_since_ms: 0, started_at_ms: null, ended_at_ms: null, failure: null },
};

const PLAN = { renditions: "all", thumbnails: undefined } as const;

/** The state that processes share, and the time. */
export interface ComposerWorld {
  readonly store: OpenedStore;
  readonly published: AwsEvent[];
  nowMs: number;
}

/** A process with a stage of one participant, and an engine that does what it is asked. */
export function composerProcess(world: ComposerWorld) {
  const { store, published } = world;
  const plans: CompositionPlan[] = [];
  const stopped: string[] = [];
  /** The calls for recordings, in order. */
  const recorded: string[] = [];
  const warned: unknown[] = [];
  let isBusy = false;
  /** The bucket takes no recording's end. */
  let hangs = false;
  let publishers = 0;
  let streamKey: string | undefined = "key";
  let refusal: MediaError | undefined;
  let listener: (event: CompositionEvent) => void = () => undefined;
  const ignore = () => undefined;
  const events = {
    publish: (event: AwsEvent) => published.push(event),
    remember: ignore,
    subscribe: () => () => undefined,
  };
  const token = { attributes: {} };
  const participant = {
    ...{ id: "p", shownId: "p", token, isPublishing: true },
    ...{ videoStopped: false, audioMuted: false },
  };
  const live = { arn: STAGE_ARN, sessionId: "st-1", participants: new Map([["p", participant]]) };
  const stages = {
    get all() {
      return publishers > 0 ? [live as unknown as LiveStage] : [];
    },
  };
  const urlOf = async (id: string) => (id === "other" ? "http://other" : undefined);
  const nodePlaces = { id: "", urlOf };
  const composer = new StageComposer({
    ...{ store, stages, nodePlaces, clock: { nowMs: () => world.nowMs } },
    log: { debug: ignore, info: ignore, warn: (facts) => warned.push(facts), error: ignore },
    journal: new CompositionJournal({
      store,
      events,
      ids: randomIds,
      nodeId: () => "",
      clock: { nowMs: () => world.nowMs },
    }),
    recordings: {
      isBusy: async () => isBusy,
      open: async (_row, { id }) => {
        recorded.push(`open ${id}`);
        const names = { streamId: `cr-${id}`, streamName: id, renditionName: "r" };
        return { ...names, plan: PLAN, isSoundOnly: false };
      },
      discard: async (streamId) => void recorded.push(`discard ${streamId}`),
      conclude: async (_row, failed) => {
        recorded.push(`conclude ${[...failed]}`);
        if (hangs) await new Promise(ignore);
      },
      forget: async () => undefined,
    },
    forwarding: { listen: () => ignore },
    compositions: {
      listen: (heard) => {
        listener = heard;
        return ignore;
      },
      findChannel: async () => ({ row: ROW, streamKey }),
      hasRoomFor: async () => "yes",
      startComposition: async (plan) => {
        if (refusal) throw refusal;
        plans.push(plan);
      },
      changeScene: async () => true,
      stopComposition: async (composition) => stopped.push(composition) > 0,
    },
  });
  return {
    ...{ composer, plans, stopped, recorded, warned },
    busy: (is: boolean) => {
      isBusy = is;
    },
    hang: () => {
      hangs = true;
    },
    publish: (count: number) => {
      publishers = count;
    },
    withoutKey: () => {
      streamKey = undefined;
    },
    refuse: (message: string) => {
      refusal = new MediaError("limit", message);
    },
    heard: (event: Record<string, unknown>) =>
      listener({ composition: ARN, atMs: world.nowMs, output: "destination1", ...event } as never),
    round: async (atMs: number) => {
      world.nowMs = atMs;
      await composer.look();
      await composer.settled();
    },
  };
}

export type ComposerProcess = ReturnType<typeof composerProcess>;
