import type { ReportBlock, SenderReport } from "./rtcp-packet.ts";
import { SEQUENCE_MODULUS, sequenceStep } from "./rtp-packet.ts";

const JITTER_SHIFT = 16;
const DELAY_UNITS_PER_MS = 65.536;

/** Counts what comes of one source, for the reports that its sender wants (RFC 3550, A.3, A.8). */
export class Reception {
  readonly ssrc: number;
  readonly #clockHz: number;
  #base: number | undefined;
  #cycles = 0;
  #highest = 0;
  #received = 0;
  #transit: number | undefined;
  #jitter = 0;
  #reportedExpected = 0;
  #reportedReceived = 0;
  #lastReport = 0;
  #lastReportAtMs = 0;

  constructor(ssrc: number, clockHz: number) {
    this.ssrc = ssrc;
    this.#clockHz = clockHz;
  }

  packet(sequence: number, timestamp: number, nowMs: number): void {
    this.#received += 1;
    if (this.#base === undefined) {
      this.#base = sequence;
      this.#highest = sequence;
    }
    const step = sequenceStep(this.#highest, sequence);
    if (step > 0) {
      this.#cycles += sequence < this.#highest ? 1 : 0;
      this.#highest = sequence;
    }
    const arrival = Math.round((nowMs * this.#clockHz) / 1_000);
    const transit = (arrival - timestamp) | 0;
    if (this.#transit !== undefined) {
      this.#jitter += (Math.abs((transit - this.#transit) | 0) - this.#jitter) / JITTER_SHIFT;
    }
    this.#transit = transit;
  }

  sent({ ntpMiddle }: SenderReport, nowMs: number): void {
    this.#lastReport = ntpMiddle;
    this.#lastReportAtMs = nowMs;
  }

  /** Reports what came since the last report. */
  report(nowMs: number): ReportBlock {
    const extended = this.#cycles * SEQUENCE_MODULUS + this.#highest;
    const expected = extended - (this.#base ?? 0) + 1;
    const expectedSince = expected - this.#reportedExpected;
    const lostSince = expectedSince - (this.#received - this.#reportedReceived);
    this.#reportedExpected = expected;
    this.#reportedReceived = this.#received;
    const share = expectedSince > 0 ? Math.max(0, lostSince) / expectedSince : 0;
    const delayMs = this.#lastReport === 0 ? 0 : nowMs - this.#lastReportAtMs;
    return {
      ssrc: this.ssrc,
      fractionLost: Math.min(255, Math.floor(share * 256)),
      lost: expected - this.#received,
      highestSequence: extended % 2 ** 32,
      jitter: Math.round(this.#jitter),
      lastReport: this.#lastReport,
      delaySinceLastReport: Math.round(delayMs * DELAY_UNITS_PER_MS) % 2 ** 32,
    };
  }
}
