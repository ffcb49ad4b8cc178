import type {
  IngestPorts,
  KeptRecordings,
  MediaEngine,
  MediaEngineOptions,
  MediaHost,
  RecordingFileRow,
  RecordingMedia,
} from "@rolecast/media";

/** A playlist of a finished recording, its path relative to the recording's prefix. */
export interface RenderedPlaylist {
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

/**
 * The part of @rolecast/media that this service needs; the platform binds its settings and
 * certificate.
 */
export interface MediaPort {
  /**
   * Makes an engine with what is IVS's own; it listens once started, and starts once. `again` are
   * the ports of the engine before it, so that a reset server is found where it was.
   */
  createEngine(
    host: MediaHost,
    ivs: Pick<MediaEngineOptions, "path" | "limits">,
    again?: IngestPorts,
  ): MediaEngine;
  /** The final playlists of a recording from its stored files. */
  renderRecordingPlaylists(
    rows: readonly RecordingFileRow[],
    media: RecordingMedia,
  ): readonly RenderedPlaylist[];
  /** The recordings that processes of this node left when they died. */
  readonly keptRecordings: Pick<KeptRecordings, "objects" | "pathOf" | "forget" | "streamIds">;
}
