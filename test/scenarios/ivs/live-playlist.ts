/** The segments that the first rendition's live playlist has had so far; 0 before it plays. */
export async function listedSegments(playbackUrl: string): Promise<number> {
  const multivariant = await fetch(playbackUrl);
  if (!multivariant.ok) return 0;
  const variant = (await multivariant.text()).split("\n").find((line) => /^[^#].*m3u8/.test(line));
  const response = await fetch(new URL(variant ?? "", multivariant.url));
  if (!response.ok) return 0;
  const text = await response.text();
  const gone = Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1] ?? 0);
  return gone + (text.match(/#EXTINF/g) ?? []).length;
}
