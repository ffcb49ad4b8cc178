import { randomBytes } from "node:crypto";
import { writeDescription, writeSenderReport } from "../rtp/rtcp-packet.ts";
import type { WebrtcPeer } from "../webrtc-peer.ts";
import type { SourcePacket } from "./packet-history.ts";
import type { SourceLayer } from "./source-layer.ts";
import { type RewrittenPlace, TrackRewriter } from "./track-rewriter.ts";

const HEADER_BYTES = 12;
const VERSION = 0x80;
const MARKER = 0x80;
const REPORT_MS = 1_000;
const ORIGINAL_SEQUENCE_BYTES = 2;
/** A packet that was sent again may be under way for this long. */
const REPAIR_AGAIN_MS = 30;
/** Packets that were asked for lately. */
const ASKED_MAX = 256;
/** A subscriber that asks for the same packet for this long stands still. */
const STUCK_MS = 450;
/** Whoever asks so often has not been answered: where the way is long, one answer is under way. */
const STUCK_ASKS = 3;

/** The peer, as far as packets of media are sent to it. */
type PacketTaker = Pick<WebrtcPeer, "sendRtp">;

/** A packet that the subscriber has asked for. */
interface Asked {
  readonly sinceMs: number;
  times: number;
  sentAtMs: number;
}

/** One track as it is sent to a subscriber: the numbers that its answer names. */
export interface SentTrackNumbers {
  readonly ssrc: number;
  readonly payloadType: number;
  /** Packets that are sent again, where the subscriber takes them (RFC 4588). */
  readonly repair: { readonly ssrc: number; readonly payloadType: number } | undefined;
  readonly cname: string;
}

/** Sends one track to a subscriber, as one stream, whichever layer its packets are of. */
export class SentTrack {
  readonly numbers: SentTrackNumbers;
  readonly #rewriter: TrackRewriter;
  readonly #head = Buffer.alloc(HEADER_BYTES);
  readonly #repairHead = Buffer.alloc(HEADER_BYTES);
  /** By sequence number. */
  readonly #asked = new Map<number, Asked>();
  #repairSequence = randomBytes(2).readUInt16BE(0);
  #reportedAtMs = Number.NEGATIVE_INFINITY;
  packets = 0;
  bytes = 0;
  repairs = 0;

  constructor(numbers: SentTrackNumbers) {
    this.numbers = numbers;
    // Below half: the first packets must not seem to come after a wrap (RFC 3711, 3.3.1).
    this.#rewriter = new TrackRewriter(randomBytes(2).readUInt16BE(0) >> 1);
    this.#head[0] = VERSION;
    this.#head.writeUInt32BE(numbers.ssrc, 8);
    this.#repairHead[0] = VERSION;
    this.#repairHead.writeUInt32BE(numbers.repair?.ssrc ?? 0, 8);
  }

  /** The layer that is sent. */
  get layer(): SourceLayer | undefined {
    return this.#rewriter.layer;
  }

  switchTo(layer: SourceLayer, packet: SourcePacket, nowMs: number): void {
    this.#rewriter.switchTo(layer, packet, nowMs);
    // Its new time is to be known at once.
    this.#reportedAtMs = Number.NEGATIVE_INFINITY;
  }

  pause(): void {
    this.#rewriter.pause();
  }

  /** `following`: so many packets of the layer are sent next. */
  send(
    layer: SourceLayer,
    packet: SourcePacket,
    peer: PacketTaker,
    nowMs: number,
    following = 0,
  ): void {
    const place = this.#rewriter.place(layer, packet, nowMs);
    if (place !== undefined) {
      this.packets += 1;
      this.bytes += packet.payload.length;
      this.#write(packet, place, peer, following);
    }
  }

  /**
   * The subscriber has lost these packets. One that it asks for again and again is replaced by a
   * keyframe: decoders wait for seconds before they ask for one.
   */
  repair(sequences: readonly number[], peer: PacketTaker, nowMs: number): void {
    for (const sequence of sequences) {
      const asked = this.#noteAsked(sequence, nowMs);
      if (asked.times >= STUCK_ASKS && nowMs - asked.sinceMs >= STUCK_MS) {
        this.#asked.delete(sequence);
        this.layer?.needKeyframe(nowMs);
      }
      const found = this.#rewriter.find(sequence);
      if (found !== undefined && nowMs - asked.sentAtMs >= REPAIR_AGAIN_MS) {
        asked.sentAtMs = nowMs;
        this.repairs += 1;
        this.#sendAgain(found.packet, found.place, peer);
        if (asked.times > 1) {
          // The answer was lost as well. Subscribers wait for 0.1 s before they ask again.
          this.#sendAgain(found.packet, found.place, peer);
        }
      }
    }
  }

  /** A report when one is due, with which the receiver plays sound and picture together. */
  report(nowMs: number): Buffer[] {
    if (nowMs - this.#reportedAtMs < REPORT_MS) {
      return [];
    }
    const time = this.#rewriter.timeAt(nowMs);
    if (time === undefined) {
      return [];
    }
    this.#reportedAtMs = nowMs;
    const { ssrc, cname } = this.numbers;
    const { wallMs, timestamp: rtpTimestamp } = time;
    const { packets, bytes } = this;
    return [
      writeSenderReport({ ssrc, wallMs, rtpTimestamp, packets, bytes }),
      writeDescription(ssrc, cname),
    ];
  }

  #noteAsked(sequence: number, nowMs: number): Asked {
    const asked = this.#asked.get(sequence) ?? {
      ...{ sinceMs: nowMs, times: 0, sentAtMs: Number.NEGATIVE_INFINITY },
    };
    asked.times += 1;
    this.#asked.set(sequence, asked);
    if (this.#asked.size > ASKED_MAX) {
      const oldest = this.#asked.keys().next().value;
      this.#asked.delete(oldest ?? 0);
    }
    return asked;
  }

  /**
   * Without a repair stream a packet is sent again exactly as it was: AES-GCM must not encrypt
   * anything else under its number.
   */
  #sendAgain(packet: SourcePacket, place: RewrittenPlace, peer: PacketTaker): void {
    const { repair } = this.numbers;
    if (repair === undefined) {
      this.#write(packet, place, peer);
      return;
    }
    this.#repairSequence = (this.#repairSequence + 1) & 0xffff;
    const payload = Buffer.allocUnsafe(ORIGINAL_SEQUENCE_BYTES + packet.payload.length);
    payload.writeUInt16BE(place.sequence, 0);
    packet.payload.copy(payload, ORIGINAL_SEQUENCE_BYTES);
    const again = { sequence: this.#repairSequence, timestamp: place.timestamp };
    const head = this.#repairHead;
    writeHead(head, packet.marker, repair.payloadType, again);
    peer.sendRtp({ ssrc: repair.ssrc, sequence: again.sequence }, head, payload);
  }

  #write(
    { marker, payload }: SourcePacket,
    place: RewrittenPlace,
    peer: PacketTaker,
    following = 0,
  ): void {
    const { ssrc, payloadType } = this.numbers;
    writeHead(this.#head, marker, payloadType, place);
    peer.sendRtp({ ssrc, sequence: place.sequence }, this.#head, payload, following);
  }
}

function writeHead(
  head: Buffer,
  marker: boolean,
  payloadType: number,
  { sequence, timestamp }: RewrittenPlace,
): void {
  head[1] = (marker ? MARKER : 0) | payloadType;
  head.writeUInt16BE(sequence, 2);
  head.writeUInt32BE(timestamp, 4);
}
