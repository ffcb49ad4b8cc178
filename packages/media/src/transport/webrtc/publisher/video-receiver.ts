import { AvcUnits } from "../../../container/mpegts/avc-units.ts";
import type { MediaUnit, VideoTrack } from "../../../port/media-unit.ts";
import { H264Pictures, type RtpPicture } from "../rtp/h264-pictures.ts";
import { Reception } from "../rtp/reception.ts";
import { ReorderBuffer } from "../rtp/reorder-buffer.ts";
import { needsKeyframeFor, packetsToAskFor } from "../rtp/repair-requests.ts";
import { writeNack, writePictureLoss } from "../rtp/rtcp-packet.ts";
import type { RtpPacket } from "../rtp/rtp-packet.ts";
import type { AgreedTrack } from "../sdp/agreed-media.ts";
import { KeyframeRequests } from "./keyframe-requests.ts";
import { TrackClock } from "./track-clock.ts";

export const VIDEO_CLOCK_HZ = 90_000;
const VIDEO = { id: 0, kind: "video", codec: "h264", clockHz: VIDEO_CLOCK_HZ } as const;

/** A missing packet is waited for this long: players of HLS are seconds behind anyway. */
const WAIT_MS = 600;
/** RFC 4588: a packet that is sent again begins with its first sequence number. */
const ORIGINAL_SEQUENCE_BYTES = 2;

export interface VideoReceiverOptions {
  readonly track: AgreedTrack;
  readonly unitBytesMax: number;
  readonly onConfig: (track: VideoTrack, ticks: number) => void;
  readonly onUnit: (unit: MediaUnit) => void;
}

/** Receives one track of H.264: orders its packets, asks for missing ones, reads units. */
export class VideoReceiver {
  readonly clock = new TrackClock(VIDEO_CLOCK_HZ);
  readonly #options: VideoReceiverOptions;
  readonly #buffer: ReorderBuffer<RtpPacket>;
  readonly #pictures: H264Pictures;
  readonly #avc = new AvcUnits();
  readonly #keyframes = new KeyframeRequests();
  #reception: Reception | undefined;
  #nowMs = 0;
  #waitsForKeyframe = true;

  /** Throws MediaError from its methods for what can't be ingested. */
  constructor(options: VideoReceiverOptions) {
    this.#options = options;
    this.#pictures = new H264Pictures(options.unitBytesMax, (picture) => this.#picture(picture));
    this.#buffer = new ReorderBuffer({
      waitMs: WAIT_MS,
      deliver: (packet) => this.#pictures.push(packet),
      onLost: () => this.#lost(),
    });
    this.#readParameterSets();
  }

  /** The track's; undefined before its first packet. */
  get reception(): Reception | undefined {
    return this.#reception;
  }

  packet(packet: RtpPacket, nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#reception?.ssrc !== packet.ssrc) {
      this.#reception = new Reception(packet.ssrc, VIDEO_CLOCK_HZ);
    }
    this.#reception.packet(packet.sequence, packet.timestamp, nowMs);
    // Padding, by which senders probe the bandwidth, has a place in the order as well.
    this.#buffer.push(packet.sequence, packet, nowMs);
  }

  /** A packet that is sent again. */
  repair(packet: RtpPacket, nowMs: number): void {
    const { payload } = packet;
    if (this.#reception !== undefined && payload.length > ORIGINAL_SEQUENCE_BYTES) {
      this.#nowMs = nowMs;
      const sequence = payload.readUInt16BE(0);
      const original = payload.subarray(ORIGINAL_SEQUENCE_BYTES);
      this.#buffer.push(sequence, { ...packet, sequence, payload: original }, nowMs);
    }
  }

  /** Gives up what is late. Returns what the sender is to be asked for. */
  tick(nowMs: number, from: number): Buffer[] {
    this.#nowMs = nowMs;
    this.#buffer.expire(nowMs);
    const ssrc = this.#reception?.ssrc;
    if (ssrc === undefined) {
      return [];
    }
    const { feedback } = this.#options.track.payload;
    const missing = feedback.has("nack") ? packetsToAskFor(this.#buffer.missing, nowMs) : [];
    if (needsKeyframeFor(this.#buffer.missing, nowMs)) {
      this.#keyframes.need();
    }
    return [
      ...(missing.length > 0 ? [writeNack(from, ssrc, missing)] : []),
      ...(this.#keyframes.isDue(nowMs) ? [writePictureLoss(from, ssrc)] : []),
    ];
  }

  /** Nothing more comes. */
  finish(): void {
    this.#buffer.finish();
  }

  /** Some encoders say their parameter sets in the offer alone (RFC 6184, 8.1). */
  #readParameterSets(): void {
    const sets = this.#options.track.payload.parameters.get("sprop-parameter-sets") ?? "";
    const units = sets.split(",").map((set) => Buffer.from(set, "base64"));
    const { config } = this.#avc.take(units.filter(({ length }) => length > 0));
    if (config !== undefined) {
      this.#options.onConfig({ ...VIDEO, config }, 0);
    }
  }

  #lost(): void {
    this.#pictures.lose();
    this.#waitsForKeyframe = true;
    this.#keyframes.need();
  }

  #picture({ timestamp, units }: RtpPicture): void {
    const ticks = this.clock.ticks(timestamp, this.#nowMs);
    const { config, picture } = this.#avc.take(units);
    if (config !== undefined) {
      this.#options.onConfig({ ...VIDEO, config }, ticks);
    }
    if (picture?.key === true) {
      this.#keyframes.keyframe(this.#nowMs);
      this.#waitsForKeyframe = false;
    }
    // What follows a lost picture refers to it.
    if (picture !== undefined && !this.#waitsForKeyframe) {
      this.#options.onUnit({ track: VIDEO.id, dts: ticks, pts: ticks, ...picture });
    }
  }
}
