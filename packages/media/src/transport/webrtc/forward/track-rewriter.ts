import { sequenceStep } from "../rtp/rtp-packet.ts";
import type { SourcePacket } from "./packet-history.ts";
import type { SourceClock, SourceLayer } from "./source-layer.ts";

/** Switches whose packets may still be asked for. */
const STRETCHES_MAX = 8;
/** A jump by more than this is another stream under the same source. */
const JUMP_PACKETS = 3_000;
/** Packets this far behind the newest one are of no use to a decoder. */
const LATE_PACKETS_MAX = 1_024;
/** Clocks of one publisher's layers that differ by more are wrong: the time of arrival counts. */
const CLOCKS_APART_MAX_MS = 1_000;

/** A packet's place in what a subscriber is sent. */
export interface RewrittenPlace {
  readonly sequence: number;
  readonly timestamp: number;
}

/** Packets of one layer, from one switch to the next. Numbers of packets don't wrap here. */
interface Stretch {
  readonly layer: SourceLayer;
  readonly sequenceOffset: number;
  readonly timestampOffset: number;
  /** The source's number of its first packet. */
  readonly first: number;
  highest: number;
  /** The newest packet's. */
  timestamp: number;
  atMs: number;
}

/**
 * Makes one stream of the layers, and of the publishers, that a subscriber is given one after the
 * other: its sequence numbers have no gap but for packets that are missing, none is used twice, and
 * its time goes on. Gaps of the source stay gaps, which a late packet fills.
 */
export class TrackRewriter {
  readonly #stretches: Stretch[] = [];
  #current: Stretch | undefined;
  /** The last number that was given out. */
  #highest: number;
  #timestamp = 0;

  /** `before`: the first packet has the next sequence number. */
  constructor(before: number) {
    this.#highest = before;
  }

  /** The layer whose packets are given a place. */
  get layer(): SourceLayer | undefined {
    return this.#current?.layer;
  }

  /** Begins to give places to a layer's packets, from this one on; of others there are no more. */
  switchTo(layer: SourceLayer, { sequence, timestamp }: SourcePacket, nowMs: number): void {
    const next = this.#nextTimestamp(layer, timestamp, nowMs);
    // Room below, for numbers that come before the first one.
    const first = sequence + 0x10000;
    const stretch: Stretch = {
      layer,
      sequenceOffset: this.#highest + 1 - first,
      timestampOffset: next - timestamp,
      first,
      highest: first - 1,
      timestamp,
      atMs: nowMs,
    };
    this.#stretches.push(stretch);
    if (this.#stretches.length > STRETCHES_MAX) {
      this.#stretches.shift();
    }
    this.#current = stretch;
  }

  /** Ends the stretch: a switch begins the next one. */
  pause(): void {
    this.#current = undefined;
  }

  /** Undefined for a packet that has no place: it is too late, or of another layer. */
  place(layer: SourceLayer, packet: SourcePacket, nowMs: number): RewrittenPlace | undefined {
    const current = this.#current;
    if (current?.layer !== layer) {
      return undefined;
    }
    const step = sequenceStep(current.highest & 0xffff, packet.sequence);
    if (Math.abs(step) > JUMP_PACKETS) {
      this.switchTo(layer, packet, nowMs);
      return this.place(layer, packet, nowMs);
    }
    const number = current.highest + step;
    if (number < current.first || step <= -LATE_PACKETS_MAX) {
      return undefined;
    }
    const timestamp = (packet.timestamp + current.timestampOffset) >>> 0;
    if (step > 0) {
      current.highest = number;
      current.timestamp = packet.timestamp;
      current.atMs = nowMs;
      this.#highest = number + current.sequenceOffset;
      this.#timestamp = timestamp;
    }
    return { sequence: (number + current.sequenceOffset) & 0xffff, timestamp };
  }

  /** The packet that was sent under a number, or would have been, if it is still kept. */
  find(
    sequence: number,
  ): { readonly packet: SourcePacket; readonly place: RewrittenPlace } | undefined {
    const number = this.#highest + sequenceStep(this.#highest & 0xffff, sequence);
    for (let index = this.#stretches.length - 1; index >= 0; index -= 1) {
      const stretch = this.#stretches[index];
      if (stretch === undefined || number < stretch.first + stretch.sequenceOffset) {
        continue;
      }
      const source = number - stretch.sequenceOffset;
      const packet =
        source > stretch.highest ? undefined : stretch.layer.history.find(source & 0xffff);
      const timestamp = ((packet?.timestamp ?? 0) + stretch.timestampOffset) >>> 0;
      return packet && { packet, place: { sequence, timestamp } };
    }
    return undefined;
  }

  /** The subscriber's clock at a time of ours; undefined before the source has reported its own. */
  timeAt(nowMs: number): { readonly wallMs: number; readonly timestamp: number } | undefined {
    const current = this.#current;
    const clock = current?.layer.clock;
    if (current === undefined || clock === undefined) {
      return undefined;
    }
    const elapsedMs = nowMs - clock.atMs;
    const ticks = Math.round((elapsedMs * current.layer.clockHz) / 1_000);
    return {
      wallMs: clock.wallMs + elapsedMs,
      timestamp: (clock.timestamp + ticks + current.timestampOffset) >>> 0,
    };
  }

  /** The time goes on by as much as passed at the publisher, or else here; at least by a tick. */
  #nextTimestamp(layer: SourceLayer, timestamp: number, nowMs: number): number {
    const last = this.#stretches.at(-1);
    if (last === undefined) {
      return timestamp;
    }
    const arrivedMs = Math.max(0, nowMs - last.atMs);
    const [from, to] = [wallOf(last.layer, last.timestamp), wallOf(layer, timestamp)];
    const sentMs = from === undefined || to === undefined ? arrivedMs : to - from;
    const elapsedMs = Math.abs(sentMs - arrivedMs) > CLOCKS_APART_MAX_MS ? arrivedMs : sentMs;
    const ticks = Math.max(1, Math.round((elapsedMs * layer.clockHz) / 1_000));
    return (this.#timestamp + ticks) >>> 0;
  }
}

function wallOf({ clock, clockHz }: SourceLayer, timestamp: number): number | undefined {
  return clock && wallAt(clock, timestamp, clockHz);
}

function wallAt(clock: SourceClock, timestamp: number, clockHz: number): number {
  return clock.wallMs + (((timestamp - clock.timestamp) | 0) * 1_000) / clockHz;
}
