import { parseAvcSps } from "../../../codec/avc-sps.ts";
import { keyframePart, parameterSetIn } from "../rtp/h264-keyframe.ts";
import { Reception } from "../rtp/reception.ts";
import {
  type MissingPacket,
  missingPacket,
  needsKeyframeFor,
  packetsToAskFor,
} from "../rtp/repair-requests.ts";
import { writeNack, writePictureLoss } from "../rtp/rtcp-packet.ts";
import { type RtpPacket, sequenceStep } from "../rtp/rtp-packet.ts";
import { SourceLayer, type SourceLayerOptions } from "./source-layer.ts";

/** A packet that is missing for longer is of no use to anybody. */
const WAIT_MS = 1_000;
const MISSING_MAX = 512;
/** A jump by more than this is another stream under the same source. */
const JUMP_PACKETS = 1_024;
/** Requests of all subscribers within this time make one. */
const KEYFRAME_AGAIN_MS = 300;
/** RFC 4588: a packet that is sent again begins with its first sequence number. */
const ORIGINAL_SEQUENCE_BYTES = 2;

export interface SourceReceiverOptions {
  readonly kind: "audio" | "video";
  readonly layer: string;
  readonly ssrc: number;
  readonly clockHz: number;
  /** Whether the publisher sends packets again. */
  readonly repairs: boolean;
  /** The layer has a picture of another size. */
  readonly onSize: (nowMs: number) => void;
  /** See `SourceLayerOptions`. */
  readonly soon?: SourceLayerOptions["soon"];
}

/**
 * Receives one source of a publisher, and gives each of its packets once to the layer's followers,
 * at once: it doesn't wait for earlier ones, which it asks for.
 */
export class SourceReceiver {
  readonly layer: SourceLayer;
  readonly reception: Reception;
  readonly #options: SourceReceiverOptions;
  readonly #missing = new Map<number, MissingPacket>();
  #highest: number | undefined;
  #hasParameterSets = false;
  #parameterSet: Buffer | undefined;
  #wantsKeyframe = false;
  #askedKeyframeAtMs = Number.NEGATIVE_INFINITY;
  lost = 0;

  constructor(options: SourceReceiverOptions) {
    const { kind, layer: name, clockHz, ssrc } = options;
    this.#options = options;
    this.reception = new Reception(ssrc, clockHz);
    const askKeyframe = (): void => {
      this.#wantsKeyframe = true;
    };
    const { soon } = options;
    this.layer = new SourceLayer({ kind, name, clockHz, askKeyframe, ...(soon && { soon }) });
  }

  packet(packet: RtpPacket, nowMs: number): void {
    this.reception.packet(packet.sequence, packet.timestamp, nowMs);
    if (this.#isNew(packet.sequence, nowMs)) {
      this.#deliver(packet, packet.sequence, packet.payload, nowMs);
    }
  }

  /** A packet that is sent again. */
  repair(packet: RtpPacket, nowMs: number): void {
    const { payload } = packet;
    if (payload.length <= ORIGINAL_SEQUENCE_BYTES) {
      return;
    }
    const sequence = payload.readUInt16BE(0);
    if (this.#missing.delete(sequence)) {
      this.#deliver(packet, sequence, payload.subarray(ORIGINAL_SEQUENCE_BYTES), nowMs);
    }
  }

  /** Returns what the publisher is to be asked for. */
  tick(nowMs: number, from: number): Buffer[] {
    this.layer.rate.tick(nowMs);
    const { kind, ssrc, repairs } = this.#options;
    this.#giveUp(nowMs);
    const missing = repairs ? packetsToAskFor(this.#missing.values(), nowMs) : [];
    this.#wantsKeyframe ||= kind === "video" && needsKeyframeFor(this.#missing.values(), nowMs);
    const asked: Buffer[] = [];
    if (missing.length > 0) {
      asked.push(writeNack(from, ssrc, missing));
    }
    if (this.#wantsKeyframe && nowMs - this.#askedKeyframeAtMs >= KEYFRAME_AGAIN_MS) {
      this.#wantsKeyframe = false;
      this.#askedKeyframeAtMs = nowMs;
      asked.push(writePictureLoss(from, ssrc));
    }
    return asked;
  }

  /** Whether the packet hasn't come before, and isn't too old. */
  #isNew(sequence: number, nowMs: number): boolean {
    this.#highest ??= (sequence - 1) & 0xffff;
    const ahead = sequenceStep(this.#highest, sequence);
    if (Math.abs(ahead) > JUMP_PACKETS) {
      this.#missing.clear();
      this.#highest = sequence;
      return true;
    }
    if (ahead <= 0) {
      return this.#missing.delete(sequence);
    }
    for (let step = 1; step < ahead; step += 1) {
      this.#miss((this.#highest + step) & 0xffff, nowMs);
    }
    this.#highest = sequence;
    return true;
  }

  #miss(sequence: number, nowMs: number): void {
    if (this.#missing.size === MISSING_MAX) {
      const oldest = this.#missing.keys().next().value;
      this.#missing.delete(oldest ?? 0);
      this.lost += 1;
    }
    this.#missing.set(sequence, missingPacket(sequence, nowMs));
  }

  #giveUp(nowMs: number): void {
    for (const [sequence, { sinceMs }] of this.#missing) {
      if (nowMs - sinceMs <= WAIT_MS) {
        return;
      }
      this.#missing.delete(sequence);
      this.lost += 1;
    }
  }

  #deliver(packet: RtpPacket, sequence: number, payload: Buffer, nowMs: number): void {
    const { marker, timestamp } = packet;
    const beginsKeyframe = this.#beginsKeyframe(payload, nowMs);
    // It is what all wanted until now; whoever loses it asks again.
    this.#wantsKeyframe &&= !beginsKeyframe;
    this.layer.deliver({ sequence, timestamp, marker, payload, beginsKeyframe }, nowMs);
  }

  #beginsKeyframe(payload: Buffer, nowMs: number): boolean {
    if (this.#options.kind === "audio") {
      return true;
    }
    const part = keyframePart(payload);
    if (part === "parameters") {
      this.#hasParameterSets = true;
      this.#readSize(payload, nowMs);
      return true;
    }
    return part === "slice" && !this.#hasParameterSets;
  }

  #readSize(payload: Buffer, nowMs: number): void {
    const set = parameterSetIn(payload);
    if (set === undefined || this.#parameterSet?.equals(set) === true) {
      return;
    }
    this.#parameterSet = Buffer.from(set);
    const { width, height } = parseAvcSps(set);
    this.layer.width = width;
    this.layer.height = height;
    this.#options.onSize(nowMs);
  }
}
