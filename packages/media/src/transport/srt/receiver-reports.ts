import { CONTROL, PACKET_BYTES_MAX } from "./packet.ts";
import type { ReceiveBuffer } from "./receive-buffer.ts";
import { type SequenceRange, writeLossList } from "./sequence.ts";

/** Before it was measured (draft-sharabayko-srt-01, 4.10). */
const INITIAL_RTT_MS = 100;
const NAK_INTERVAL_MIN_MS = 20;
/** ACKs whose confirmation may still come. */
const ACKS_REMEMBERED = 128;
const RATE_PERIOD_MS = 1_000;
/** 28 and 8 are IP's and UDP's headers, 16 is SRT's. */
const LOSS_WORDS_MAX = Math.floor((PACKET_BYTES_MAX - 28 - 16) / 4);

/**
 * Reports of a receiver to the sender: how far it has come (ACK, 3.2.4) and what is missing (NAK,
 * 3.2.5).
 */
export class ReceiverReports {
  readonly #buffer: ReceiveBuffer;
  readonly #send: (type: number, info: number, body: Buffer) => void;
  #rttMs = INITIAL_RTT_MS;
  #rttVarianceMs = INITIAL_RTT_MS / 2;
  #ackNumber = 0;
  #ackedSequence: number;
  #ackedAtMs = 0;
  #isConfirmed = true;
  /** When ACKs were sent, by number. */
  readonly #sentAcks = new Map<number, number>();
  #nakAtMs = 0;
  #packets = 0;
  #bytes = 0;
  #packetsPerSecond = 0;
  #bytesPerSecond = 0;
  #rateSinceMs = 0;

  constructor(buffer: ReceiveBuffer, send: (type: number, info: number, body: Buffer) => void) {
    this.#buffer = buffer;
    this.#send = send;
    this.#ackedSequence = buffer.next;
  }

  count(bytes: number): void {
    this.#packets += 1;
    this.#bytes += bytes;
  }

  /** Told at once, and again until it has come or was given up. */
  lost(ranges: readonly SequenceRange[]): void {
    this.#send(CONTROL.nak, 0, writeLossList(ranges, LOSS_WORDS_MAX));
  }

  /** The sender has received an ACK: that is how round trips are measured. */
  confirmed(number: number, nowMs: number): void {
    const sentAtMs = this.#sentAcks.get(number);
    if (sentAtMs === undefined) {
      return;
    }
    this.#sentAcks.delete(number);
    this.#isConfirmed ||= number === this.#ackNumber;
    const rttMs = nowMs - sentAtMs;
    this.#rttVarianceMs += (Math.abs(rttMs - this.#rttMs) - this.#rttVarianceMs) / 4;
    this.#rttMs += (rttMs - this.#rttMs) / 8;
  }

  /** Called each 10 ms, which is the period of full ACKs. */
  tick(nowMs: number): void {
    this.#measure(nowMs);
    const patienceMs = this.#rttMs + 4 * this.#rttVarianceMs;
    const isDue = !this.#isConfirmed && nowMs - this.#ackedAtMs > patienceMs;
    if (this.#buffer.next !== this.#ackedSequence || isDue) {
      this.#acknowledge(nowMs);
    }
    const { missing } = this.#buffer;
    const nakIntervalMs = Math.max(patienceMs / 2, NAK_INTERVAL_MIN_MS);
    if (missing.length > 0 && nowMs - this.#nakAtMs > nakIntervalMs) {
      this.#nakAtMs = nowMs;
      this.lost(missing);
    }
  }

  #acknowledge(nowMs: number): void {
    this.#ackNumber = (this.#ackNumber + 1) % 2 ** 32;
    this.#ackedSequence = this.#buffer.next;
    this.#ackedAtMs = nowMs;
    this.#isConfirmed = false;
    this.#sentAcks.set(this.#ackNumber, nowMs);
    for (const oldest of this.#sentAcks.keys()) {
      if (this.#sentAcks.size <= ACKS_REMEMBERED) {
        break;
      }
      this.#sentAcks.delete(oldest);
    }
    const body = Buffer.alloc(28);
    body.writeUInt32BE(this.#ackedSequence, 0);
    body.writeUInt32BE(Math.round(this.#rttMs * 1_000), 4);
    body.writeUInt32BE(Math.round(this.#rttVarianceMs * 1_000), 8);
    body.writeUInt32BE(Math.max(2, this.#buffer.room), 12);
    body.writeUInt32BE(this.#packetsPerSecond, 16);
    // The link isn't probed: what it carried is all that is known of its capacity.
    body.writeUInt32BE(this.#packetsPerSecond, 20);
    body.writeUInt32BE(this.#bytesPerSecond, 24);
    this.#send(CONTROL.ack, this.#ackNumber, body);
  }

  #measure(nowMs: number): void {
    const elapsedMs = nowMs - this.#rateSinceMs;
    if (elapsedMs < RATE_PERIOD_MS) {
      return;
    }
    this.#packetsPerSecond = Math.round((this.#packets * 1_000) / elapsedMs);
    this.#bytesPerSecond = Math.round((this.#bytes * 1_000) / elapsedMs);
    this.#packets = 0;
    this.#bytes = 0;
    this.#rateSinceMs = nowMs;
  }
}
