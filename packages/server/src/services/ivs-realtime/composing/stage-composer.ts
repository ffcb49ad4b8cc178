import type * as realTime from "@aws-sdk/client-ivs-realtime";
import { type CastMember, type CompositionEvent, MediaError } from "@rolecast/media";
import type { Clock } from "../../../kernel/clock.ts";
import { errorTrace } from "../../../kernel/error-class.ts";
import type { CompositionPort } from "../../../kernel/ports/compositions.ts";
import type { ForwardingPort } from "../../../kernel/ports/forwarding.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import { ReadableRows } from "../../../kernel/readable-rows.ts";
import type { Store } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { pause } from "../../../kernel/work/timers.ts";
import type { LiveStage } from "../live/live-stage.ts";
import type { LiveStages } from "../live/live-stages.ts";
import { arnOf, arns } from "../resource-arn.ts";
import {
  destinationsOf,
  forgetCompositions,
  haveEnded,
  isOver,
  listOpenCompositions,
} from "../rows/compositions.ts";
import { findActiveSession } from "../rows/stage-sessions.ts";
import { findStage } from "../rows/stages.ts";
import type { CompositionRow, RealTimeTables } from "../tables.ts";
import {
  type CompositionFailure,
  type CompositionJournal,
  failureOf,
} from "./composition-journal.ts";
import { type DestinationOutput, isRecorded, openOutputs, partsOf } from "./composition-outputs.ts";
import type { CompositionRecordings } from "./composition-recordings.ts";
import { castOf, mediaLayout, publishersAmong } from "./stage-cast.ts";

const ROUND_MS = 2_000;
const CLOSED_WITHIN_MS = 3_000;
/** While something is composed, changes of participants are looked for this often. */
const LOOK_MS = 500;
/** Source: IVS Real-Time user guide, "Server-Side Composition", "Composition Life Cycle". */
const WITHOUT_PUBLISHER_MAX_MS = 60_000;
const FORGOTTEN_AFTER_MS = 5 * 60_000;
/** Source: IVS Real-Time user guide, "Service Quotas". */
const DURATION_MAX_MS = 24 * 60 * 60_000;
const NO_DESTINATION = "no destination can be reached";
/** Source: IVS Real-Time user guide, "Using Amazon EventBridge with IVS Real-Time Streaming". */
const STAGE_DELETED: CompositionFailure = { session: "the stage was deleted" };

export interface StageComposerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: CompositionJournal;
  readonly stages: Pick<LiveStages, "all">;
  readonly compositions: CompositionPort;
  readonly recordings: Omit<CompositionRecordings, "start" | "close">;
  readonly forwarding: Pick<ForwardingPort, "listen">;
  readonly nodePlaces: Pick<NodePlaces, "id" | "urlOf">;
}

/** A composition that this process makes. */
interface Running {
  /** As it was when it was begun. */
  readonly row: CompositionRow;
  readonly layout: realTime.LayoutConfiguration;
  /** JSON of the scene as the engine knows it. */
  scene: string;
  publishedAtMs: number;
  /** The engine's names of what it composes: one for each picture that destinations want. */
  readonly parts: Set<string>;
  /** The reason of the last destination that failed. */
  lastFailure?: string;
}

/** Makes the compositions of the stages of this node, from their beginning to their end. */
export class StageComposer {
  readonly #options: StageComposerOptions;
  readonly #store: Store<RealTimeTables>;
  readonly #rounds: Periodic;
  readonly #rows: ReadableRows;
  /** By ARN. */
  readonly #running = new Map<string, Running>();
  /** Compositions that are over, by ARN, until their recordings are. */
  readonly #ending = new Map<string, Promise<void>>();
  /** The engine's reports that aren't written yet, in order. */
  #written: Promise<void> = Promise.resolve();
  #stopListening: readonly (() => void)[] = [];
  #startedAtMs = 0;
  #isClosed = false;

  constructor(options: StageComposerOptions) {
    this.#options = options;
    this.#store = options.store.tables<RealTimeTables>();
    this.#rows = new ReadableRows("ivs-realtime", options.log);
    this.#rounds = new Periodic({
      everyMs: ROUND_MS,
      round: () => this.#round(),
      failed: (error) => options.log.error({ err: error }, "Compositions couldn't be looked at"),
    });
  }

  start(): void {
    const { compositions, forwarding, clock } = this.#options;
    this.#startedAtMs = clock.nowMs();
    this.#isClosed = false;
    this.#stopListening = [
      compositions.listen((event) => this.#heard(event)),
      forwarding.listen(({ type }) => {
        if (type === "publication-connected" || type === "publication-ended") this.wake();
      }),
    ];
    this.#rounds.start();
  }

  /**
   * Compositions that run wait for the next process, or another node, as long as publishers. So do
   * ends that a bucket keeps waiting.
   */
  async close(): Promise<void> {
    await this.#rounds.close();
    for (const [arn, running] of [...this.#running])
      await this.#release(arn, running.row, "the server stops");
    await Promise.race([this.settled(), pause(CLOSED_WITHIN_MS, { background: true })]);
    this.#isClosed = true;
    for (const stop of this.#stopListening) stop();
    await this.#written;
  }

  /** There may be something to do. */
  wake(): void {
    inBackground(this.look());
  }

  /** Looks at all compositions now. Never rejects. */
  look(): Promise<void> {
    return this.#rounds.wake();
  }

  /** Resolves when those that are over have their ends. */
  async settled(): Promise<void> {
    await Promise.all(this.#ending.values());
  }

  async #round(): Promise<void> {
    await this.#written;
    const open = await listOpenCompositions(this.#store.db);
    const arnOfRow = (row: CompositionRow) => arnOf("composition", row);
    await this.#rows.each("composition", open, arnOfRow, (row) => this.#lookAt(arnOfRow(row), row));
    const known = new Set(open.map(arnOfRow));
    for (const arn of [...this.#running.keys()]) if (!known.has(arn)) await this.#halt(arn);
    const forgottenMs = this.#nowMs() - FORGOTTEN_AFTER_MS;
    if (await haveEnded(this.#store.db, forgottenMs)) {
      await this.#store.transaction(({ db }) => forgetCompositions(db, forgottenMs));
      await this.#options.recordings.forget(forgottenMs);
    }
    if (this.#running.size > 0) this.#rounds.wakeIn(LOOK_MS);
  }

  async #lookAt(arn: string, row: CompositionRow): Promise<void> {
    if (this.#ending.has(arn)) return;
    const running = await this.#stillRunning(arn, row);
    const isFree = row.session_id === "" && row.state !== "STOPPING";
    const isOurs = running !== undefined || isFree || (await this.#isLeft(row));
    if (!isOurs) return;
    const tooLong = this.#nowMs() - row.created_at_ms > DURATION_MAX_MS;
    const failure = (await this.#hasStage(row)) ? {} : STAGE_DELETED;
    if (row.state === "STOPPING" || tooLong || failure.session !== undefined) {
      // A recording that waits for its bucket gets its end first: it may be a failure.
      if (!running && (await this.#options.recordings.isBusy(row))) return;
      // Another process may have begun to end it.
      return this.#end(arn, row, row.state === "STOPPING" ? failureOf(row) : failure);
    }
    if (running) return this.#continue(arn, running);
    if (row.session_id !== "")
      return this.#release(arn, row, "the process that composed it has ended");
    // An interrupted recording couldn't be kept.
    if (destinationsOf(row).every(isOver)) return this.#end(arn, row);
    return this.#await(arn, row);
  }

  /** The composition, where this process makes it; another node may have taken it for dead. */
  async #stillRunning(arn: string, now: CompositionRow): Promise<Running | undefined> {
    const running = this.#running.get(arn);
    if (!running) return undefined;
    const { owner, session_id: sessionId } = running.row;
    if (now.owner === owner && now.session_id === sessionId) return running;
    this.#options.log.warn({ composition: arn }, "Another node has taken over this composition");
    await this.#halt(arn);
    return undefined;
  }

  /** Its node has died, or this process is the next one on its node. */
  async #isLeft({ owner }: CompositionRow): Promise<boolean> {
    const { nodePlaces } = this.#options;
    return owner === nodePlaces.id || (await nodePlaces.urlOf(owner)) === undefined;
  }

  async #hasStage({ stage_arn: stageArn }: CompositionRow): Promise<boolean> {
    const stage = arns.parse(stageArn);
    return stage !== undefined && (await findStage(this.#store.db, stage, stage.id)) !== undefined;
  }

  /** Begins it once somebody publishes; gives it up where nobody comes. */
  async #await(arn: string, row: CompositionRow): Promise<void> {
    const nowMs = this.#nowMs();
    const live = this.#liveStage(row);
    const layout: realTime.LayoutConfiguration = JSON.parse(row.layout);
    const cast = this.#castOf(row, layout);
    if (live && cast.length > 0) {
      if (await this.#options.recordings.isBusy(row)) return;
      if (await this.#options.journal.claim(row, live.sessionId, nowMs))
        await this.#begin(arn, { ...row, session_id: live.sessionId }, layout, cast);
    } else if (nowMs - Math.max(row.waiting_since_ms, this.#startedAtMs) > WITHOUT_PUBLISHER_MAX_MS)
      await this.#end(arn, row);
  }

  async #begin(
    arn: string,
    row: CompositionRow,
    layout: realTime.LayoutConfiguration,
    cast: readonly CastMember[],
  ): Promise<void> {
    const { compositions, recordings, nodePlaces, log } = this.#options;
    const scene = { group: row.session_id, cast };
    const owned = { ...row, owner: nodePlaces.id };
    const publishedAtMs = this.#nowMs();
    const running: Running = {
      ...{ row: owned, layout, scene: JSON.stringify(scene), publishedAtMs },
      parts: new Set<string>(),
    };
    this.#running.set(arn, running);
    const outputs = await openOutputs(owned, { ...this.#options, nowMs: () => this.#nowMs() });
    if (outputs.length === 0) return this.#end(arn, owned, { destinations: NO_DESTINATION });
    const begun = new Set<DestinationOutput>();
    try {
      for (const [name, part] of partsOf(arn, outputs)) {
        const [{ destination }] = part;
        const { framerate: frameRate, ...picture } = destination.picture;
        running.parts.add(name);
        await compositions.startComposition({
          ...{ composition: name, layout: mediaLayout(layout), scene },
          picture: { ...picture, frameRate },
          outputs: part.map(({ output }) => output),
        });
        for (const one of part) begun.add(one);
      }
    } catch (error) {
      if (!(error instanceof MediaError))
        log.error({ error: errorTrace(error) }, "A composition couldn't be begun");
      const reason = error instanceof MediaError ? error.message : "internal error";
      for (const one of outputs)
        if (!begun.has(one) && one.output.kind === "recording")
          await recordings.discard(one.output.recording.streamId);
      await this.#end(arn, owned, { destinations: reason });
    }
  }

  async #continue(arn: string, running: Running): Promise<void> {
    const { compositions, nodePlaces } = this.#options;
    const { row, layout } = running;
    const nowMs = this.#nowMs();
    const cast = this.#castOf(row, layout);
    if (cast.length > 0) running.publishedAtMs = nowMs;
    else if (nowMs - running.publishedAtMs > WITHOUT_PUBLISHER_MAX_MS) return this.#end(arn, row);
    const live = this.#liveStage(row);
    if (!live) {
      const stage = arns.parse(row.stage_arn);
      const session = stage && (await findActiveSession(this.#store.db, stage));
      if (session && session.owner !== nodePlaces.id)
        return this.#release(arn, row, "the stage has moved to another node");
    }
    const group = live?.sessionId ?? row.session_id;
    const scene = { group, cast };
    const text = JSON.stringify(scene);
    if (text === running.scene) return;
    running.scene = text;
    for (const name of [...running.parts]) {
      if (await compositions.changeScene(name, scene)) continue;
      // It may have ended meanwhile.
      await this.#written;
      if (running.parts.has(name))
        return this.#release(arn, row, "the stage has moved to another process");
    }
  }

  /** The stage, if somebody of this node is on it. */
  #liveStage({ stage_arn: stageArn }: CompositionRow): LiveStage | undefined {
    return this.#options.stages.all.find(({ arn }) => arn === stageArn);
  }

  /** Those who publish on the stage here, in the order of their tiles. */
  #castOf(row: CompositionRow, layout: realTime.LayoutConfiguration): readonly CastMember[] {
    const participants = this.#liveStage(row)?.participants.values() ?? [];
    return castOf(publishersAmong(participants), layout);
  }

  /** Nothing is composed any more; the row knows nothing of it yet. */
  async #halt(arn: string): Promise<void> {
    const running = this.#running.get(arn);
    this.#running.delete(arn);
    const parts = [...(running?.parts ?? [])];
    await Promise.all(parts.map((name) => this.#options.compositions.stopComposition(name)));
  }

  /** Its recordings wait in their buckets until it goes on. */
  async #release(arn: string, row: CompositionRow, reason: string): Promise<void> {
    await this.#halt(arn);
    await this.#options.journal.release(row, this.#nowMs(), reason);
  }

  async #end(arn: string, row: CompositionRow, failure: CompositionFailure = {}): Promise<void> {
    await this.#halt(arn);
    await this.#written;
    this.#conclude(arn, row, failure);
  }

  /** Ends it once its recordings have their ends; a slow bucket keeps no other one waiting. */
  #conclude(arn: string, row: CompositionRow, failure: CompositionFailure): void {
    if (this.#ending.has(arn)) return;
    const { recordings, journal, log } = this.#options;
    const atMs = this.#nowMs();
    const conclude = async () => {
      const own = await journal.stop(row, atMs, failure);
      if (!own) return;
      try {
        // The engine gave up the failed ones, perhaps in another process.
        const failed = destinationsOf(own).filter(
          ({ state }) => state === "FAILED" || failure.destinations !== undefined,
        );
        await recordings.conclude(own, new Set(failed.map(({ id }) => id)));
      } catch (err) {
        log.error({ err, composition: arn }, "A recording of a composition couldn't be ended");
      }
      if (!this.#isClosed) await journal.end(own, atMs);
    };
    const ending = conclude()
      .catch((err) => log.error({ err, composition: arn }, "A composition couldn't be ended"))
      .finally(() => this.#ending.delete(arn));
    this.#ending.set(arn, ending);
  }

  #heard(event: CompositionEvent): void {
    const found = [...this.#running].find(([, { parts }]) => parts.has(event.composition));
    if (!found) return;
    const [arn, running] = found;
    const { log } = this.#options;
    this.#written = this.#written
      .then(() => this.#record(arn, running, event))
      .catch((err) => log.error({ err }, "An event of a composition couldn't be recorded"));
  }

  async #record(arn: string, running: Running, event: CompositionEvent): Promise<void> {
    const { journal, log } = this.#options;
    const { row, parts } = running;
    const { atMs } = event;
    if (event.type === "publication-failed") {
      const facts = { composition: arn, participant: event.publication, reason: event.message };
      log.warn(facts, "A participant isn't shown in a composition");
      return;
    }
    if (event.type === "output-failed") running.lastFailure = event.message;
    const isOwnNews = event.type === "output-failed" || event.type === "composition-over";
    // Otherwise the recording's own events say how it is.
    if (!isOwnNews && isRecorded(row, event.output)) return;
    switch (event.type) {
      case "output-started":
        return journal.record(row, { id: event.output, state: "ACTIVE", atMs });
      case "output-ended":
        return journal.record(row, { id: event.output, state: "STOPPED", atMs });
      case "output-reconnecting": {
        const reason = event.message;
        return journal.record(row, { id: event.output, state: "RECONNECTING", atMs, reason });
      }
      case "output-failed": {
        const reason = event.message;
        return journal.record(row, { id: event.output, state: "FAILED", atMs, reason });
      }
      case "composition-over":
        parts.delete(event.composition);
        if (parts.size > 0 || !this.#running.delete(arn)) return;
        return this.#conclude(arn, row, { last: running.lastFailure });
      default:
        return event satisfies never;
    }
  }

  #nowMs(): number {
    return this.#options.clock.nowMs();
  }
}
