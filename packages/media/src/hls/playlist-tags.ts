/** Tags that live and recorded playlists share (RFC 8216, section 4.3). */

/** `#EXT-X-PROGRAM-DATE-TIME` with milliseconds, UTC. */
export function programDateTimeTag(wallMs: number): string {
  return `#EXT-X-PROGRAM-DATE-TIME:${new Date(wallMs).toISOString()}`;
}

/** `#EXTINF` in milliseconds' precision, with an optional title. */
export function extInfTag(durationMs: number, title = ""): string {
  return `#EXTINF:${(durationMs / 1_000).toFixed(3)},${title}`;
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
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly codecs: string;
}

/** One rendition of a multivariant playlist, in the form that Amazon IVS serves. */
export function variantTags(variant: VariantTags): string[] {
  const { groupId, name } = variant;
  return [
    `#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="${groupId}",NAME="${name}",AUTOSELECT=YES,DEFAULT=YES`,
    `#EXT-X-STREAM-INF:BANDWIDTH=${variant.bandwidth},RESOLUTION=${variant.width}x${variant.height},` +
      `CODECS="${variant.codecs}",VIDEO="${groupId}",FRAME-RATE=${variant.frameRate.toFixed(3)}`,
    variant.uri,
  ];
}

/** Peak rate of a piece of media; at least 1, as BANDWIDTH must not be 0. */
export function bitrate(bytes: number, durationMs: number): number {
  return Math.max(1, Math.ceil((bytes * 8_000) / Math.max(1, durationMs)));
}
