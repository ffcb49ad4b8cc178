/** Packets that are only late aren't asked for. */
const PATIENCE_MS = 10;
/**
 * Shorter than many a round trip: a request or its answer is lost as easily as the packet was, and
 * browsers don't answer twice within a round trip.
 */
const ASK_AGAIN_MS = 40;
/** Packets of one request. */
const ASKED_AT_ONCE_MAX = 128;
/** A picture that stands still for so long is more likely to go on with a keyframe. */
const STUCK_MS = 450;

/** A packet that hasn't come, while it is asked for. */
export interface MissingPacket {
  readonly sequence: number;
  readonly sinceMs: number;
  askedAtMs: number;
  /** Whether a keyframe was asked for in its place. */
  replaced: boolean;
}

export function missingPacket(sequence: number, sinceMs: number): MissingPacket {
  return { sequence, sinceMs, askedAtMs: Number.NEGATIVE_INFINITY, replaced: false };
}

/** The packets to ask for now, which count as asked for then. `missing`: the oldest first. */
export function packetsToAskFor(missing: Iterable<MissingPacket>, nowMs: number): number[] {
  const asks: number[] = [];
  for (const packet of missing) {
    if (asks.length === ASKED_AT_ONCE_MAX) {
      break;
    }
    if (nowMs - packet.sinceMs >= PATIENCE_MS && nowMs - packet.askedAtMs >= ASK_AGAIN_MS) {
      packet.askedAtMs = nowMs;
      asks.push(packet.sequence);
    }
  }
  return asks;
}

/** Decides whether a keyframe is to be asked for: once for a packet that is never repaired. */
export function needsKeyframeFor(missing: Iterable<MissingPacket>, nowMs: number): boolean {
  let needs = false;
  for (const packet of missing) {
    if (nowMs - packet.sinceMs < STUCK_MS) {
      break;
    }
    needs ||= !packet.replaced;
    packet.replaced = true;
  }
  return needs;
}
