/**
 * Bounds of everything that an outsider can make grow. Defaults were chosen from what broke in
 * other ingest servers; the host may give those of the service that it is.
 */
export interface MediaLimits {
  /** Open ingest connections, accepted or not. */
  readonly connectionsMax: number;
  /** TCP connections from one address, so that no single one takes all the places. */
  readonly connectionsOfAddressMax: number;
  /** Chunk streams per connection. Encoders use four to eight. */
  readonly chunkStreamsMax: number;
  /** Bytes of one message before the publisher is accepted: a command is a few hundred bytes. */
  readonly messageBytesBeforePublishMax: number;
  /**
   * Bytes of one message, or of one unit, afterwards: a 4K keyframe at a very high rate is about 4
   * MiB.
   */
  readonly messageBytesMax: number;
  /** Bytes that may wait in a connection's socket for a peer that does not read our answers. */
  readonly unreadAnswerBytesMax: number;
  /** Time from a connection to its publisher's question whether it may publish. */
  readonly publishDeadlineMs: number;
  /** Time for the host's decision on that: it may let encoders wait for their turn. */
  readonly decisionDeadlineMs: number;
  /** Time without media, after which a publisher is disconnected. */
  readonly idleDeadlineMs: number;
  /** Time without a single video frame: input of sound alone is not supported. */
  readonly videoDeadlineMs: number;
  /** Least length of a live segment; it is cut at the first keyframe after it. */
  readonly segmentDurationMs: number;
  /** A stream without keyframes for this long is ended: its segment would grow without bound. */
  readonly segmentDurationMaxMs: number;
  /** Bytes of one segment: 30 s at 17 Mb/s. */
  readonly segmentBytesMax: number;
  /** Media kept in memory for playback, beyond which the oldest segments go. */
  readonly segmentsKeptMs: number;
  /** Their bytes in one rendition, past which even listed ones go: a minute at that rate. */
  readonly segmentsKeptBytesMax: number;
  /** Playlists and segments stay this long after the broadcast ended. */
  readonly endedStreamKeptMs: number;
  /** Length of a recorded file, as near as whole live segments come to it. */
  readonly recordingFileDurationMs: number;
  /**
   * Bytes of recorded files waiting for the host in memory, per stream; past it they wait on the
   * disk. Where there is no room either, a file is dropped and the gap is recorded.
   */
  readonly recordingMemoryBytesMax: number;
  /** Failed file writes in a row after which a recording is given up. */
  readonly recordingFailuresMax: number;
  /**
   * Time for which a recording's end waits for its last thumbnail: as long as one may be decoded.
   */
  readonly lastThumbnailMaxMs: number;
  /** The highest priority with which a publisher may ask to take over; the lowest is 1. */
  readonly priorityMax: number;
  /** Takeovers of one broadcast. */
  readonly takeoversMax: number;
  /**
   * Source media that waits for ffmpeg per stream; past it a ladder is given up. Half a minute at
   * 17 Mb/s.
   */
  readonly transcodeBacklogBytesMax: number;
  /** Times that ffmpeg is started again for one broadcast within about a minute. */
  readonly transcodeRestartsMax: number;
  /**
   * Time from the source's first segment to the first segment of every rendition; past it the
   * source is served alone.
   */
  readonly transcodeStartDeadlineMs: number;
  /** Share of real time below which an encoder with a backlog will never catch up. */
  readonly transcodeSpeedMin: number;
  /** How long `close` waits for recordings to be written. */
  readonly closeTimeoutMs: number;
}

export const defaultMediaLimits: MediaLimits = {
  connectionsMax: 2_000,
  connectionsOfAddressMax: 1_000,
  chunkStreamsMax: 64,
  messageBytesBeforePublishMax: 128 * 1024,
  messageBytesMax: 8 * 1024 * 1024,
  unreadAnswerBytesMax: 64 * 1024,
  publishDeadlineMs: 10_000,
  decisionDeadlineMs: 60_000,
  idleDeadlineMs: 30_000,
  videoDeadlineMs: 10_000,
  segmentDurationMs: 2_000,
  segmentDurationMaxMs: 30_000,
  segmentBytesMax: 64 * 1024 * 1024,
  segmentsKeptMs: 15_000,
  segmentsKeptBytesMax: 128 * 1024 * 1024,
  endedStreamKeptMs: 60_000,
  recordingFileDurationMs: 10_000,
  recordingMemoryBytesMax: 32 * 1024 * 1024,
  recordingFailuresMax: 3,
  lastThumbnailMaxMs: 10_000,
  priorityMax: 2_147_483_647,
  takeoversMax: 20,
  transcodeBacklogBytesMax: 64 * 1024 * 1024,
  transcodeRestartsMax: 3,
  transcodeStartDeadlineMs: 10_000,
  transcodeSpeedMin: 0.95,
  closeTimeoutMs: 8_000,
};
