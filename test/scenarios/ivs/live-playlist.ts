/** The first rendition's live playlist; undefined before it plays. */
export async function livePlaylist(playbackUrl: string): Promise<string | undefined> {
  const multivariant = await fetch(playbackUrl);
  const variants = await textOf(multivariant);
  const variant = variants?.split("\n").find((line) => /^[^#].*m3u8/.test(line));
  if (variant === undefined) return undefined;
  return textOf(await fetch(new URL(variant, multivariant.url)));
}

/** The segments that the first rendition's live playlist has had so far; 0 before it plays. */
export async function listedSegments(playbackUrl: string): Promise<number> {
  return sequencesIn((await livePlaylist(playbackUrl)) ?? "").end;
}

/**
 * Media sequence numbers in a playlist: of the first segment after the last seam, and the one after
 * the last segment.
 */
export function sequencesIn(playlist: string): { readonly start: number; readonly end: number } {
  const gone = Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(playlist)?.[1] ?? 0);
  const count = (text: string) => (text.match(/#EXTINF/g) ?? []).length;
  const seam = playlist.lastIndexOf("#EXT-X-DISCONTINUITY\n");
  return { start: gone + count(playlist.slice(0, Math.max(0, seam))), end: gone + count(playlist) };
}

/** Undefined for what isn't there. Rejects where that can't be known. */
async function textOf(response: Response): Promise<string | undefined> {
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`);
  return text;
}
