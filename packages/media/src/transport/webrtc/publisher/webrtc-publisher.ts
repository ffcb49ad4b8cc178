import { randomBytes } from "node:crypto";
import { OPUS_CLOCK_HZ } from "../../../container/ogg/ogg-opus.ts";
import { END_REASONS } from "../../../ingest/end-reasons.ts";
import type { MediaSink, Publisher } from "../../../ingest/ingest-port.ts";
import type { IngestPort } from "../../../ingest/protocol.ts";
import type { SessionEndReason } from "../../../port/events.ts";
import type { MediaLimits } from "../../../port/limits.ts";
import { MediaError } from "../../../port/media-error.ts";
import { inBackground } from "../../../runtime/in-background.ts";
import type { Reception } from "../rtp/reception.ts";
import { type RtcpPart, writeReceiverReport, writeRemb } from "../rtp/rtcp-packet.ts";
import type { RtpPacket } from "../rtp/rtp-packet.ts";
import type { AgreedMedia } from "../sdp/agreed-media.ts";
import { PROFILES_TO_RECEIVE } from "../srtp/srtp-keys.ts";
import type { PeerEnd, PeerHandlers, WebrtcPeer } from "../webrtc-peer.ts";
import { AudioReceiver } from "./audio-receiver.ts";
import { Bandwidth } from "./bandwidth.ts";
import { type AacFrame, OpusToAac } from "./opus-to-aac.ts";
import { SOUND_SHIFT_MS_MAX, SoundShift } from "./sound-shift.ts";
import { UnitFeed } from "./unit-feed.ts";
import { VIDEO_CLOCK_HZ, VideoReceiver } from "./video-receiver.ts";

const AUDIO = { id: 1, kind: "audio", codec: "aac", clockHz: VIDEO_CLOCK_HZ } as const;
const TICKS_PER_SAMPLE = VIDEO_CLOCK_HZ / OPUS_CLOCK_HZ;
const REPORT_MS = 1_000;
/** Senders need this often to hear how much they may use. */
const REMB_MS = 200;

const END_OF_PEER = {
  left: "publisher-finished",
  lost: "connection-lost",
  failed: "protocol-error",
} as const satisfies Record<PeerEnd, SessionEndReason>;

export interface WebrtcPublisherOptions {
  readonly id: string;
  readonly remoteAddress: string;
  /** Nobody could read the offer; media is always encrypted. */
  readonly secure: boolean;
  readonly media: AgreedMedia;
  /** Bits per second that the encoder asked for; the channel may take fewer. */
  readonly bitrateMax: number | undefined;
  readonly limits: MediaLimits;
  readonly port: IngestPort;
  /** Path of the program; undefined where there is none, and no sound is agreed on. */
  readonly ffmpeg: string | undefined;
  readonly monotonicMs: () => number;
  /** The peer is to be forgotten. */
  readonly onClosed: (publisher: WebrtcPublisher) => void;
}

/** One publisher of a channel: receives its tracks and gives their units to the broadcast. */
export class WebrtcPublisher implements Publisher, PeerHandlers {
  readonly profiles = PROFILES_TO_RECEIVE;
  readonly id: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
  readonly #options: WebrtcPublisherOptions;
  readonly #ssrc = randomBytes(4).readUInt32BE(0);
  readonly #bandwidth = new Bandwidth();
  readonly #startedAtMs: number;
  readonly #shift = new SoundShift();
  #peer: WebrtcPeer | undefined;
  #sink: MediaSink | undefined;
  #feed: UnitFeed | undefined;
  #video: VideoReceiver | undefined;
  #audio: AudioReceiver | undefined;
  #converter: OpusToAac | undefined;
  #lastMediaAtMs: number;
  #reportedAtMs = 0;
  #rembAtMs = 0;
  /** `ending`: the rest of its sound is waited for. */
  #state: "open" | "ending" | "ended" = "open";
  #ending: Promise<void> | undefined;

  constructor(options: WebrtcPublisherOptions) {
    this.#options = options;
    this.id = options.id;
    this.remoteAddress = options.remoteAddress;
    this.secure = options.secure;
    this.#lastMediaAtMs = options.monotonicMs();
    // The first sound may belong to pictures of before: its time isn't negative all the same.
    this.#startedAtMs = this.#lastMediaAtMs - SOUND_SHIFT_MS_MAX;
  }

  get open(): boolean {
    return this.#state !== "ended";
  }

  get peer(): WebrtcPeer | undefined {
    return this.#peer;
  }

  /** The broadcast is there, and the peer is about to connect. */
  begin(sink: MediaSink, peer: WebrtcPeer): void {
    const { media, limits, ffmpeg } = this.#options;
    this.#sink = sink;
    this.#peer = peer;
    const nowMs = this.#elapsedMs();
    const expectsSound = media.audio !== undefined;
    const elapsedMs = (): number => this.#elapsedMs();
    const feed = new UnitFeed(sink, limits.messageBytesMax, expectsSound, nowMs, elapsedMs);
    this.#feed = feed;
    if (media.video !== undefined) {
      this.#video = new VideoReceiver({
        track: media.video,
        unitBytesMax: limits.messageBytesMax,
        onConfig: (track, ticks) => feed.configure(track, ticks),
        onUnit: (unit) => feed.picture(unit),
      });
    }
    if (media.audio !== undefined && ffmpeg !== undefined) {
      this.#audio = new AudioReceiver((packet, ticks) => this.#sound(packet, ticks, ffmpeg));
    }
  }

  disconnect(): void {
    this.#state = "ended";
    this.#hangUp();
    this.#converter?.close();
  }

  fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#over(error instanceof MediaError ? END_REASONS[error.code] : "internal-error", message);
    this.disconnect();
  }

  /**
   * Ends the connection; resolves when the broadcast has all that came, and knows why nothing more
   * does.
   */
  end(reason: SessionEndReason, message: string): Promise<void> {
    this.#ending ??= this.#end(reason, message);
    return this.#ending;
  }

  async #end(reason: SessionEndReason, message: string): Promise<void> {
    if (this.#state !== "open") {
      return;
    }
    this.#state = "ending";
    this.#hangUp();
    try {
      this.#video?.finish();
      this.#audio?.finish();
      if (this.#converter !== undefined) {
        await this.#converter.finish();
      }
      // It may have failed meanwhile.
      if (this.open) {
        this.#feed?.finish();
      }
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#over(reason, message);
  }

  connected(): void {
    this.#lastMediaAtMs = this.#options.monotonicMs();
  }

  rtp(packet: RtpPacket, _datagram: Buffer, nowMs: number): void {
    const { video, audio } = this.#options.media;
    const elapsedMs = nowMs - this.#startedAtMs;
    this.#lastMediaAtMs = nowMs;
    switch (packet.payloadType) {
      case video?.payload.payloadType:
        this.#video?.packet(packet, elapsedMs);
        break;
      case video?.repair?.payloadType:
        this.#video?.repair(packet, elapsedMs);
        break;
      case audio?.payload.payloadType:
        this.#audio?.packet(packet, elapsedMs);
        break;
      default:
      // Nothing else was agreed on.
    }
  }

  rtcp(parts: readonly RtcpPart[], nowMs: number): void {
    for (const part of parts) {
      if (part.kind === "bye") {
        const media = [this.#video, this.#audio].flatMap((track) => track?.reception?.ssrc ?? []);
        if (media.length > 0 && media.every((ssrc) => part.ssrcs.includes(ssrc))) {
          inBackground(this.end("publisher-finished", "the encoder said goodbye"));
          return;
        }
      }
      for (const track of [this.#video, this.#audio]) {
        if (part.kind === "sender-report" && track?.reception?.ssrc === part.ssrc) {
          track.reception.sent(part, nowMs);
          track.clock.report(part.wallMs, part.rtpTimestamp);
        }
      }
    }
    this.#shift.target(this.#video?.clock.wallOffsetMs, this.#audio?.clock.wallOffsetMs);
  }

  tick(nowMs: number): void {
    const elapsedMs = nowMs - this.#startedAtMs;
    const { idleDeadlineMs } = this.#options.limits;
    if (nowMs - this.#lastMediaAtMs > idleDeadlineMs) {
      inBackground(this.end("idle", `no media for ${idleDeadlineMs / 1_000} s`));
      return;
    }
    this.#audio?.tick(elapsedMs);
    const asked = this.#video?.tick(elapsedMs, this.#ssrc) ?? [];
    this.#feed?.tick(elapsedMs);
    this.#report(nowMs, asked);
  }

  gone(reason: PeerEnd, message: string): void {
    inBackground(this.end(END_OF_PEER[reason], message));
  }

  #report(nowMs: number, asked: readonly Buffer[]): void {
    const known = [this.#video, this.#audio].flatMap((track) => track?.reception ?? []);
    if (known.length === 0) {
      return;
    }
    const isDue = nowMs - this.#reportedAtMs >= REPORT_MS;
    const isRembDue = nowMs - this.#rembAtMs >= REMB_MS;
    if (!isDue && !isRembDue && asked.length === 0) {
      return;
    }
    const compound = [writeReceiverReport(this.#ssrc, isDue ? this.#blocks(known, nowMs) : [])];
    if (isRembDue) {
      this.#rembAtMs = nowMs;
      const sources = known.map(({ ssrc }) => ssrc);
      compound.push(writeRemb(this.#ssrc, this.#bandwidth.bitrate(this.#bitrateMax()), sources));
    }
    this.#peer?.sendRtcp(Buffer.concat([...compound, ...asked]));
  }

  #bitrateMax(): number | undefined {
    const limits = [this.#sink?.bitrateMax, this.#options.bitrateMax];
    const known = limits.filter((limit) => limit !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  #blocks(known: readonly Reception[], nowMs: number) {
    this.#reportedAtMs = nowMs;
    const blocks = known.map((reception) => reception.report(nowMs));
    const ofVideo = blocks.find(({ ssrc }) => ssrc === this.#video?.reception?.ssrc);
    if (ofVideo !== undefined) {
      this.#bandwidth.reported(ofVideo);
    }
    return blocks;
  }

  #sound(packet: Buffer, ticks: number, ffmpeg: string): void {
    // Many a page never sends any: it begins with the first packet.
    this.#converter ??= new OpusToAac({
      ffmpeg,
      onFrame: (frame) => this.#frame(frame),
      onFailed: (error) => this.fail(error),
    });
    this.#converter.write(packet, ticks);
    this.#feed?.heard(this.#elapsedMs());
  }

  #frame({ ticks: samples, config, data }: AacFrame): void {
    if (this.#state === "ended") {
      return;
    }
    const ticks = Math.round(samples * TICKS_PER_SAMPLE) + this.#shift.nextTicks();
    if (config !== undefined) {
      this.#feed?.configure({ ...AUDIO, config }, ticks);
    }
    const unit = { track: AUDIO.id, dts: ticks, pts: ticks, key: true, data: [data] };
    this.#feed?.sound(unit, this.#elapsedMs());
  }

  /** Reports once that this is over: to the broadcast, or to the port where there was none. */
  #over(reason: SessionEndReason, message: string): void {
    if (this.#state === "ended") {
      return;
    }
    this.#state = "ended";
    if (this.#sink === undefined) {
      this.#options.port.refused(this, message, reason === "protocol-error");
    } else {
      this.#sink.end(reason, message);
    }
  }

  #hangUp(): void {
    this.#peer?.close();
    this.#options.onClosed(this);
  }

  #elapsedMs(): number {
    return this.#options.monotonicMs() - this.#startedAtMs;
  }
}
