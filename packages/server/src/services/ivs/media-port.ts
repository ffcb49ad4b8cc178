import type { MediaEngine, MediaHost, RecordingFileRow, RecordingMedia } from "@rolecast/media";

/** A playlist of a finished recording, its path relative to the recording's prefix. */
export interface RenderedPlaylist {
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

/** What this service needs of @rolecast/media; the composition root binds ports and certificate. */
export interface MediaPort {
  /** Makes the engine; it listens once started. */
  createEngine(host: MediaHost): MediaEngine;
  /** The final playlists of a recording from its stored files. */
  renderRecordingPlaylists(
    rows: readonly RecordingFileRow[],
    media: RecordingMedia,
  ): readonly RenderedPlaylist[];
}
