import type { SessionEndReason } from "../port/events.ts";
import type { MediaErrorCode } from "../port/media-error.ts";

/** Why a broadcast ends when its encoder's bytes end in an error. */
export const END_REASONS = {
  protocol: "protocol-error",
  limit: "protocol-error",
  "unsupported-media": "unsupported-media",
  "video-codec": "video-codec",
  "multitrack-not-allowed": "multitrack-not-allowed",
  "multitrack-track-count": "multitrack-track-count",
  "multitrack-track-media": "multitrack-track-media",
  refused: "stopped",
  engine: "internal-error",
} as const satisfies Record<MediaErrorCode, SessionEndReason>;

const REFUSALS: ReadonlySet<SessionEndReason> = new Set([
  "unsupported-media",
  "video-codec",
  "multitrack-not-allowed",
  "multitrack-required",
  "multitrack-track-count",
  "multitrack-track-media",
]);

/**
 * The encoder's media isn't what the channel takes: nothing is shown or recorded of what came
 * before that was seen.
 */
export function isRefusal(reason: SessionEndReason): boolean {
  return REFUSALS.has(reason);
}
