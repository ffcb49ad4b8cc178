/** Codecs that protocols carry. A channel says of which it takes tracks. */
export type TrackCodec = VideoTrack["codec"] | AudioTrack["codec"];

/** One track of a publisher's media. */
export type TrackConfig = VideoTrack | AudioTrack;

interface Track {
  /**
   * Unique among all of a publisher's tracks. Video tracks have the numbers that the encoder gives
   * them: 0 is the first, where segments are cut; others are further renditions of the same
   * pictures.
   */
  readonly id: number;
  /** Ticks of its clock per second. */
  readonly clockHz: number;
}

export interface VideoTrack extends Track {
  readonly kind: "video";
  readonly codec: "h264" | "hevc";
  /**
   * The decoder configuration record (ISO/IEC 14496-15) for lengths of four bytes, whatever the
   * protocol had. Undefined until the encoder has sent it: units may come before.
   */
  readonly config: Uint8Array | undefined;
}

export interface AudioTrack extends Track {
  readonly kind: "audio";
  readonly codec: "aac" | "opus";
  /** AAC's AudioSpecificConfig (ISO/IEC 14496-3). Undefined until the encoder has sent it. */
  readonly config: Uint8Array | undefined;
}

/** One picture, or one frame of sound. */
export interface MediaUnit {
  /** Id of its track. */
  readonly track: number;
  /**
   * Ticks of the track's clock that go on where the protocol's timestamps wrap. Tracks of one
   * source share their origin.
   */
  readonly dts: number;
  readonly pts: number;
  /** Decoders can begin with it. */
  readonly key: boolean;
  /**
   * A picture's NAL units, without lengths or start codes, or one raw frame of sound. The writer of
   * a unit owns these bytes: they are valid during the call only, and a reader that needs them for
   * longer copies them. They are never changed.
   */
  readonly data: readonly Buffer[];
}

/**
 * Facts that an encoder announces about its media. Numbers are 0 and the name is empty if it
 * doesn't.
 */
export interface AnnouncedMedia {
  readonly frameRate: number;
  /** Bits per second. */
  readonly videoBitrate: number;
  readonly audioBitrate: number;
  readonly encoder: string;
  /** Announced of video tracks other than the first one. */
  readonly further: readonly AnnouncedTrack[];
}

export interface AnnouncedTrack {
  readonly track: number;
  readonly frameRate: number;
  readonly videoBitrate: number;
}

export const nothingAnnounced: AnnouncedMedia = {
  frameRate: 0,
  videoBitrate: 0,
  audioBitrate: 0,
  encoder: "",
  further: [],
};

/**
 * Takes a publisher's tracks and units, whatever protocol they came by. `configure` and `write`
 * throw MediaError for bad media.
 */
export interface UnitSink {
  /** A protocol refuses other codecs in its own words; `configure` refuses them too. */
  readonly takes: ReadonlySet<TrackCodec>;
  /**
   * Describes tracks before their first unit, and again when the encoder sends a configuration,
   * changed or not.
   */
  configure(tracks: readonly TrackConfig[]): void;
  write(unit: MediaUnit): void;
  /** The units that follow have come so many milliseconds ago: they were converted, or kept. */
  delayed?(ms: number): void;
}
