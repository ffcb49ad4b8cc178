import type { KeptRecordings, RecordingFileRow, RecordingMedia } from "@rolecast/media";

/** A playlist of a finished recording, its path relative to the recording's prefix. */
export interface RenderedPlaylist {
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

/** The media that recordings have: playlists from rows, and what dead processes left. */
export interface RecordedMedia {
  /** The final playlists of a recording from its stored files. */
  renderRecordingPlaylists(
    rows: readonly RecordingFileRow[],
    media: RecordingMedia,
  ): readonly RenderedPlaylist[];
  /** The recordings that processes of this node left when they died. */
  readonly keptRecordings: Pick<KeptRecordings, "objects" | "pathOf" | "forget" | "streamIds">;
}
