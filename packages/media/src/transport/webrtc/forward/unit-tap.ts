import { OPUS_CLOCK_HZ } from "../../../container/ogg/ogg-opus.ts";
import type { Feed, Tap } from "../../../ingest/protocol.ts";
import { inBackground } from "../../../runtime/in-background.ts";
import { AudioReceiver } from "../publisher/audio-receiver.ts";
import { OpusToAac } from "../publisher/opus-to-aac.ts";
import { SOUND_SHIFT_MS_MAX, SoundShift } from "../publisher/sound-shift.ts";
import { UnitFeed } from "../publisher/unit-feed.ts";
import { VIDEO_CLOCK_HZ, VideoReceiver } from "../publisher/video-receiver.ts";
import type { RtpPacket } from "../rtp/rtp-packet.ts";
import type { AgreedTrack } from "../sdp/agreed-media.ts";
import { LargestLayer } from "./largest-layer.ts";
import type { SourcePacket } from "./packet-history.ts";
import type { PacketSource } from "./packet-source.ts";
import type { LayerFollower, SourceLayer } from "./source-layer.ts";
import { TrackRewriter } from "./track-rewriter.ts";

const SOUND = { id: 1, kind: "audio", clockHz: VIDEO_CLOCK_HZ } as const;
const TICKS_PER_SAMPLE = VIDEO_CLOCK_HZ / OPUS_CLOCK_HZ;
const LOOK_MS = 500;
/** Numbers of the packets as they are read here: no peer ever sees them. */
const SSRC = { audio: 1, video: 2 } as const;

export interface UnitTapOptions {
  readonly source: PacketSource;
  readonly video: AgreedTrack | undefined;
  readonly hasAudio: boolean;
  readonly sink: Feed;
  readonly unitBytesMax: number;
  /** Path of the program; without it a sink that takes no Opus gets no sound. */
  readonly ffmpeg: string | undefined;
  readonly monotonicMs: () => number;
  /** The packets that are kept come first: the earliest time at which one of them came. */
  readonly sinceMs?: number | undefined;
  /** The source is read no longer. */
  readonly onClosed: () => void;
}

/**
 * Reads what a publisher sends as units: the pictures of its best layer, whose keyframes it asks
 * for every two seconds, and its sound, as Opus or converted to AAC, as the sink takes it.
 */
export class UnitTap implements LayerFollower, Tap {
  readonly #options: UnitTapOptions;
  readonly #startedAtMs: number;
  readonly #feed: UnitFeed;
  readonly #shift = new SoundShift();
  readonly #rewriters = { audio: new TrackRewriter(0), video: new TrackRewriter(0) };
  readonly #video: VideoReceiver | undefined;
  readonly #audio: AudioReceiver | undefined;
  #converter: OpusToAac | undefined;
  #isOpusKnown = false;
  readonly #largest = new LargestLayer<SourceLayer>();
  #target: SourceLayer | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  /** `ending`: the rest of the sound is waited for. */
  #state: "open" | "ending" | "closed" = "open";

  constructor(options: UnitTapOptions) {
    const { video, sink, unitBytesMax } = options;
    const nowMs = options.monotonicMs();
    const { sinceMs } = options;
    this.#options = options;
    // The first sound may belong to pictures of before: its time isn't negative all the same.
    this.#startedAtMs = (sinceMs ?? nowMs) - SOUND_SHIFT_MS_MAX;
    const hasSound = options.hasAudio && this.#takesSound();
    const elapsedMs = (): number => this.#elapsedMs();
    const feed = new UnitFeed(sink, unitBytesMax, hasSound, SOUND_SHIFT_MS_MAX, elapsedMs);
    this.#feed = feed;
    if (video !== undefined) {
      // Its subscribers' packets are asked for already.
      const payload = { ...video.payload, feedback: new Set<string>() };
      this.#video = new VideoReceiver({
        track: { ...video, payload },
        unitBytesMax,
        onConfig: (track, ticks) => feed.configure(track, ticks),
        onUnit: (unit) => feed.picture(unit),
      });
    }
    if (hasSound) {
      this.#audio = new AudioReceiver((packet, samples) => this.#sound(packet, samples));
    }
    this.#follow(nowMs);
    if (sinceMs !== undefined) {
      this.#try(() => this.#replay());
    }
    this.#look(nowMs);
  }

  /** Reads the packets that the source has received before. */
  #replay(): void {
    const kept = [this.#options.source.audio, this.#target].flatMap((layer) =>
      layer === undefined ? [] : [...layer.history.all()].map((one) => ({ layer, ...one })),
    );
    for (const { layer, packet, arrivedMs } of kept.sort((a, b) => a.arrivedMs - b.arrivedMs)) {
      this.#take(layer, packet, arrivedMs);
    }
  }

  packet(layer: SourceLayer, packet: SourcePacket, nowMs: number): void {
    this.#try(() => this.#take(layer, packet, nowMs));
  }

  /** Called before the first packet of a new layer is given to its followers. */
  layersChanged(nowMs: number): void {
    this.#try(() => this.#look(nowMs));
  }

  /** Called every 20 ms. */
  tick(nowMs: number): void {
    this.#try(() => this.#tick(nowMs));
  }

  /** Media that the sink doesn't take ends what it is given, and not the publication. */
  #try(run: () => void): void {
    if (this.#state === "closed") {
      return;
    }
    try {
      run();
    } catch (error) {
      this.#finish(error instanceof Error ? error.message : String(error));
    }
  }

  #take(layer: SourceLayer, packet: SourcePacket, nowMs: number): void {
    const { kind } = layer;
    const rewriter = this.#rewriters[kind];
    if (rewriter.layer !== layer) {
      if (kind === "video" && (layer !== this.#target || !packet.beginsKeyframe)) {
        return;
      }
      const before = rewriter.layer;
      rewriter.switchTo(layer, packet, nowMs);
      before?.leave(this);
    }
    const place = rewriter.place(layer, packet, nowMs);
    if (place !== undefined) {
      const elapsedMs = nowMs - this.#startedAtMs;
      const read = { ...EMPTY, ...place, marker: packet.marker, payload: packet.payload };
      const receiver = kind === "video" ? this.#video : this.#audio;
      receiver?.packet({ ...read, ssrc: SSRC[kind] }, elapsedMs);
    }
  }

  #tick(nowMs: number): void {
    const elapsedMs = nowMs - this.#startedAtMs;
    if (nowMs - this.#lookedAtMs >= LOOK_MS) {
      this.#look(nowMs);
    }
    this.#audio?.tick(elapsedMs);
    const asked = this.#video?.tick(elapsedMs, 0) ?? [];
    if (asked.length > 0) {
      this.#target?.needKeyframe(nowMs);
    }
    this.#feed.tick(elapsedMs);
  }

  end(message: string): void {
    if (this.#state !== "open") {
      return;
    }
    for (const layer of this.#followed()) {
      layer?.flush();
    }
    this.#state = "ending";
    this.#leave();
    this.#try(() => {
      this.#video?.finish();
      this.#audio?.finish();
    });
    const rest = (): void => {
      this.#try(() => this.#feed.finish());
      this.#finish(message);
    };
    if (this.#converter === undefined) {
      rest();
    } else {
      inBackground(this.#converter.finish().then(rest));
    }
  }

  #finish(message: string): void {
    if (this.#state !== "closed") {
      this.close();
      this.#options.sink.end(message);
    }
  }

  close(): void {
    this.#leave();
    this.#state = "closed";
    this.#converter?.close();
  }

  #leave(): void {
    this.#options.onClosed();
    for (const layer of this.#followed()) {
      layer?.leave(this);
    }
  }

  #followed(): readonly (SourceLayer | undefined)[] {
    const { audio, video } = this.#options.source;
    return [audio, ...video, this.#target, this.#rewriters.video.layer];
  }

  #look(nowMs: number): void {
    this.#follow(nowMs);
    if (this.#target !== this.#rewriters.video.layer) {
      this.#target?.needKeyframe(nowMs);
    }
    this.#synchronize(nowMs);
  }

  /** Follows the sound, and the largest layer that comes steadily. */
  #follow(nowMs: number): void {
    this.#lookedAtMs = nowMs;
    const { audio, video } = this.#options.source;
    audio?.follow(this);
    const best = this.#largest.choose(video, nowMs);
    if (best !== this.#target) {
      if (this.#target !== this.#rewriters.video.layer) {
        this.#target?.leave(this);
      }
      this.#target = best;
    }
    best?.follow(this);
  }

  #synchronize(nowMs: number): void {
    for (const [kind, receiver] of [
      ["video", this.#video] as const,
      ["audio", this.#audio] as const,
    ]) {
      const time = this.#rewriters[kind].timeAt(nowMs);
      if (time !== undefined) {
        receiver?.clock.report(time.wallMs, time.timestamp);
      }
    }
    this.#shift.target(this.#video?.clock.wallOffsetMs, this.#audio?.clock.wallOffsetMs);
  }

  #takesSound(): boolean {
    const { sink, ffmpeg } = this.#options;
    return sink.takes.has("opus") || (sink.takes.has("aac") && ffmpeg !== undefined);
  }

  #sound(packet: Buffer, samples: number): void {
    const { sink, ffmpeg } = this.#options;
    if (sink.takes.has("opus")) {
      if (!this.#isOpusKnown) {
        this.#isOpusKnown = true;
        this.#feed.configure({ ...SOUND, codec: "opus", config: undefined }, 0);
      }
      this.#unit(samples, packet);
    } else if (ffmpeg !== undefined) {
      this.#converter ??= new OpusToAac({
        ffmpeg,
        onFrame: ({ ticks, config, data }) => {
          if (config !== undefined) {
            const at = Math.round(ticks * TICKS_PER_SAMPLE);
            this.#feed.configure({ ...SOUND, codec: "aac", config }, at);
          }
          this.#unit(ticks, data);
        },
        onFailed: ({ message }) => this.#finish(message),
      });
      this.#converter.write(packet, samples);
      this.#feed.heard(this.#elapsedMs());
    }
  }

  #unit(samples: number, data: Buffer): void {
    if (this.#state !== "closed") {
      const ticks = Math.round(samples * TICKS_PER_SAMPLE) + this.#shift.nextTicks();
      const unit = { track: SOUND.id, dts: ticks, pts: ticks, key: true, data: [data] };
      this.#feed.sound(unit, this.#elapsedMs());
    }
  }

  #elapsedMs(): number {
    return this.#options.monotonicMs() - this.#startedAtMs;
  }
}

/** The members of a packet that no receiver looks at. */
const EMPTY: Omit<RtpPacket, "marker" | "sequence" | "timestamp" | "ssrc" | "payload"> = {
  payloadType: 0,
  bytes: 0,
  hasPadding: false,
  extensionsAt: 0,
  extensionProfile: 0,
};
