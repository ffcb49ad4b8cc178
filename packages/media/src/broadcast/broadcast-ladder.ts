import { SOURCE_RENDITION } from "../hls/rendition.ts";
import type { MediaLimits } from "../port/limits.ts";
import type { MediaContainer } from "../port/publish.ts";
import type { StreamMedia } from "../port/source.ts";
import type { ReadPace } from "../runtime/stepped-reads.ts";
import type { Cut } from "../segmenter/cutter.ts";
import type { FrameListener } from "../segmenter/segmenter.ts";
import type { TimedMetadata } from "../segmenter/timed-metadata.ts";
import { chooseLadder, type SourcePicture } from "../transcode/ladder.ts";
import { type CapacityShare, estimateCores } from "../transcode/transcode-capacity.ts";
import { Transcoder } from "../transcode/transcoder.ts";
import type { BroadcastOptions, TranscodePlan } from "./broadcast-options.ts";
import type { KnownTracks } from "./publisher-tracks.ts";
import type { RenditionOutputs } from "./rendition-outputs.ts";

export interface BroadcastLadderOptions {
  readonly plan: TranscodePlan;
  readonly limits: MediaLimits;
  readonly metadata: TimedMetadata;
  readonly container: MediaContainer;
  /** Segments are served in parts. */
  readonly lowLatency: boolean;
  readonly outputs: RenditionOutputs;
  /** The machine has no cores left for it. */
  readonly onRefused: () => void;
}

/** Undefined where nothing is to be made of the source, or nothing can be. */
export function newBroadcastLadder(
  { transcode, limits, container, lowLatency }: BroadcastOptions,
  own: Pick<BroadcastLadderOptions, "metadata" | "outputs" | "onRefused">,
): BroadcastLadder | undefined {
  return (
    transcode && new BroadcastLadder({ plan: transcode, limits, container, lowLatency, ...own })
  );
}

/**
 * The ladder of one broadcast: chosen once the source's media is known, given up where ffmpeg can't
 * make it.
 */
export class BroadcastLadder {
  readonly #options: BroadcastLadderOptions;
  readonly #transcoder: Transcoder;
  #share: CapacityShare | undefined;
  #isDecided = false;
  #firstSegmentAtMs: number | undefined;
  #warning: string | undefined;

  constructor(options: BroadcastLadderOptions) {
    const { plan, limits, metadata, container, outputs, lowLatency } = options;
    this.#options = options;
    this.#transcoder = new Transcoder({
      program: plan.program,
      limits,
      metadata,
      container,
      pace: this.pace,
      onSegment: (rendition, segment) => outputs.add(rendition, segment),
      onPart: lowLatency ? (renditionId, part) => outputs.addPart(renditionId, part) : undefined,
      onFailed: (message) => this.#fallBack(message),
    });
  }

  /**
   * Players lag by three parts (a second) or three segments: frames may wait for each other before
   * and after the encoders.
   */
  get pace(): ReadPace {
    return this.#options.lowLatency ? "steady" : "relaxed";
  }

  get listener(): FrameListener {
    return this.#transcoder.tape;
  }

  /** A sentence for the operator, when the source is served instead. */
  get warning(): string | undefined {
    return this.#warning;
  }

  cut(cut: Cut): void {
    this.#transcoder.cut(cut);
  }

  /** Gives the ladder up if the source changes to HEVC: only H.264 is transcoded. */
  configure({ video, audio }: KnownTracks): void {
    if (video?.fourCc === "hvc1") {
      if (this.#share !== undefined) {
        this.#giveUp("the encoder went on in HEVC, and what is transcoded is H.264");
      }
      return;
    }
    if (video !== undefined) {
      this.#transcoder.tape.setVideoConfig(video);
    }
    this.#transcoder.tape.setAudioConfig(audio);
  }

  /**
   * After each of the source's frames: begins as soon as everything is known that a ladder depends
   * on.
   */
  frame({ video, audio, announced }: KnownTracks): void {
    const frameRate = announced.frameRate || video?.sps.frameRate;
    if (!this.#isDecided && video !== undefined && audio !== undefined && frameRate) {
      this.#decide({ width: video.sps.width, height: video.sps.height, frameRate });
    }
  }

  /**
   * Before each of the source's segments is given away: what wasn't announced is measured by now.
   */
  sourceSegment(media: StreamMedia): void {
    if (!this.#isDecided) {
      this.#decide(media.video);
    }
  }

  /** The encoder makes the renditions: there is nothing to encode. */
  decline(): void {
    this.#isDecided = true;
    this.#transcoder.kill();
  }

  sweep(monotonicMs: number): void {
    const { limits, outputs } = this.#options;
    this.#share?.measure(this.#transcoder.progressMs, this.#transcoder.pid);
    this.#transcoder.sweep(monotonicMs);
    if (!outputs.ready && outputs.hasSource) {
      this.#firstSegmentAtMs ??= monotonicMs;
      if (monotonicMs - this.#firstSegmentAtMs > limits.transcodeStartDeadlineMs) {
        this.#giveUp("ffmpeg took too long to begin");
      }
    }
  }

  /** No more frames come: resolves when all that came is in the renditions. */
  async finish(): Promise<void> {
    await this.#transcoder.finish();
    this.#release();
  }

  kill(): void {
    this.#transcoder.kill();
    this.#release();
  }

  #decide({ width, height, frameRate }: SourcePicture): void {
    this.#isDecided = true;
    const { plan, outputs, onRefused } = this.#options;
    const picture = { width, height, frameRate };
    const ladder = chooseLadder(plan.ladder, picture);
    const steps = ladder.steps.filter(
      ({ video }) => video !== undefined || this.#transcoder.tape.hasAudio,
    );
    if (steps.length === 0) {
      outputs.expect([SOURCE_RENDITION]);
      this.#transcoder.kill();
      return;
    }
    this.#share = plan.capacity.admit(estimateCores(steps, picture));
    if (this.#share === undefined) {
      this.#transcoder.kill();
      onRefused();
      return;
    }
    outputs.expect([
      ...(ladder.source ? [SOURCE_RENDITION] : []),
      ...steps.map(({ name }) => name),
    ]);
    this.#transcoder.start(steps, picture);
  }

  #giveUp(message: string): void {
    this.#transcoder.kill();
    this.#fallBack(message);
  }

  #fallBack(message: string): void {
    this.#warning = `Transcoding was given up, the source alone is served: ${message}.`;
    this.#release();
    this.#options.outputs.fallBack();
  }

  #release(): void {
    this.#share?.release();
    this.#share = undefined;
  }
}
