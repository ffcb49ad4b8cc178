/** The page of the console that plays a channel for people who aren't signed in. */
export const WATCH_PATH = "/watch";

/** Playback by its path: the server has more than one name, and a page only its own. */
export function playedPath(playbackUrl: string, token: string): string {
  if (playbackUrl === "") return "";
  const { pathname } = new URL(playbackUrl);
  return token === "" ? pathname : `${pathname}?token=${encodeURIComponent(token)}`;
}

/** The playlist that a watch page's address names; undefined for anything else. */
export function playedBy(query: URLSearchParams): string | undefined {
  const play = query.get("play") ?? "";
  // Two slashes would name another host.
  return /^\/(?!\/)[^?#\\]*\.m3u8(?:\?token=[\w.%-]+)?$/.test(play) ? play : undefined;
}

/** HTML for a page of one's own: hls.js plays where the browser itself can't. */
export function embedSnippet(playbackUrl: string): string {
  return `<video id="live" controls muted playsinline></video>
<script type="module">
  import Hls from "https://cdn.jsdelivr.net/npm/hls.js@1/dist/hls.mjs";
  const video = document.getElementById("live");
  const url = ${JSON.stringify(playbackUrl)};
  if (Hls.isSupported()) {
    const hls = new Hls();
    hls.loadSource(url);
    hls.attachMedia(video);
  } else {
    video.src = url;
  }
</script>`;
}
