import assert from "node:assert/strict";
import { SentTrack } from "../transport/webrtc/forward/sent-track.ts";
import { SourceReceiver } from "../transport/webrtc/forward/source-receiver.ts";
import { parseRtcp } from "../transport/webrtc/rtp/rtcp-packet.ts";
import { parseRtpHeader, type RtpPacket, writeRtp } from "../transport/webrtc/rtp/rtp-packet.ts";

const FRAME_MS = 33;
const PACKETS_OF_PICTURE = 6;
const PACKETS_OF_KEYFRAME = 40;
const TICK_MS = 20;
/** Chromium's: a packet is asked for again after the time of a round trip that it assumes. */
const ASK_AGAIN_MS = 100;
const ASKED_MAX = 10;
/** Chromium's: so long without a picture, and it asks for a keyframe. */
const PATIENCE_MS = 3_000;
const MEDIA = 1;
const REPAIR = 2;
/** A parameter set of 1280x720, with which a keyframe begins. */
const PARAMETERS = Buffer.from("6742c01f8c8d40501e900f08846a", "hex");
const SLICE = Buffer.of(0x41);

export interface CallFaults {
  /** Numbers from 0 up to 1. */
  readonly random: () => number;
  /** Share of packets that each way loses, in both directions. */
  readonly lossUp: number;
  readonly lossDown: number;
  /** A packet is under way for this long, on each way. */
  readonly delayMs: number;
}

/** One of so many packets of a picture. */
interface SentPacket {
  readonly sequence: number;
  readonly place: number;
  readonly count: number;
}

/**
 * A publisher, what forwards for it, and a subscriber, in a time of their own: as browsers behave,
 * which make a keyframe only when they are asked to.
 */
export class LossyCall {
  readonly #faults: CallFaults;
  readonly #due = new Map<number, (() => void)[]>();
  readonly #receiver: SourceReceiver;
  readonly #sent: SentTrack;
  readonly #published = new Map<number, RtpPacket>();
  #nowMs = 0;
  #sequence = 100;
  #timestamp = 0;
  #wantsKeyframe = true;
  readonly #arrived = new Map<number, SentPacket>();
  readonly #missing = new Map<number, { askedAtMs: number; asked: number }>();
  #next: number | undefined;
  #highest: number | undefined;
  #shownAtMs = 0;
  #askedKeyframeAtMs = 0;
  #losesNext = 0;
  /** Nothing that is sent again arrives. */
  losesRepairs = false;
  keyframes = 0;
  pictures = 0;
  longestFreezeMs = 0;

  constructor(faults: CallFaults) {
    this.#faults = faults;
    const source = { kind: "video", layer: "", ssrc: MEDIA, clockHz: 90_000 } as const;
    const soon = (act: () => void): void => act();
    const callbacks = { soon, onSize: () => undefined };
    this.#receiver = new SourceReceiver({ ...source, repairs: true, ...callbacks });
    const repair = { ssrc: REPAIR, payloadType: 97 };
    this.#sent = new SentTrack({ ssrc: MEDIA, payloadType: 96, repair, cname: "call" });
    this.#receiver.layer.follow({
      packet: (layer, packet, nowMs) => {
        if (this.#sent.layer === undefined && packet.beginsKeyframe) {
          this.#sent.switchTo(layer, packet, nowMs);
        }
        const take = (_: unknown, head: Buffer, payload: Buffer): void => this.#down(head, payload);
        this.#sent.send(layer, packet, { sendRtp: take }, nowMs);
      },
    });
  }

  /** The next packets of the publisher don't arrive. */
  lose(packets: number): void {
    this.#losesNext = packets;
  }

  run(durationMs: number): void {
    const endMs = this.#nowMs + durationMs;
    for (; this.#nowMs < endMs; this.#nowMs += 1) {
      for (const act of this.#due.get(this.#nowMs) ?? []) {
        act();
      }
      this.#due.delete(this.#nowMs);
      if (this.#nowMs % FRAME_MS === 0) {
        this.#publish();
      }
      if (this.#nowMs % TICK_MS === 0) {
        for (const asked of this.#receiver.tick(this.#nowMs, 9)) {
          this.#pass(this.#faults.lossUp, () => this.#answer(asked));
        }
        this.#ask();
      }
    }
    this.#noteFreeze();
  }

  #pass(loss: number, arrive: () => void): void {
    if (this.#faults.random() >= loss) {
      const atMs = this.#nowMs + this.#faults.delayMs + 1;
      this.#due.set(atMs, [...(this.#due.get(atMs) ?? []), arrive]);
    }
  }

  #publish(): void {
    const isKeyframe = this.#wantsKeyframe;
    this.#wantsKeyframe = false;
    this.keyframes += isKeyframe ? 1 : 0;
    this.#timestamp += FRAME_MS * 90;
    const count = isKeyframe ? PACKETS_OF_KEYFRAME : PACKETS_OF_PICTURE;
    for (let at = 1; at <= count; at += 1) {
      this.#sequence = (this.#sequence + 1) & 0xffff;
      const begin = isKeyframe && at === 1 ? PARAMETERS : SLICE;
      const payload = Buffer.concat([begin, Buffer.of(at, count)]);
      const packet = packetOf(MEDIA, this.#sequence, this.#timestamp, payload);
      this.#published.set(this.#sequence, packet);
      if (this.#losesNext > 0) {
        this.#losesNext -= 1;
      } else {
        this.#pass(this.#faults.lossUp, () => this.#receiver.packet(packet, this.#nowMs));
      }
    }
  }

  /** The publisher's side of NACK and PLI. */
  #answer(rtcp: Buffer): void {
    for (const part of parseRtcp(rtcp)) {
      this.#wantsKeyframe ||= part.kind === "picture-loss";
      for (const sequence of part.kind === "nack" ? part.sequences : []) {
        const lost = this.#published.get(sequence);
        if (lost !== undefined && !this.losesRepairs) {
          const payload = Buffer.concat([Buffer.from([sequence >> 8, sequence]), lost.payload]);
          const again = packetOf(REPAIR, 0, lost.timestamp, payload);
          this.#pass(this.#faults.lossUp, () => this.#receiver.repair(again, this.#nowMs));
        }
      }
    }
  }

  #down(head: Buffer, payload: Buffer): void {
    const isRepair = head.readUInt32BE(8) === REPAIR;
    const sequence = isRepair ? payload.readUInt16BE(0) : head.readUInt16BE(2);
    const [place = 0, count = 0] = payload.subarray(-2);
    this.#pass(this.#faults.lossDown, () => this.#receive({ sequence, place, count }));
  }

  /** The subscriber's side: shows pictures in order, or from a complete keyframe on. */
  #receive(picture: SentPacket): void {
    const { sequence } = picture;
    this.#next ??= sequence;
    this.#highest ??= sequence - 1;
    for (let at = this.#highest + 1; at < sequence; at += 1) {
      this.#missing.set(at, { askedAtMs: Number.NEGATIVE_INFINITY, asked: 0 });
    }
    this.#highest = Math.max(this.#highest, sequence);
    this.#missing.delete(sequence);
    if (sequence >= this.#next) {
      this.#arrived.set(sequence, picture);
    }
    this.#next = this.#keyframeOf(picture) ?? this.#next;
    for (const missed of this.#missing.keys()) {
      if (missed < this.#next) {
        this.#missing.delete(missed);
      }
    }
    for (let next = this.#arrived.get(this.#next); next; next = this.#arrived.get(this.#next)) {
      this.#arrived.delete(this.#next);
      this.#next += 1;
      if (next.place === next.count) {
        this.#noteFreeze();
        this.#shownAtMs = this.#nowMs;
        this.pictures += 1;
      }
    }
    this.#ask();
  }

  /** The first packet of the keyframe that a packet is of, if all of that is there. */
  #keyframeOf({ sequence, place, count }: SentPacket): number | undefined {
    const first = sequence - place + 1;
    const packets = Array.from({ length: count }, (_, at) => this.#arrived.get(first + at));
    const isWhole = packets.every((packet) => packet !== undefined);
    return count === PACKETS_OF_KEYFRAME && isWhole ? first : undefined;
  }

  /** The subscriber asks for what it misses, and at last for a keyframe. */
  #ask(): void {
    const due = [...this.#missing].filter(
      ([, { askedAtMs, asked }]) => this.#nowMs - askedAtMs >= ASK_AGAIN_MS && asked < ASKED_MAX,
    );
    for (const [, missing] of due) {
      missing.askedAtMs = this.#nowMs;
      missing.asked += 1;
    }
    if (due.length > 0) {
      const sequences = due.map(([sequence]) => sequence);
      const take = (_: unknown, head: Buffer, payload: Buffer): void => this.#down(head, payload);
      const repair = (): void => this.#sent.repair(sequences, { sendRtp: take }, this.#nowMs);
      this.#pass(this.#faults.lossDown, repair);
    }
    if (this.#nowMs - Math.max(this.#shownAtMs, this.#askedKeyframeAtMs) >= PATIENCE_MS) {
      this.#askedKeyframeAtMs = this.#nowMs;
      const { layer } = this.#receiver;
      this.#pass(this.#faults.lossDown, () => layer.needKeyframe(this.#nowMs));
    }
  }

  #noteFreeze(): void {
    if (this.pictures > 0) {
      this.longestFreezeMs = Math.max(this.longestFreezeMs, this.#nowMs - this.#shownAtMs);
    }
  }
}

function packetOf(ssrc: number, sequence: number, timestamp: number, payload: Buffer): RtpPacket {
  const fixed = { marker: payload.at(-2) === payload.at(-1), payloadType: 96 };
  const header = parseRtpHeader(writeRtp({ ...fixed, ssrc, sequence, timestamp, payload }));
  assert(header !== undefined);
  return { ...header, payload };
}
