import type Hls from "hls.js";
import { useEffect, useRef } from "react";
import { inBackground } from "../../shared/in-background.ts";
import { type FrameCount, frameRate } from "./frame-rate.ts";

/** The player's measurements of one segment or second. */
export interface Measurement {
  readonly at: Date;
  readonly kilobitsPerSecond?: number;
  readonly framesPerSecond?: number;
}

/** Facts about the picture that is played. */
export interface Picture {
  /** How long ago it was sent; undefined while nobody can say. */
  readonly latencySeconds: number | undefined;
  /** `1280×720`. */
  readonly size: string | undefined;
  /** RFC 6381, of the pictures and of the sound. */
  readonly codecs: string | undefined;
}

const FRAME_RATE_EVERY_MS = 2_000;
/** While nothing can be played the playlist is asked for again this often. */
const RETRY_MS = 2_000;

/** Plays a playlist with hls.js, and reports its measurements. */
export function LivePlayer(props: {
  readonly url: string;
  readonly label: string;
  readonly onMeasured: (measurement: Measurement) => void;
  readonly onPicture: (picture: Picture) => void;
  readonly onError: (sentence: string | undefined) => void;
}) {
  const { url, label } = props;
  const video = useRef<HTMLVideoElement>(null);
  const handlers = useRef(props);
  handlers.current = props;

  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    let ended = false;
    let stop = () => {};
    const began = import("hls.js").then(({ default: Player }) => {
      if (ended) return;
      stop = play(Player, element, url, handlers);
    });
    inBackground("The stream can't be played", began);
    const stopCounting = countFrames(element, (framesPerSecond) =>
      handlers.current.onMeasured({ at: new Date(), framesPerSecond }),
    );
    return () => {
      ended = true;
      stop();
      stopCounting();
    };
  }, [url]);

  return <video ref={video} className="player" aria-label={label} controls muted playsInline />;
}

function play(
  Player: typeof Hls,
  element: HTMLVideoElement,
  url: string,
  handlers: { readonly current: Parameters<typeof LivePlayer>[0] },
): () => void {
  // A worker would be a blob, which the Content-Security-Policy doesn't let run.
  const hls = new Player({ enableWorker: false, liveSyncDurationCount: 2 });
  let retry: ReturnType<typeof setTimeout> | undefined;
  const meter = new BitrateMeter();
  hls.on(Player.Events.FRAG_BUFFERED, (_, { frag, part, stats }) => {
    handlers.current.onError(undefined);
    const kilobitsPerSecond = meter.add(stats.loaded, part?.duration ?? frag.duration);
    if (kilobitsPerSecond === undefined) return;
    handlers.current.onMeasured({ at: new Date(), kilobitsPerSecond });
  });
  hls.on(Player.Events.MANIFEST_PARSED, () => {
    // Browsers may want a click first: the controls are there.
    element.play().catch(() => {});
  });
  hls.on(Player.Events.ERROR, (_, { fatal, details, response, type }) => {
    if (!fatal) return;
    const status = response?.code === undefined ? "" : ` (status ${response.code})`;
    handlers.current.onError(`${details}${status}`);
    if (type === Player.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    else retry = setTimeout(() => hls.loadSource(url), RETRY_MS);
  });
  hls.loadSource(url);
  hls.attachMedia(element);
  const looking = setInterval(
    () => handlers.current.onPicture(pictureOf(hls, element)),
    FRAME_RATE_EVERY_MS,
  );
  return () => {
    clearInterval(looking);
    clearTimeout(retry);
    hls.destroy();
  };
}

function pictureOf(hls: Hls, element: HTMLVideoElement): Picture {
  const { latency, levels, currentLevel } = hls;
  const level = levels[currentLevel];
  const { videoWidth, videoHeight } = element;
  const codecs = [level?.videoCodec, level?.audioCodec].filter((codec) => codec !== undefined);
  return {
    latencySeconds: latency > 0 ? latency : undefined,
    size: videoWidth > 0 ? `${videoWidth}×${videoHeight}` : undefined,
    codecs: codecs.length > 0 ? codecs.join(", ") : undefined,
  };
}

/** A keyframe's part is large and the next ones are small: they are averaged over this much. */
const BITRATE_SECONDS = 4;

class BitrateMeter {
  readonly #pieces: { readonly bytes: number; readonly seconds: number }[] = [];

  /** The average up to this piece; undefined until there is enough. */
  add(bytes: number, seconds: number): number | undefined {
    // A segment whose parts came before it brings nothing new.
    if (bytes === 0 || seconds === 0) return undefined;
    this.#pieces.push({ bytes, seconds });
    const total = () => this.#pieces.reduce((sum, piece) => sum + piece.seconds, 0);
    while (total() - (this.#pieces[0]?.seconds ?? 0) >= BITRATE_SECONDS) this.#pieces.shift();
    if (total() < BITRATE_SECONDS * 0.75) return undefined;
    const loaded = this.#pieces.reduce((sum, piece) => sum + piece.bytes, 0);
    return (loaded * 8) / total() / 1_000;
  }
}

function countFrames(element: HTMLVideoElement, show: (perSecond: number) => void): () => void {
  let last: FrameCount | undefined;
  const timer = setInterval(() => {
    const { totalVideoFrames: frames } = element.getVideoPlaybackQuality();
    const next = { frames, atMs: performance.now(), isPlaying: !element.paused && frames > 0 };
    const perSecond = frameRate(last, next);
    if (perSecond !== undefined) show(perSecond);
    last = next;
  }, FRAME_RATE_EVERY_MS);
  return () => clearInterval(timer);
}
