import type { Feed, FeedName, Tap } from "../ingest/protocol.ts";
import type { CompositionEvent, CompositionPlan, CompositionScene } from "../port/composition.ts";
import { MediaError } from "../port/media-error.ts";
import type { MediaUnit, TrackConfig, UnitSink } from "../port/media-unit.ts";
import type { CapacityShare, TranscodeCapacity } from "../transcode/transcode-capacity.ts";
import { blackFrame, drawPicture, drawPlaceholder, type Frame } from "./canvas.ts";
import { CompositionEncoder } from "./composition-encoder.ts";
import type { CompositionSink, OutputEvent } from "./composition-sink.ts";
import { layOut, type Tile } from "./layout.ts";
import { ParticipantMedia } from "./participant-media.ts";
import { type Publish, PublishedOutput } from "./published-output.ts";
import { RecordedOutput, type RecordUnits } from "./recorded-output.ts";
import { SOUND_CHANNELS, SOUND_HZ, soundBytes } from "./sound-decoder.ts";

const SWEEP_MS = 1_000;
/** An encoder that ends by itself is started again so often. */
const ENCODER_RESTARTS_MAX = 3;
/** Time over which its speed is looked at, and the share of frames that must be encoded in it. */
const SPEED_WINDOW_MS = 20_000;
const SPEED_MIN = 0.5;
/** Pause before a publication that can't be shown is tried again; doubled with each failure. */
const RETRY_MS = 2_000;
const RETRY_MS_MAX = 60_000;
const TOO_SLOW = "the machine is too slow for the composition";

export interface CompositionOptions {
  /** Path of ffmpeg. */
  readonly program: string;
  readonly plan: CompositionPlan;
  readonly capacity: TranscodeCapacity;
  /** The part of the machine that it was admitted to. */
  readonly share: CapacityShare;
  readonly tagBytesMax: number;
  /**
   * Throws MediaError `refused` where there is no such publication, or not yet, and `engine` where
   * nothing is ever forwarded.
   */
  readonly tap: (feed: FeedName, sink: Feed) => Tap;
  readonly publish: Publish;
  readonly record: RecordUnits;
  readonly newConnectionId: () => string;
  readonly monotonicMs: () => number;
  readonly onEvent: (event: UntimedCompositionEvent) => void;
  /** It has ended: nothing more comes of it. */
  readonly onOver: () => void;
}

type WithoutTime<Event> = Event extends unknown ? Omit<Event, "atMs"> : never;
export type UntimedCompositionEvent = WithoutTime<CompositionEvent>;

interface Source {
  readonly media: ParticipantMedia;
  readonly tap: Tap;
  readonly group: string;
}

/** A publication that couldn't be shown. */
interface Trouble {
  readonly count: number;
  readonly retryAtMs: number;
}

/**
 * One picture and one sound of several publications. Frames are drawn by the clock, whatever
 * participants send: each shows its last picture, so that none of them can make the output stop.
 */
export class Composition implements UnitSink {
  readonly takes: UnitSink["takes"] = new Set(["h264", "aac"]);
  readonly #options: CompositionOptions;
  readonly #outputs: readonly CompositionSink[];
  readonly #sources = new Map<string, Source>();
  /** By publication, as long as it is to be seen. */
  readonly #troubles = new Map<string, Trouble>();
  /** Says why no publication will ever be shown. */
  #hopeless: string | undefined;
  readonly #frames: NodeJS.Timeout;
  readonly #sweeps: NodeJS.Timeout;
  #scene: CompositionScene;
  #tiles: readonly Tile[] = [];
  /** The picture without participants' pictures: black, and empty tiles. */
  #background: Frame;
  #encoder: CompositionEncoder;
  #restarts = 0;
  #startedAtMs: number;
  /** Frames that were due, and those of them that were encoded, since `#startedAtMs`. */
  #due = 0;
  #written = 0;
  #window: { readonly atMs: number; readonly due: number; readonly written: number };
  #state: "running" | "finishing" | "over" = "running";

  constructor(options: CompositionOptions) {
    const { plan, monotonicMs } = options;
    this.#options = options;
    this.#scene = plan.scene;
    this.#background = blackFrame(plan.picture);
    this.#outputs = plan.outputs.map((target) => this.#newOutput(target));
    this.#startedAtMs = monotonicMs();
    this.#window = { atMs: this.#startedAtMs, due: 0, written: 0 };
    this.#encoder = this.#newEncoder();
    this.#frames = setInterval(() => this.#tick(), 1_000 / plan.picture.frameRate);
    this.#sweeps = setInterval(() => this.#sweep(), SWEEP_MS);
    this.change(plan.scene);
    for (const output of this.#outputs) {
      output.connect();
    }
  }

  /** Shows and plays these from now on. */
  change(scene: CompositionScene): void {
    this.#scene = scene;
    const groups = new Map(
      scene.cast.map(({ publication, group = scene.group }) => [publication, group]),
    );
    for (const [publication, source] of this.#sources) {
      if (groups.get(publication) !== source.group || source.media.isOver) {
        this.#leave(publication, source);
      }
    }
    for (const publication of this.#troubles.keys()) {
      if (!groups.has(publication)) {
        this.#troubles.delete(publication);
      }
    }
    for (const [publication, group] of groups) {
      this.#join(publication, group);
    }
    this.#arrange();
  }

  /** Ends the outputs, once what was drawn is encoded. */
  async stop(): Promise<void> {
    if (this.#state === "running") {
      this.#state = "finishing";
      this.#rest();
      await this.#encoder.finish();
      this.#over((output) => output.end());
    }
  }

  configure(tracks: readonly TrackConfig[]): void {
    for (const output of this.#outputs) {
      output.configure(tracks);
    }
  }

  write(unit: MediaUnit): void {
    for (const output of this.#outputs) {
      output.write(unit);
    }
  }

  #newOutput(target: CompositionPlan["outputs"][number]): CompositionSink {
    const { plan, publish, record, newConnectionId, monotonicMs } = this.#options;
    const { composition } = plan;
    const { output } = target;
    const onEvent = (event: OutputEvent): void => {
      this.#options.onEvent({ ...event, composition, output });
      if (this.#state === "running" && this.#outputs.every(({ isOver }) => isOver)) {
        this.#over(() => undefined);
      }
    };
    return target.kind === "recording"
      ? new RecordedOutput({ recording: target.recording, record, onEvent })
      : new PublishedOutput({
          ...{ name: target.name, publish, newConnectionId, monotonicMs, onEvent },
        });
  }

  #newEncoder(): CompositionEncoder {
    const { program, plan, tagBytesMax } = this.#options;
    const { picture } = plan;
    const onFailed = (message: string): void => this.#encoderFailed(message);
    return new CompositionEncoder({ program, picture, tagBytesMax, sink: this, onFailed });
  }

  #encoderFailed(message: string): void {
    if (this.#state !== "running") {
      return;
    }
    this.#restarts += 1;
    if (this.#restarts > ENCODER_RESTARTS_MAX) {
      this.#giveUp(message);
      return;
    }
    for (const output of this.#outputs) {
      output.interrupt(message);
    }
    this.#encoder = this.#newEncoder();
    this.#startedAtMs = this.#options.monotonicMs();
    this.#due = 0;
    this.#written = 0;
    this.#window = { atMs: this.#startedAtMs, due: 0, written: 0 };
  }

  #giveUp(message: string): void {
    this.#over((output) => output.abandon(message));
  }

  #over(conclude: (output: CompositionSink) => void): void {
    if (this.#state === "over") {
      return;
    }
    this.#state = "over";
    this.#rest();
    this.#encoder.close();
    for (const output of this.#outputs) {
      conclude(output);
    }
    const { plan, share, onEvent, onOver } = this.#options;
    share.release();
    onEvent({ type: "composition-over", composition: plan.composition });
    onOver();
  }

  #rest(): void {
    clearInterval(this.#frames);
    clearInterval(this.#sweeps);
    for (const [publication, source] of this.#sources) {
      this.#leave(publication, source);
    }
  }

  #join(publication: string, group: string): void {
    const { program, plan, capacity, monotonicMs, tap } = this.#options;
    const retryAtMs = this.#troubles.get(publication)?.retryAtMs ?? Number.NEGATIVE_INFINITY;
    if (this.#sources.has(publication) || monotonicMs() < retryAtMs) {
      return;
    }
    const { frameRate } = plan.picture;
    const onFault = (message: string): void => this.#troubled(publication, message);
    const media = new ParticipantMedia({ program, frameRate, capacity, monotonicMs, onFault });
    try {
      const tapped = tap({ group, publication }, media);
      this.#sources.set(publication, { media, tap: tapped, group });
    } catch (error) {
      media.close();
      const code = error instanceof MediaError ? error.code : undefined;
      const message = error instanceof Error ? error.message : String(error);
      if (code === "engine") {
        this.#hopeless = message;
      } else if (code !== "refused") {
        this.#troubled(publication, message);
      }
      // Refused, it isn't connected yet, or not any more: the next sweep looks again.
    }
  }

  /** The others are shown all the same. Reported once, and tried again. */
  #troubled(publication: string, message: string): void {
    const { plan, monotonicMs, onEvent } = this.#options;
    const count = (this.#troubles.get(publication)?.count ?? 0) + 1;
    const pauseMs = Math.min(RETRY_MS * 2 ** (count - 1), RETRY_MS_MAX);
    this.#troubles.set(publication, { count, retryAtMs: monotonicMs() + pauseMs });
    if (count === 1) {
      const { composition } = plan;
      onEvent({ type: "publication-failed", composition, publication, message });
    }
  }

  #leave(publication: string, { media, tap }: Source): void {
    this.#sources.delete(publication);
    if (!media.isOver) {
      tap.close();
    }
    media.close();
  }

  /** Lays the tiles out anew, where anything has changed. */
  #arrange(): void {
    const { layout, picture } = this.#options.plan;
    const actors = this.#scene.cast.map((member) => {
      const media = this.#sources.get(member.publication)?.media;
      const videoStopped = member.videoStopped || media?.isTooLarge === true;
      return { ...member, videoStopped, aspect: media?.aspect };
    });
    this.#tiles = layOut(actors, layout, picture);
    const background = blackFrame(picture);
    for (const { publication, at, fill } of this.#tiles) {
      const isStopped = actors.some((one) => one.publication === publication && one.videoStopped);
      this.#sources.get(publication)?.media.show(isStopped ? undefined : at, fill);
      drawPlaceholder(background, at);
    }
    const shown = new Set(this.#tiles.map(({ publication }) => publication));
    for (const [publication, { media }] of this.#sources) {
      if (!shown.has(publication)) {
        media.show(undefined, "cover");
      }
    }
    this.#background = background;
  }

  /** Draws the frames that are due. */
  #tick(): void {
    const { plan, monotonicMs } = this.#options;
    const { frameRate } = plan.picture;
    const due = Math.floor(((monotonicMs() - this.#startedAtMs) * frameRate) / 1_000);
    for (; this.#due < due; this.#due += 1) {
      const bytes = this.#encoder.freeFrame();
      if (bytes === undefined) {
        this.#skip();
      } else {
        this.#draw(bytes);
      }
    }
  }

  #draw(bytes: Buffer): void {
    const { picture } = this.#options.plan;
    this.#background.bytes.copy(bytes);
    const canvas = { width: picture.width, height: picture.height, bytes };
    for (const { publication, at } of this.#tiles) {
      const shown = this.#sources.get(publication)?.media.picture;
      if (shown !== undefined) {
        drawPicture(canvas, shown, at);
      }
    }
    const mix = new Int32Array(SOUND_CHANNELS * this.#samplesOf(this.#written));
    for (const { publication, audioMuted } of this.#scene.cast) {
      const media = this.#sources.get(publication)?.media;
      if (audioMuted) {
        media?.skipSound(mix.length / SOUND_CHANNELS);
      } else {
        media?.addSound(mix);
      }
    }
    this.#encoder.write(bytes, soundBytes(mix));
    this.#written += 1;
  }

  /** A frame that can't be encoded is left out with its sound: the rest isn't late then. */
  #skip(): void {
    for (const { media } of this.#sources.values()) {
      media.skipSound(this.#samplesOf(this.#due));
    }
  }

  /** Samples from one frame to the next: those of all frames together are exact. */
  #samplesOf(frame: number): number {
    const { frameRate } = this.#options.plan.picture;
    const at = (index: number): number => Math.floor((index * SOUND_HZ) / frameRate);
    return at(frame + 1) - at(frame);
  }

  #sweep(): void {
    const { share, monotonicMs } = this.#options;
    const nowMs = monotonicMs();
    share.measure(nowMs, this.#encoder.pid);
    for (const { media } of this.#sources.values()) {
      media.sweep();
    }
    for (const output of this.#outputs) {
      output.sweep();
    }
    // Publications that connect, end or change their size are looked for here.
    this.change(this.#scene);
    if (this.#hopeless !== undefined) {
      this.#giveUp(this.#hopeless);
      return;
    }
    const { atMs, due, written } = this.#window;
    if (nowMs - atMs >= SPEED_WINDOW_MS) {
      const isSlow = this.#written - written < SPEED_MIN * (this.#due - due);
      this.#window = { atMs: nowMs, due: this.#due, written: this.#written };
      if (isSlow) {
        this.#giveUp(TOO_SLOW);
      }
    }
  }
}
