import { OPUS_CLOCK_HZ } from "../../../container/ogg/ogg-opus.ts";
import { Reception } from "../rtp/reception.ts";
import { ReorderBuffer } from "../rtp/reorder-buffer.ts";
import type { RtpPacket } from "../rtp/rtp-packet.ts";
import { TrackClock } from "./track-clock.ts";

/** Packets are 20 ms each; what comes later than this is replaced by silence. */
const WAIT_MS = 120;

/** Receives one track of Opus, in order. */
export class AudioReceiver {
  readonly clock = new TrackClock(OPUS_CLOCK_HZ);
  readonly #buffer: ReorderBuffer<RtpPacket>;
  #reception: Reception | undefined;
  #nowMs = 0;

  /** `onPacket` gets a packet and its time in samples of 48 kHz. */
  constructor(onPacket: (packet: Buffer, ticks: number) => void) {
    this.#buffer = new ReorderBuffer({
      waitMs: WAIT_MS,
      deliver: ({ payload, timestamp }) =>
        onPacket(payload, this.clock.ticks(timestamp, this.#nowMs)),
      onLost: () => undefined,
    });
  }

  get reception(): Reception | undefined {
    return this.#reception;
  }

  packet(packet: RtpPacket, nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#reception?.ssrc !== packet.ssrc) {
      this.#reception = new Reception(packet.ssrc, OPUS_CLOCK_HZ);
    }
    this.#reception.packet(packet.sequence, packet.timestamp, nowMs);
    this.#buffer.push(packet.sequence, packet, nowMs);
  }

  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#buffer.expire(nowMs);
  }

  /** Nothing more comes. */
  finish(): void {
    this.#buffer.finish();
  }
}
