import type { Clock } from "../../../kernel/clock.ts";
import type { EventBus } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Invoke } from "../../../kernel/invoke.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import type { PublicationRecordings } from "../../../kernel/ports/publication-recordings.ts";
import { LiveRecordings } from "../../../kernel/recordings/live-recordings.ts";
import type { Store } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { compositeWriter } from "../storage/composite-writer.ts";
import type { ParticipantRecordingRow } from "../tables.ts";
import { openRecording, type RecordedParticipant } from "./open-recording.ts";
import { ParticipantRecordings, stageArnOf } from "./participant-recordings.ts";
import { participantPlan, RENDITION_NAME } from "./stage-layout.ts";

/** Begins the ids of recorded streams; those of channels begin otherwise. */
export const RECORDED_ID_PREFIX = "pr-";

export interface StageRecordingsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events: EventBus;
  readonly log: Log;
  readonly invoke: Invoke;
  readonly nodePlaces: NodePlaces;
  readonly engine: PublicationRecordings;
}

type Recorded = Pick<RecordedParticipant, "sessionId" | "participantId" | "group">;

/** Records participants of stages into customers' buckets, while they publish. */
export class StageRecordings {
  readonly #options: StageRecordingsOptions;
  readonly #recordings: LiveRecordings<ParticipantRecordingRow>;
  /** By stream id, until each recording has its end. */
  readonly #recorded = new Map<string, Recorded>();

  constructor(options: StageRecordingsOptions) {
    const { invoke, log } = options;
    this.#options = options;
    this.#recordings = new LiveRecordings({
      ...options,
      ...{ kind: new ParticipantRecordings(options), idPrefix: RECORDED_ID_PREFIX },
      noun: "A participant",
      bucketOf: (row, patience, stopping) => {
        const { account_id: accountId, region, bucket_name: bucketName } = row;
        return compositeWriter({
          ...{ bucketName, accountId, region, sourceArn: stageArnOf(row), invoke, log, stopping },
          ...patience,
        });
      },
    });
  }

  /** Finishes what an earlier process has left. */
  start(): Promise<void> {
    return this.#recordings.start();
  }

  /** Waits until recordings of publications that have ended are written. */
  close(): Promise<void> {
    return this.#recordings.close();
  }

  /** A participant publishes: it is recorded if its stage says so. Never rejects. */
  async begin(participant: RecordedParticipant): Promise<void> {
    const { log, engine, store, ids, clock, nodePlaces } = this.#options;
    const { sessionId, participantId, group, publication, session } = participant;
    try {
      const streamId = `${RECORDED_ID_PREFIX}${ids.alphanumeric(23)}`;
      const opened = await openRecording(
        ...([
          participant,
          { streamId, nowMs: clock.nowMs(), owner: nodePlaces.id },
          store,
        ] as const),
      );
      if (opened === undefined) return;
      const { row, settings } = opened;
      this.#recorded.set(streamId, { sessionId, participantId, group });
      inBackground(this.#recordings.add(row).then(() => this.#recorded.delete(streamId)));
      let isRecorded = false;
      try {
        isRecorded = await engine.recordPublication({
          ...{ group, publication, session, streamName: `${sessionId}/${participantId}`, streamId },
          plan: participantPlan(settings),
          renditionName: RENDITION_NAME,
          isSoundOnly: settings.mediaTypes?.includes("AUDIO_ONLY") === true,
        });
      } finally {
        if (!isRecorded) await this.#recordings.discard(streamId);
      }
    } catch (err) {
      log.error({ err, participantId }, "A participant couldn't be recorded");
    }
  }

  /** Ends the recording of a participant whose publication goes on elsewhere. Never rejects. */
  async end(sessionId: string, participantId: string): Promise<void> {
    const { engine, log } = this.#options;
    for (const [streamId, one] of this.#recorded)
      if (one.sessionId === sessionId && one.participantId === participantId)
        await engine.stopRecording(one.group, streamId).catch((err) => {
          log.error({ err, streamId }, "A replica's recording couldn't be ended");
        });
  }
}
