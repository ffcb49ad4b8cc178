import type { SessionEndReason } from "../port/events.ts";
import type { MediaErrorCode } from "../port/media-error.ts";

/** The reason for a broadcast's end when its encoder's bytes end in an error. */
export const END_REASONS = {
  protocol: "protocol-error",
  limit: "protocol-error",
  "unsupported-media": "unsupported-media",
  "video-codec": "video-codec",
  "audio-codec": "unsupported-media",
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

/** The channel doesn't take the encoder's media: nothing that came before is shown or recorded. */
export function isRefusal(reason: SessionEndReason): boolean {
  return REFUSALS.has(reason);
}
