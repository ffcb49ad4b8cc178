import type { Writable } from "node:stream";
import type { Segment } from "../container/segment.ts";
import { FfmpegProcess } from "../ffmpeg/ffmpeg-process.ts";
import type { Rendition } from "../hls/rendition.ts";
import type { MediaLimits } from "../port/limits.ts";
import type { MediaContainer } from "../port/publish.ts";
import { inBackground } from "../runtime/in-background.ts";
import type { ReadPace } from "../runtime/stepped-reads.ts";
import { type Cut, CutSchedule } from "../segmenter/cutter.ts";
import type { SegmentPart } from "../segmenter/part-cutter.ts";
import type { TimedMetadata } from "../segmenter/timed-metadata.ts";
import type { LadderStep, SourcePicture } from "./ladder.ts";
import { type KeyframeForcing, ladderArguments } from "./ladder-arguments.ts";
import { RenditionFollower } from "./rendition-follower.ts";
import { SourceTape } from "./source-tape.ts";

/** Real time over which an encoder's speed is measured. */
const SPEED_WINDOW_MS = 10_000;
/** Media that is always under way: encoders look ahead, a segment has two seconds. */
const BACKLOG_USUAL_MS = 4_000;

/** Ends of ffmpeg that lie further apart than this, about a minute, aren't counted together. */
const FORGIVEN_AFTER_SEGMENTS = 30;

export interface TranscoderOptions {
  /** Path of ffmpeg. */
  readonly program: string;
  readonly limits: MediaLimits;
  readonly metadata: TimedMetadata;
  readonly container: MediaContainer;
  readonly onSegment: (rendition: Rendition, segment: Segment) => void;
  /** Pace at which ffmpeg's outputs are read. */
  readonly pace: ReadPace;
  /** Undefined for channels without parts. */
  readonly onPart: ((renditionId: string, part: SegmentPart) => void) | undefined;
  /** Called once, when it has given up: nothing more comes. */
  readonly onFailed: (message: string) => void;
}

/**
 * Makes a ladder's renditions of one broadcast. Frames are taped from the beginning; `start` says
 * what to make of them. When ffmpeg ends by itself it is started again from the first incomplete
 * segment, so that no rendition has a hole.
 */
export class Transcoder {
  readonly schedule = new CutSchedule();
  readonly tape = new SourceTape();
  readonly #options: TranscoderOptions;
  #steps: readonly LadderStep[] = [];
  #source: SourcePicture = { width: 0, height: 0, frameRate: 0 };
  #followers: RenditionFollower[] = [];
  #ffmpeg: FfmpegProcess | undefined;
  #forcing: KeyframeForcing = "source";
  #restarts = 0;
  /** Segments in all renditions when ffmpeg ended last. */
  #completedBefore = 0;
  #state: "taping" | "running" | "finishing" | "over" = "taping";
  #samples: { readonly atMs: number; readonly progressMs: number }[] = [];
  #ended: () => void = () => undefined;

  constructor(options: TranscoderOptions) {
    this.#options = options;
  }

  /** Process id of the running ffmpeg. */
  get pid(): number | undefined {
    return this.#ffmpeg?.running === true ? this.#ffmpeg.pid : undefined;
  }

  /** The source begins a segment. */
  cut(cut: Cut): void {
    if (this.#state !== "over") {
      this.schedule.add(cut);
    }
  }

  start(steps: readonly LadderStep[], source: SourcePicture): void {
    const { limits, metadata, container, onSegment, onPart } = this.#options;
    this.#steps = steps;
    this.#source = source;
    this.#followers = steps.map(
      (step) =>
        new RenditionFollower(
          step,
          this.schedule,
          metadata,
          limits,
          container,
          (rendition, segment) => {
            onSegment(rendition, segment);
            this.#forget();
          },
          onPart,
        ),
    );
    this.#state = "running";
    this.#run();
  }

  /** Media time that is in all renditions. */
  get progressMs(): number {
    return Math.min(...this.#followers.map((follower) => follower.progressMs));
  }

  /** Called about once a second with a monotonic clock. */
  sweep(atMs: number): void {
    if (this.#state !== "running" && this.#state !== "finishing") {
      return;
    }
    const { progressMs } = this;
    this.#samples.push({ atMs, progressMs });
    const first = this.#samples.find((sample) => sample.atMs >= atMs - SPEED_WINDOW_MS - 1_000);
    this.#samples = this.#samples.filter((sample) => sample.atMs >= (first?.atMs ?? 0));
    const elapsedMs = atMs - (first?.atMs ?? atMs);
    const backlogMs = this.tape.lastMs - progressMs;
    const madeMs = progressMs - (first?.progressMs ?? 0);
    const { transcodeSpeedMin, transcodeBacklogBytesMax } = this.#options.limits;
    const isSlow = madeMs < transcodeSpeedMin * elapsedMs && backlogMs > BACKLOG_USUAL_MS;
    const isStuck = madeMs === 0 && this.#state === "finishing";
    if (elapsedMs >= SPEED_WINDOW_MS && (isSlow || isStuck)) {
      this.#giveUp("ffmpeg is slower than the stream");
    } else if (this.tape.bytes > transcodeBacklogBytesMax) {
      this.#giveUp("the stream comes faster than ffmpeg takes it");
    }
  }

  /**
   * Ends the input. Resolves when everything on the tape is in the renditions, or when it has given
   * up.
   */
  async finish(): Promise<void> {
    if (this.#state !== "running") {
      this.kill();
      return;
    }
    this.#state = "finishing";
    const ended = new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    this.#ffmpeg?.stdin.end();
    await ended;
  }

  /** Ends at once: incomplete segments are lost. */
  kill(): void {
    this.#state = "over";
    this.tape.close();
    this.#ffmpeg?.kill();
    this.#ended();
  }

  #run(): void {
    const { program, limits, pace } = this.#options;
    const ffmpeg = new FfmpegProcess({
      program,
      args: ladderArguments(this.#steps, this.#source, this.tape.hasAudio, this.#forcing),
      extraOutputs: this.#steps.length,
      outputPace: pace,
    });
    this.#ffmpeg = ffmpeg;
    let failure: string | undefined;
    ffmpeg.stdout.resume();
    for (const [index, output] of ffmpeg.outputs.entries()) {
      output.on("data", (chunk: Buffer) => {
        try {
          this.#followers[index]?.push(chunk);
        } catch (error) {
          failure ??= error instanceof Error ? error.message : String(error);
          ffmpeg.kill();
        }
      });
    }
    this.tape.play((bytes) => writeTogether(ffmpeg.stdin, bytes));
    if (this.#state === "finishing") {
      ffmpeg.stdin.end();
    }
    inBackground(ffmpeg.ended.then(({ message }) => this.#over(failure ?? message, limits)));
  }

  #over(message: string | undefined, { transcodeRestartsMax }: MediaLimits): void {
    if (this.#state === "over") {
      return;
    }
    if (this.#state === "finishing" && message === undefined) {
      for (const follower of this.#followers) {
        follower.finish();
      }
      this.#state = "over";
      this.#ended();
      return;
    }
    // Programs before ffmpeg 4.4 don't know the source's keyframes, and say so at once.
    if (this.#forcing === "source" && message?.includes("force_key_frames") === true) {
      this.#forcing = "clock";
    } else {
      const completed = this.#completed();
      const isForgiven = completed - this.#completedBefore >= FORGIVEN_AFTER_SEGMENTS;
      this.#restarts = isForgiven ? 1 : this.#restarts + 1;
      this.#completedBefore = completed;
    }
    if (this.#restarts > transcodeRestartsMax) {
      this.#giveUp(message ?? "ffmpeg ended by itself");
      return;
    }
    for (const follower of this.#followers) {
      follower.restart();
    }
    this.#run();
  }

  /**
   * Reported before `finish` resolves: the rendition that stands in for the others must still get
   * its segments out.
   */
  #giveUp(message: string): void {
    if (this.#state === "over") {
      return;
    }
    this.#state = "over";
    this.tape.close();
    this.#ffmpeg?.kill();
    this.#options.onFailed(message);
    this.#ended();
  }

  #completed(): number {
    return Math.min(...this.#followers.map((follower) => follower.completed));
  }

  /** Forgets media that is in all renditions. */
  #forget(): void {
    const completed = this.#completed();
    this.tape.forgetBefore(completed);
    this.schedule.forgetBefore(completed);
  }
}

/**
 * Writes everything from one turn, a picture and the sound around it, at once: ffmpeg is woken once
 * for it.
 */
function writeTogether(stream: Writable, bytes: Buffer): void {
  if (stream.writableCorked === 0) {
    stream.cork();
    setImmediate(() => stream.uncork());
  }
  stream.write(bytes);
}
