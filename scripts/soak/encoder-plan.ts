/** One encoder of a soak run. */
export interface EncoderPlan {
  /** Stream key. */
  readonly key: string;
  /** It garbles what it sends; others only stall, drop and come back. */
  readonly hostile: boolean;
}

/** The report of a process's encoders at their end. */
export interface EncodersReport extends EncoderCounts {
  /** The part of the film that was sent, and in how many lives, by stream key. */
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
