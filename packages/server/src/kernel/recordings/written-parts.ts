import type { RecordingMedia, RecordingRendition, RecordingThumbnails } from "@rolecast/media";

/**
 * The parts of a recording that are in the bucket and that its JSON files name: paths of playlists
 * and of the one thumbnail, and folders of numbered thumbnails. Undefined for a recording that
 * began before this was noted: all that was planned.
 */
export type WrittenParts = ReadonlySet<string>;

export function readWrittenParts(text: string | null): Set<string> | undefined {
  if (text === null) return undefined;
  const paths: string[] = JSON.parse(text);
  return new Set(paths);
}

export function playlistPath({ hlsPath }: RecordingMedia, name: string, rendition?: string) {
  return [hlsPath, ...(rendition === undefined ? [] : [rendition]), name].join("/");
}

/** The part that is there once the object with this path is; undefined where none names it. */
export function partOf(media: RecordingMedia, path: string): string | undefined {
  const playlists = [media, ...media.renditions].flatMap((of) => {
    const rendition = "path" in of ? of.path : undefined;
    const names = [of.playlist, of.byteRangePlaylist].filter((name) => name !== undefined);
    return names.map((name) => playlistPath(media, name, rendition));
  });
  const latest = [media.latestThumbnail, ...(media.additionalLatestThumbnails ?? [])];
  const objects = [...playlists, ...latest.flatMap((picture) => picture?.path ?? [])];
  if (objects.includes(path)) return path;
  const folder = path.slice(0, path.lastIndexOf("/"));
  const folders = [media.thumbnails, ...(media.additionalThumbnails ?? [])];
  return folders.find((picture) => picture?.path === folder)?.path;
}

/** The media as a recording's JSON files describe it, without what isn't in the bucket. */
export interface WrittenMedia {
  readonly hls:
    | undefined
    | {
        readonly playlist: string | undefined;
        readonly byteRangePlaylist: string | undefined;
        readonly renditions: readonly WrittenRendition[];
      };
  readonly thumbnails: RecordingThumbnails | undefined;
  readonly latestThumbnail: RecordingThumbnails | undefined;
  readonly additionalThumbnails: readonly RecordingThumbnails[] | undefined;
  readonly additionalLatestThumbnails: readonly RecordingThumbnails[] | undefined;
}

type WrittenRendition = Omit<RecordingRendition, "byteRangePlaylist"> & {
  readonly byteRangePlaylist: string | undefined;
};

export function writtenMedia(media: RecordingMedia, parts: WrittenParts | undefined): WrittenMedia {
  const isThere = (path: string) => parts === undefined || parts.has(path);
  const name = (playlist: string | undefined, rendition?: string) =>
    playlist !== undefined && isThere(playlistPath(media, playlist, rendition))
      ? playlist
      : undefined;
  const picture = (one: RecordingThumbnails | undefined) =>
    one && isThere(one.path) ? one : undefined;
  const pictures = (all: readonly RecordingThumbnails[] | undefined) => {
    const there = all?.filter(({ path }) => isThere(path));
    return there?.length === 0 ? undefined : there;
  };
  const renditions = media.renditions.flatMap((rendition): WrittenRendition[] => {
    const { path, playlist, byteRangePlaylist } = rendition;
    if (name(playlist, path) === undefined) return [];
    return [{ ...rendition, byteRangePlaylist: name(byteRangePlaylist, path) }];
  });
  return {
    // With renditionSelection NONE there is no playlist to refer to.
    hls:
      media.renditions.length === 0
        ? undefined
        : {
            playlist: name(media.playlist),
            byteRangePlaylist: name(media.byteRangePlaylist),
            renditions,
          },
    thumbnails: picture(media.thumbnails),
    latestThumbnail: picture(media.latestThumbnail),
    additionalThumbnails: pictures(media.additionalThumbnails),
    additionalLatestThumbnails: pictures(media.additionalLatestThumbnails),
  };
}
