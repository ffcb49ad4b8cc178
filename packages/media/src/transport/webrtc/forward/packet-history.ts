import { sequenceStep } from "../rtp/rtp-packet.ts";

/** A packet of a publisher, as its subscribers are given it. Nobody changes its payload. */
export interface SourcePacket {
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Buffer;
  /** Decoders can begin with it. */
  readonly beginsKeyframe: boolean;
}

/** A packet, and when it came. */
export interface KeptPacket {
  readonly packet: SourcePacket;
  readonly arrivedMs: number;
}

/** A power of two: more than a second at 8.5 Mb/s. */
const PACKETS_MAX = 1_024;

/**
 * The last packets of one source, for subscribers that have lost some: one copy for all of them,
 * within bounds of number and bytes.
 */
export class PacketHistory {
  readonly #bytesMax: number;
  readonly #slots: (SourcePacket | undefined)[] = new Array(PACKETS_MAX).fill(undefined);
  /** By slot. */
  readonly #arrivedMs = new Float64Array(PACKETS_MAX);
  #bytes = 0;
  /** Nothing older than this is kept. */
  #oldest = 0;
  #highest: number | undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(packet: SourcePacket, nowMs: number): void {
    const { sequence, payload } = packet;
    if (this.#highest === undefined) {
      this.#highest = sequence;
      this.#oldest = sequence;
    }
    const ahead = sequenceStep(this.#highest, sequence);
    if (ahead <= -PACKETS_MAX) {
      return;
    }
    this.#drop(sequence);
    this.#slots[sequence % PACKETS_MAX] = packet;
    this.#arrivedMs[sequence % PACKETS_MAX] = nowMs;
    this.#bytes += payload.length;
    if (ahead > 0) {
      this.#highest = sequence;
    }
    while (
      this.#bytes > this.#bytesMax ||
      sequenceStep(this.#oldest, this.#highest) >= PACKETS_MAX
    ) {
      this.#forgetOldest();
    }
  }

  /** Undefined for a packet that is too old, or that never came. */
  find(sequence: number): SourcePacket | undefined {
    const packet = this.#slots[sequence % PACKETS_MAX];
    return packet?.sequence === sequence ? packet : undefined;
  }

  /** All of them, in the order of their numbers. */
  *all(): Iterable<KeptPacket> {
    if (this.#highest === undefined) {
      return;
    }
    const length = sequenceStep(this.#oldest, this.#highest) + 1;
    for (let step = 0; step < length; step += 1) {
      const sequence = (this.#oldest + step) & 0xffff;
      const packet = this.find(sequence);
      if (packet !== undefined) {
        yield { packet, arrivedMs: this.#arrivedMs[sequence % PACKETS_MAX] ?? 0 };
      }
    }
  }

  #forgetOldest(): void {
    if (this.#slots[this.#oldest % PACKETS_MAX]?.sequence === this.#oldest) {
      this.#drop(this.#oldest);
    }
    this.#oldest = (this.#oldest + 1) & 0xffff;
  }

  #drop(sequence: number): void {
    const slot = sequence % PACKETS_MAX;
    this.#bytes -= this.#slots[slot]?.payload.length ?? 0;
    this.#slots[slot] = undefined;
  }
}
