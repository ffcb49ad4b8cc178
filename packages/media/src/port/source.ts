/**
 * Renditions that the encoder makes itself, each a video track of its own: nothing is transcoded
 * then.
 */
export interface MultitrackPlan {
  /** A source with one track is turned away. */
  readonly required: boolean;
  /** Lines of the largest. */
  readonly heightMax: number;
}

export interface VideoMedia {
  readonly width: number;
  readonly height: number;
  /**
   * Frames per second: announced, or else from the SPS, or else measured over the first segment.
   */
  readonly frameRate: number;
  /** RFC 6381, such as `avc1.64001F`. */
  readonly codec: string;
  /** `Baseline`, `Constrained Baseline`, `Main`, `High`, … */
  readonly profile: string;
  /** Such as `3.1`. */
  readonly level: string;
  /**
   * Announced by the encoder in onMetaData, or else what its first segment measures; 0 of a further
   * track before that one.
   */
  readonly targetBitrate: number;
}

/**
 * Codec facts, read from the stream itself (sequence headers and frames), with what the encoder
 * announced.
 */
export interface StreamMedia {
  readonly video: VideoMedia;
  /** The other tracks of a multitrack source, by number; undefined where there are none. */
  readonly furtherVideo?: readonly (VideoMedia & { readonly track: number })[];
  readonly audio:
    | {
        /** Such as `mp4a.40.2`. */
        readonly codec: string;
        readonly sampleRate: number;
        readonly channels: number;
        readonly targetBitrate: number;
      }
    | undefined;
  /** Encoder's own name, at most 128 characters, empty when not announced. */
  readonly encoder: string;
}

/** Measurements over the last few segments. */
export interface StreamMeasurement {
  readonly videoBitrate: number;
  readonly audioBitrate: number;
  readonly frameRate: number;
  readonly keyframeIntervalMs: number;
}

/** Measurements of one video track of several; `audioBitrate` is of the one track of sound. */
export interface TrackMeasurement extends StreamMeasurement {
  readonly track: number;
}

export type StreamHealth = "HEALTHY" | "STARVING" | "UNKNOWN";
