import { arns } from "../resource-arn.ts";

const PREFIX = "/api/video/v1/";
const PLAYLIST_SUFFIX = ".m3u8";
/**
 * A name in a playback path, as it is sent. None needs escapes, and what a cache in front decodes
 * or resolves (`%2e%2e`, `..%2F`, `//`) isn't playback. packaging/nginx has the same form.
 */
const NAME = /^[\w-][\w.-]*$/;

/** The resource that a playback path asks for. */
export interface PlaybackTarget {
  readonly channelArn: string;
  /** `<region>.<account>.channel.<id>` */
  readonly name: string;
  /** Undefined for the multivariant playlist. */
  readonly part: PlaybackPart | undefined;
}

export interface PlaybackPart {
  readonly streamId: string;
  /** The sealed session of a private channel's viewer. */
  readonly sealedSession: string | undefined;
  readonly rendition: string;
  readonly file: string;
}

export function isPlaybackPath(path: string): boolean {
  return path.startsWith(PREFIX);
}

/**
 * `/api/video/v1/<name>.m3u8` and what it leads to: `<name>/<stream id>/<rendition>/<file>`, with a
 * session before the rendition where the channel is private.
 */
export function parsePlaybackPath(path: string): PlaybackTarget | undefined {
  const names = path.slice(PREFIX.length).split("/");
  if (!names.every((name) => NAME.test(name))) return undefined;
  const [first = "", streamId, ...rest] = names;
  if (streamId === undefined) {
    if (!first.endsWith(PLAYLIST_SUFFIX)) return undefined;
    const name = first.slice(0, -PLAYLIST_SUFFIX.length);
    const channelArn = channelArnOf(name);
    return channelArn === undefined ? undefined : { channelArn, name, part: undefined };
  }
  const channelArn = channelArnOf(first);
  const [rendition, file] = rest.slice(-2);
  if (channelArn === undefined || rest.length > 3 || file === undefined) return undefined;
  const sealedSession = rest.length === 3 ? rest[0] : undefined;
  const part = { streamId, sealedSession, rendition: rendition ?? "", file };
  return { channelArn, name: first, part };
}

/** The path of a stream's variants, relative to the multivariant playlist. */
export function variantsPath(
  name: string,
  streamId: string,
  sealedSession: string | undefined,
): string {
  return `${name}/${streamId}/${sealedSession === undefined ? "" : `${sealedSession}/`}`;
}

/** `<region>.<account>.channel.<id>`, as playback URLs have it. */
export function channelArnOf(name: string): string | undefined {
  const [region, accountId, type, id, ...more] = name.split(".");
  if (!region || !accountId || type !== "channel" || !id || more.length > 0) return undefined;
  return arns.arn({ region, accountId }, "channel", id);
}
