import { GetChannelCommand } from "@aws-sdk/client-ivs";
import Hls from "hls.js";
import { useEffect, useRef } from "react";
import { useCall } from "../../wire/use-call.ts";

/** A picture is taken so often: of each the newest segment is loaded, and nothing between. */
const PICTURE_EVERY_MS = 10_000;

/** The latest picture of a live stream, and the bitrate of the segment that it comes from. */
export function LivePicture(props: {
  readonly channelArn: string;
  readonly label: string;
  readonly onBitrate: (kilobitsPerSecond: number) => void;
}) {
  const { channelArn, label } = props;
  const got = useCall(`channel ${channelArn}`, ({ ivs }) =>
    ivs.send(new GetChannelCommand({ arn: channelArn })),
  );
  const video = useRef<HTMLVideoElement>(null);
  const onBitrate = useRef(props.onBitrate);
  onBitrate.current = props.onBitrate;
  const address = got.data?.channel?.playbackUrl;
  useEffect(() => {
    const element = video.current;
    if (!element || address === undefined) return undefined;
    const { pathname } = new URL(address);
    let stop = takePicture(element, pathname, (rate) => onBitrate.current(rate));
    const timer = setInterval(() => {
      if (document.visibilityState !== "visible") return;
      stop();
      stop = takePicture(element, pathname, (rate) => onBitrate.current(rate));
    }, PICTURE_EVERY_MS);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [address]);
  return <video ref={video} className="player" aria-label={label} muted playsInline />;
}

/** Loads one segment and shows its beginning. */
function takePicture(
  element: HTMLVideoElement,
  url: string,
  onBitrate: (kilobitsPerSecond: number) => void,
): () => void {
  // A worker would be a blob, which the Content-Security-Policy doesn't let run.
  const hls = new Hls({ enableWorker: false, lowLatencyMode: false, startLevel: 0 });
  hls.on(Hls.Events.FRAG_BUFFERED, (_, { frag, stats }) => {
    hls.stopLoad();
    if (frag.duration > 0) onBitrate((stats.loaded * 8) / frag.duration / 1_000);
  });
  hls.loadSource(url);
  hls.attachMedia(element);
  return () => hls.destroy();
}
