import type { StreamMedia } from "./source.ts";

/** Heights of pictures: more than `above`, at most `upTo`. */
export interface HeightRange {
  readonly above: number;
  readonly upTo: number;
}

/** The parts of a broadcast that are recorded. */
export interface RecordingPlan {
  /** Renditions whose height lies in one of the ranges, or the best one where none does. */
  readonly renditions: "all" | "none" | readonly HeightRange[];
  /** Undefined without thumbnails; there are none either where the engine has no ffmpeg. */
  readonly thumbnails: ThumbnailPlan | undefined;
  /** Default: that of channels. */
  readonly layout?: RecordingLayout | undefined;
  /** Length of a recorded file, as near as whole segments come. Default: the engine's limit. */
  readonly fileDurationMs?: number | undefined;
}

/** How a recording's objects are named, and its playlists written. */
export interface RecordingLayout {
  /** Name of the multivariant playlist, such as `master.m3u8`. */
  readonly playlist: string;
  /** Name of the one whose entries are ranges of files; undefined where there are none. */
  readonly byteRangePlaylist: string | undefined;
  /** Number of the first file and of the first thumbnail. */
  readonly firstNumber: number;
  /** Folder of thumbnails below those of their kind; empty where they have none. */
  readonly thumbnailFolder: string;
  /** Comes before a thumbnail's number. */
  readonly thumbnailPrefix: string;
  /** See `RecordingMedia`. */
  readonly finalType: "VOD" | undefined;
}

/** Media that is recorded without a broadcast. */
export interface UnitRecording {
  /** Opaque names in the host's calls and events, as of a broadcast. */
  readonly streamName: string;
  readonly streamId: string;
  /** Its renditions are `none`, or the one that there is, in a folder of `renditionName`. */
  readonly plan: RecordingPlan;
  readonly renditionName: string;
  /** Pictures are left out. */
  readonly isSoundOnly: boolean;
}

/** A publication that is to be recorded. */
export interface PublicationRecording extends UnitRecording {
  readonly group: string;
  readonly publication: string;
  /** The publisher, which may be one that waits in another's place. */
  readonly session: string;
}

/** Recordings of what an engine forwards. */
export interface MediaRecordings {
  /**
   * Records a publication until it ends, by the host's calls and events for recordings. Resolves
   * false where there is no such publication.
   */
  recordPublication(recording: PublicationRecording): Promise<boolean>;
  /**
   * Ends the recording of a publication, which goes on: what there is of it is written. False where
   * it isn't recorded under this stream's id.
   */
  stopRecording(group: string, streamId: string): Promise<boolean>;
}

export interface ThumbnailPlan {
  /** Media time between two, as near as keyframes at segments' beginnings come. */
  readonly intervalMs: number;
  /**
   * Thumbnails are taken of the best rendition in this range; of the encoder's own where there is
   * none, or no range. Without a range an encoder of several tracks has thumbnails of each.
   */
  readonly heights: HeightRange | undefined;
  /** Each under a number of its own. */
  readonly sequential: boolean;
  /** One object that is overwritten. */
  readonly latest: boolean;
}

export interface RecordingStatus {
  readonly state: "waiting" | "recording" | "failed" | "complete";
  /** Media time acknowledged by the host. */
  readonly durationMs: number;
  /** Bytes of objects waiting for the host. */
  readonly pendingBytes: number;
  readonly gaps: number;
  /** Pictures that could not be decoded or written. */
  readonly thumbnailsLost: number;
}

/** A broadcast as it is known when its recording starts. */
export interface RecordingStart {
  readonly streamName: string;
  readonly streamId: string;
  /** Wall clock of the first recorded frame. */
  readonly startedAtMs: number;
  /** Undefined of a publication. */
  readonly stream: StreamMedia | undefined;
  readonly media: RecordingMedia;
}

/** The earlier part of a recording that goes on. */
export interface RecordingContinuation {
  /** Its files so far, written for an earlier broadcast; none for a new recording. */
  readonly rows: readonly RecordingFileRow[];
  /** Number of its numbered thumbnails. */
  readonly thumbnails: number;
}

/** A recording's renditions, as its playlists and its JSON metadata describe them. */
export interface RecordingMedia {
  /** Folder of all HLS objects relative to the recording's prefix: `media/hls`. */
  readonly hlsPath: string;
  /** `master.m3u8` */
  readonly playlist: string;
  /** `byte-range-multivariant.m3u8`; undefined where there are no playlists of byte ranges. */
  readonly byteRangePlaylist: string | undefined;
  /** Number of the first file: 0 if left out. */
  readonly firstNumber?: number | undefined;
  /**
   * `VOD`: playlists get this type and their end when the recording has it. Left out, they have
   * both from the first one on, the type EVENT, and the tags of Twitch's players.
   */
  readonly finalType?: "VOD" | undefined;
  /** Empty when only thumbnails are recorded. */
  readonly renditions: readonly RecordingRendition[];
  /** Folder of `thumb0.jpg`, `thumb1.jpg`, …, relative to the prefix. */
  readonly thumbnails?: RecordingThumbnails | undefined;
  /** The one object that is overwritten. */
  readonly latestThumbnail?: RecordingThumbnails | undefined;
  /** Thumbnails of the further tracks of a multitrack source, in folders below those two. */
  readonly additionalThumbnails?: readonly RecordingThumbnails[] | undefined;
  readonly additionalLatestThumbnails?: readonly RecordingThumbnails[] | undefined;
}

export interface RecordingThumbnails {
  /** Relative to the recording's prefix. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

export interface RecordingRendition {
  /** Folder relative to `hlsPath`, such as `720p30`. */
  readonly path: string;
  /** `playlist.m3u8` */
  readonly playlist: string;
  /** `byte-range-variant.m3u8` */
  readonly byteRangePlaylist: string | undefined;
  /** Size and rate are 0 where there is only sound. */
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  /** RFC 6381 list, such as `avc1.64001F,mp4a.40.2`; empty where it isn't known for all files. */
  readonly codecs: string;
}

/** One keyframe interval inside a file. */
export interface RecordingByteRange {
  readonly offset: number;
  readonly length: number;
  readonly durationMs: number;
}

/** A line of the playlists that belongs to a moment. */
export interface RecordingMark {
  /** Wall clock. */
  readonly atMs: number;
  readonly tag: string;
}

/**
 * One recorded file. The host stores it with the object; from the stored rows and the
 * `RecordingMedia`, `renderRecordingPlaylists` makes the playlists, also after a crash.
 */
export interface RecordingFileRow {
  /** `path` of its rendition. */
  readonly rendition: string;
  /**
   * n of `<n>.ts` or `<n>.mp4`, less the recording's first number; rising from 0, with holes where
   * files were lost; goes on from broadcast to broadcast. It is the same stretch of time in all
   * renditions.
   */
  readonly index: number;
  /**
   * File name of what players read before it, in the same folder; undefined in a transport stream.
   */
  readonly init?: string | undefined;
  readonly durationMs: number;
  readonly length: number;
  /** Wall clock of its first frame. */
  readonly programDateTimeMs: number;
  /** True when timestamps or continuity break between the row before and this one. */
  readonly discontinuity: boolean;
  /** Contiguous, in order, covering the file. */
  readonly byteRanges: readonly RecordingByteRange[];
  /** Marks of moments in the file, in order; left out without any. */
  readonly marks?: readonly RecordingMark[];
}

/**
 * Pieces that follow each other, since to join them first would cost a copy of the whole stream; or
 * a file that waits in the stream's folder of `SpillOptions.segments` (`KeptRecordings.pathOf`).
 * Nothing is written to that file any more, so the host may take it as it is, by a link.
 */
export type RecordingBody =
  | readonly Uint8Array[]
  | { readonly file: string; readonly length: number; readonly crc32: number };

export interface RecordingObject {
  readonly streamName: string;
  readonly streamId: string;
  /** Relative to the recording's prefix, such as `media/hls/720p30/0.ts`. */
  readonly path: string;
  readonly contentType: string;
  readonly body: RecordingBody;
  /** Present for files of media. Store it when the object is written, not before. */
  readonly row?: RecordingFileRow;
  /** Present for numbered thumbnails, counted from 0. Store that there are n + 1. */
  readonly thumbnail?: number;
}
