import type { ReportBlock } from "../rtp/rtcp-packet.ts";

/** More than this no channel takes. */
const BITRATE_MAX = 8_500_000;
const BITRATE_MIN = 300_000;
/** Loss in parts of 256 below which there is room, and above which there isn't. */
const LOSS_LOW = 5;
const LOSS_HIGH = 26;
const UP = 1.08;

/**
 * The bitrate that a sender may use. Without a word about it browsers begin at 300 kb/s and take
 * half a minute; this begins at the top, and goes down with what is lost (the loss-based controller
 * of draft-ietf-rmcat-gcc-02, 6).
 */
export class Bandwidth {
  #bitrate = BITRATE_MAX;

  /** `limit`: what the channel takes. */
  bitrate(limit = BITRATE_MAX): number {
    return Math.min(this.#bitrate, limit);
  }

  /** Called once a second. */
  reported({ fractionLost }: ReportBlock): void {
    if (fractionLost > LOSS_HIGH) {
      this.#bitrate = Math.max(BITRATE_MIN, this.#bitrate * (1 - fractionLost / 512));
    } else if (fractionLost < LOSS_LOW) {
      this.#bitrate = Math.min(BITRATE_MAX, this.#bitrate * UP);
    }
  }
}
