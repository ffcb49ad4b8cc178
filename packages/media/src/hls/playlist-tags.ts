/** Tags that live and recorded playlists share (RFC 8216, section 4.3). */

/** `#EXT-X-PROGRAM-DATE-TIME` with milliseconds, UTC. */
export function programDateTimeTag(wallMs: number): string {
  return `#EXT-X-PROGRAM-DATE-TIME:${new Date(wallMs).toISOString()}`;
}

/** `#EXTINF` in milliseconds' precision, with an optional title. */
export function extInfTag(durationMs: number, title = ""): string {
  return `#EXTINF:${(durationMs / 1_000).toFixed(3)},${title}`;
}

/**
 * `#EXT-X-MAP`, where a segment needs another init section than the one before it (RFC 8216,
 * 4.3.2.5).
 */
export class InitTags {
  #name: string | undefined;

  before(init: { readonly name: string } | undefined): string[] {
    if (init === undefined || init.name === this.#name) {
      return [];
    }
    this.#name = init.name;
    return [`#EXT-X-MAP:URI="${init.name}"`];
  }
}

/** Section 4.3.3.1: every EXTINF, rounded to the nearest second, is at most this. */
export function targetDurationSeconds(durationsMs: Iterable<number>): number {
  let most = 1;
  for (const durationMs of durationsMs) {
    most = Math.max(most, Math.round(durationMs / 1_000));
  }
  return most;
}

export interface VariantTags {
  readonly groupId: string;
  readonly name: string;
  readonly uri: string;
  /** Peak bits per second of one segment. */
  readonly bandwidth: number;
  readonly codecs: string;
  /** Undefined where there is only sound. */
  readonly picture:
    | { readonly width: number; readonly height: number; readonly frameRate: number }
    | undefined;
}

/** One rendition of a multivariant playlist: a group of its own, whose name players show. */
export function variantTags(variant: VariantTags): string[] {
  const { groupId, name, bandwidth, codecs, picture } = variant;
  // A player that chooses by itself takes no rendition without a picture.
  const chosen = picture === undefined ? "NO" : "YES";
  const attributes = [
    `BANDWIDTH=${bandwidth}`,
    ...(picture ? [`RESOLUTION=${picture.width}x${picture.height}`] : []),
    `CODECS="${codecs}"`,
    `VIDEO="${groupId}"`,
    ...(picture ? [`FRAME-RATE=${picture.frameRate.toFixed(3)}`] : []),
  ];
  return [
    `#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="${groupId}",NAME="${name}",AUTOSELECT=${chosen},DEFAULT=${chosen}`,
    `#EXT-X-STREAM-INF:${attributes.join(",")}`,
    variant.uri,
  ];
}

/** `#EXT-X-STREAM-INF` of a rendition that belongs to no group; empty codecs aren't known. */
export function streamInfTag({
  bandwidth,
  codecs,
  picture,
}: Pick<VariantTags, "bandwidth" | "codecs" | "picture">): string {
  const attributes = [
    `BANDWIDTH=${bandwidth}`,
    ...(picture ? [`RESOLUTION=${picture.width}x${picture.height}`] : []),
    ...(codecs === "" ? [] : [`CODECS="${codecs}"`]),
    ...(picture ? [`FRAME-RATE=${picture.frameRate.toFixed(3)}`] : []),
  ];
  return `#EXT-X-STREAM-INF:${attributes.join(",")}`;
}

/** Peak rate of a piece of media; at least 1, as BANDWIDTH must not be 0. */
export function bitrate(bytes: number, durationMs: number): number {
  return Math.max(1, Math.ceil((bytes * 8_000) / Math.max(1, durationMs)));
}
