import { type SequenceRange, sequenceAfter, sequenceDistance } from "./sequence.ts";

/** Packets that may wait after a missing one; the sender gets it as the flow window. */
export const WINDOW_PACKETS = 8_192;

interface Gap {
  first: number;
  last: number;
  /** When the first packet after it came; what the sender has given up is long overdue. */
  noticedAtMs: number;
}

export interface ReceiveBufferOptions {
  readonly initialSequence: number;
  readonly latencyMs: number;
  readonly deliver: (payload: Buffer) => void;
  /** The stream goes on without so many packets. */
  readonly onLost: (packets: number) => void;
}

/**
 * Puts packets in order. A missing one is waited for as long as the latency that both sides agreed
 * on, from the moment that its absence shows; then the stream goes on without it. What is in order
 * is handed on at once: media has timestamps of its own, and needs no delivery in step with the
 * sender's clock (draft-sharabayko-srt-01, 4.5 and 4.6).
 */
export class ReceiveBuffer {
  readonly #latencyMs: number;
  readonly #deliver: (payload: Buffer) => void;
  readonly #onLost: (packets: number) => void;
  /** Out of order, by sequence number. */
  readonly #waiting = new Map<number, Buffer>();
  /** Gaps in the order of their numbers, without overlaps. */
  #gaps: Gap[] = [];
  #next: number;
  /** One after the latest packet that came or was given up. */
  #end: number;
  #lost = 0;

  constructor({ initialSequence, latencyMs, deliver, onLost }: ReceiveBufferOptions) {
    this.#next = initialSequence;
    this.#end = initialSequence;
    this.#latencyMs = latencyMs;
    this.#deliver = deliver;
    this.#onLost = onLost;
  }

  /** All before it has come or was given up. */
  get next(): number {
    return this.#next;
  }

  /** Packets for which there is room. */
  get room(): number {
    return WINDOW_PACKETS - this.#waiting.size;
  }

  /** Packets that were given up. */
  get lost(): number {
    return this.#lost;
  }

  get missing(): readonly SequenceRange[] {
    return this.#gaps;
  }

  /**
   * Whether a packet is neither a duplicate, nor too late, nor further ahead than a sender may go.
   */
  wants(sequence: number): boolean {
    const ahead = sequenceDistance(this.#next, sequence);
    return ahead >= 0 && !this.#waiting.has(sequence) && (ahead < WINDOW_PACKETS || this.#isIdle);
  }

  /** A packet that is wanted. The packets whose absence it shows. */
  push(sequence: number, payload: Buffer, nowMs: number): SequenceRange | undefined {
    if (sequenceDistance(this.#next, sequence) >= WINDOW_PACKETS) {
      // Too many are missing to wait for them: the sender went on elsewhere.
      this.#onLost(sequenceDistance(this.#next, sequence));
      this.#next = sequence;
      this.#end = sequence;
    }
    const skipped = sequenceDistance(this.#end, sequence);
    let gap: Gap | undefined;
    if (skipped >= 0) {
      if (skipped > 0) {
        gap = { first: this.#end, last: sequenceAfter(sequence, -1), noticedAtMs: nowMs };
        this.#gaps.push(gap);
      }
      this.#end = sequenceAfter(sequence, 1);
    } else {
      this.#cut({ first: sequence, last: sequence });
    }
    this.#waiting.set(sequence, payload);
    this.#advance();
    return gap;
  }

  /** The sender will not send these any more. */
  giveUp({ first, last }: SequenceRange, nowMs: number): void {
    const from = sequenceDistance(this.#next, first) < 0 ? this.#next : first;
    const furthest = sequenceAfter(this.#next, WINDOW_PACKETS - 1);
    const to = sequenceDistance(furthest, last) > 0 ? furthest : last;
    if (sequenceDistance(from, to) < 0) {
      return;
    }
    const overdue: Gap[] = this.#cut({ first: from, last: to });
    if (sequenceDistance(this.#end, to) >= 0) {
      const start = sequenceDistance(this.#end, from) > 0 ? from : this.#end;
      if (start !== this.#end) {
        this.#gaps.push({ first: this.#end, last: sequenceAfter(start, -1), noticedAtMs: nowMs });
      }
      overdue.push({ first: start, last: to, noticedAtMs: 0 });
      this.#end = sequenceAfter(to, 1);
    }
    if (overdue.length === 0) {
      return;
    }
    const all = [...this.#gaps, ...overdue.map((gap) => ({ ...gap, noticedAtMs: -Infinity }))];
    this.#gaps = all.sort((a, b) => sequenceDistance(b.first, a.first));
    this.expire(-Infinity);
  }

  /** Goes on without what has been waited for long enough. */
  expire(nowMs: number): void {
    for (;;) {
      const [gap] = this.#gaps;
      if (
        gap === undefined ||
        gap.first !== this.#next ||
        gap.noticedAtMs + this.#latencyMs > nowMs
      ) {
        return;
      }
      this.#gaps.shift();
      const packets = sequenceDistance(gap.first, gap.last) + 1;
      this.#lost += packets;
      this.#onLost(packets);
      this.#next = sequenceAfter(gap.last, 1);
      this.#advance();
    }
  }

  /** Nothing more comes: goes on without all that is missing. */
  finish(): void {
    this.expire(Number.POSITIVE_INFINITY);
  }

  get #isIdle(): boolean {
    return this.#waiting.size === 0 && this.#gaps.length === 0;
  }

  #advance(): void {
    for (;;) {
      const payload = this.#waiting.get(this.#next);
      if (payload === undefined) {
        return;
      }
      this.#waiting.delete(this.#next);
      this.#next = sequenceAfter(this.#next, 1);
      this.#deliver(payload);
    }
  }

  /** Takes a range out of the gaps; what of them was in it. */
  #cut({ first, last }: SequenceRange): Gap[] {
    const taken: Gap[] = [];
    this.#gaps = this.#gaps.flatMap((gap) => {
      if (sequenceDistance(gap.last, first) > 0 || sequenceDistance(last, gap.first) > 0) {
        return [gap];
      }
      const { noticedAtMs } = gap;
      const from = sequenceDistance(gap.first, first) > 0 ? first : gap.first;
      const to = sequenceDistance(last, gap.last) > 0 ? last : gap.last;
      taken.push({ first: from, last: to, noticedAtMs });
      const rest: Gap[] = [];
      if (from !== gap.first) {
        rest.push({ first: gap.first, last: sequenceAfter(from, -1), noticedAtMs });
      }
      if (to !== gap.last) {
        rest.push({ first: sequenceAfter(to, 1), last: gap.last, noticedAtMs });
      }
      return rest;
    });
    return taken;
  }
}
