import { type MissingPacket, missingPacket } from "./repair-requests.ts";
import { SEQUENCE_MODULUS, sequenceStep } from "./rtp-packet.ts";

/** Packets that may wait for an earlier one: a second at 8.5 Mb/s. */
const WINDOW_PACKETS = 1_024;
/** A jump by more than this is another stream under the same source. */
const JUMP_PACKETS = 3_000;

export interface ReorderOptions<Packet> {
  /** How long a missing packet is waited for. */
  readonly waitMs: number;
  /** Called in the order of sequence numbers. */
  readonly deliver: (packet: Packet) => void;
  /** Packets before the next delivered one will never come. */
  readonly onLost: (packets: number) => void;
}

interface Waiting<Packet> {
  readonly packet: Packet;
  readonly atMs: number;
}

/** Puts the packets of one source in order, within bounds of time and number. */
export class ReorderBuffer<Packet> {
  readonly #options: ReorderOptions<Packet>;
  readonly #waiting = new Map<number, Waiting<Packet>>();
  readonly #missing = new Map<number, MissingPacket>();
  /** The number of the packet that is delivered next; undefined before the first one. */
  #next: number | undefined;
  #highest = 0;

  constructor(options: ReorderOptions<Packet>) {
    this.#options = options;
  }

  /** The packets that are missing, the oldest first. */
  get missing(): Iterable<MissingPacket> {
    return this.#missing.values();
  }

  push(sequence: number, packet: Packet, nowMs: number): void {
    if (this.#next === undefined) {
      this.#next = sequence;
      this.#highest = (sequence - 1) & 0xffff;
    }
    const step = sequenceStep(this.#next, sequence);
    if (Math.abs(step) > JUMP_PACKETS) {
      this.#restart(sequence);
    } else if (step < 0) {
      return;
    } else if (step >= WINDOW_PACKETS) {
      this.#giveUpTo((sequence - WINDOW_PACKETS + 1) & 0xffff);
    }
    this.#note(sequence, nowMs);
    if (sequence === this.#next) {
      this.#deliver(packet);
      this.#release();
    } else {
      this.#waiting.set(sequence, { packet, atMs: nowMs });
    }
  }

  /** Gives up the packets that were waited for long enough. */
  expire(nowMs: number): void {
    const oldest = this.#missing.values().next().value;
    if (oldest !== undefined && nowMs - oldest.sinceMs > this.#options.waitMs) {
      const late = [...this.#missing.values()].filter(
        ({ sinceMs }) => nowMs - sinceMs > this.#options.waitMs,
      );
      const last = late.at(-1);
      if (last !== undefined) {
        this.#giveUpTo((last.sequence + 1) & 0xffff);
      }
    }
  }

  /** Delivers all that came: nothing more is waited for. */
  finish(): void {
    if (this.#next !== undefined) {
      this.#giveUpTo((this.#highest + 1) & 0xffff);
    }
  }

  #restart(sequence: number): void {
    this.finish();
    this.#options.onLost(1);
    this.#next = sequence;
    this.#highest = (sequence - 1) & 0xffff;
  }

  /** Remembers what is missing between the highest packet so far and this one. */
  #note(sequence: number, nowMs: number): void {
    const ahead = sequenceStep(this.#highest, sequence);
    if (ahead <= 0) {
      this.#missing.delete(sequence);
      return;
    }
    for (let step = 1; step < ahead; step += 1) {
      const missed = (this.#highest + step) % SEQUENCE_MODULUS;
      if (this.#next !== undefined && sequenceStep(this.#next, missed) >= 0) {
        this.#missing.set(missed, missingPacket(missed, nowMs));
      }
    }
    this.#highest = sequence;
  }

  #deliver(packet: Packet): void {
    this.#next = ((this.#next ?? 0) + 1) & 0xffff;
    this.#options.deliver(packet);
  }

  #release(): void {
    for (;;) {
      const next = this.#next ?? 0;
      const waiting = this.#waiting.get(next);
      if (waiting === undefined) {
        return;
      }
      this.#waiting.delete(next);
      this.#deliver(waiting.packet);
    }
  }

  #giveUpTo(sequence: number): void {
    let lost = 0;
    while (this.#next !== undefined && this.#next !== sequence) {
      const waiting = this.#waiting.get(this.#next);
      if (waiting === undefined) {
        lost += 1;
        this.#missing.delete(this.#next);
        this.#next = (this.#next + 1) & 0xffff;
      } else {
        this.#lost(lost);
        lost = 0;
        this.#waiting.delete(this.#next);
        this.#deliver(waiting.packet);
      }
    }
    this.#lost(lost);
    this.#release();
  }

  #lost(packets: number): void {
    if (packets > 0) {
      this.#options.onLost(packets);
    }
  }
}
