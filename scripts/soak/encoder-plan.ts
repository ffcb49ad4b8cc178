/** One encoder of a soak run. */
export interface EncoderPlan {
  /** Stream key. */
  readonly key: string;
  /** It garbles what it sends; others only stall, drop and come back. */
  readonly hostile: boolean;
}

/** What the encoders of a process did, said at their end. */
export interface EncodersReport extends EncoderCounts {
  /** By stream key: what was sent of the film, and in how many lives. */
  readonly sent: Record<string, { readonly mediaMs: number; readonly lives: number }>;
}

export interface EncoderCounts {
  lives: number;
  /** Messages that were sent garbled. */
  garbled: number;
  /** Publishes that were answered with no. */
  refused: number;
  /** Lives that the server ended. */
  brokenOff: number;
}
