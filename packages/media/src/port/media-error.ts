/** Closed list of what can be wrong; the message is for the operator and holds no secret. */
export type MediaErrorCode =
  /** The peer's bytes are not what its protocol or container specifies. */
  | "protocol"
  /** The peer passed one of `MediaLimits`. */
  | "limit"
  /** Valid, but not something that is ingested here (MP3, audio only). */
  | "unsupported-media"
  /** Video in a codec that isn't taken. */
  | "video-codec"
  /** Sound in a codec that isn't taken. */
  | "audio-codec"
  /** Several video tracks where the channel takes one. */
  | "multitrack-not-allowed"
  | "multitrack-track-count"
  /** Sizes or keyframes of the tracks don't go together. */
  | "multitrack-track-media"
  /** The peer may not do this. */
  | "refused"
  /** The engine can't do this now (port taken, already closed). */
  | "engine";

export class MediaError extends Error {
  readonly code: MediaErrorCode;

  constructor(code: MediaErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "MediaError";
    this.code = code;
  }
}
