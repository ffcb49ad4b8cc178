import Alert from "@cloudscape-design/components/alert";
import { useEffect, useRef, useState } from "react";
import { inBackground } from "../../shared/in-background.ts";
import { Refusal } from "../../shared/refusal.tsx";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { AUTHORIZATION_ID_HEADER, withAuthorizationId } from "../../wire/call-error.ts";
import { presignedUrl, WATCHING_SECONDS } from "../../wire/presign.ts";

/**
 * Plays a recording out of its bucket: each playlist and segment is asked for with a URL that is
 * signed for it, so the bucket stays private.
 */
export function RecordingPlayer(props: {
  readonly bucket: string;
  readonly playlistKey: string;
  readonly label: string;
}) {
  const { bucket, playlistKey, label } = props;
  const aws = useAws();
  const video = useRef<HTMLVideoElement>(null);
  const [trouble, setTrouble] = useState<Error>();
  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    let left = false;
    let stop = () => {};
    const began = import("hls.js").then(({ default: Hls }) => {
      if (left) return;
      const hls = new Hls({
        // A worker would be a blob, which the Content-Security-Policy doesn't let run.
        enableWorker: false,
        xhrSetup: async (request, url) => request.open("GET", await signed(aws, bucket, url), true),
      });
      hls.on(Hls.Events.ERROR, (_, { fatal, details, response, networkDetails }) => {
        if (!fatal) return;
        const status = response?.code === undefined ? "" : ` (status ${response.code})`;
        const error = new Error(`${details}${status}`);
        error.name = response?.code === 403 ? "Denied" : "Player";
        setTrouble(withAuthorizationId(error, denialIdOf(networkDetails)));
      });
      hls.on(Hls.Events.MANIFEST_PARSED, () => setTrouble(undefined));
      hls.loadSource(objectUrl(bucket, playlistKey));
      hls.attachMedia(element);
      stop = () => hls.destroy();
    });
    inBackground("The recording can't be played", began);
    return () => {
      left = true;
      stop();
    };
  }, [aws, bucket, playlistKey]);
  return (
    <>
      <video ref={video} className="player" aria-label={label} controls playsInline />
      {trouble !== undefined && (
        <Alert type="error" header="The recording can't be played">
          <Refusal error={trouble} />
        </Alert>
      )}
    </>
  );
}

/** hls.js hands on the request that failed. */
function denialIdOf(request: unknown): string | null {
  return request instanceof XMLHttpRequest
    ? request.getResponseHeader(AUTHORIZATION_ID_HEADER)
    : null;
}

/** Playlists name their segments relatively: this is what they are relative to. */
function objectUrl(bucket: string, key: string): string {
  const path = key.split("/").map(encodeURIComponent).join("/");
  return `${window.location.origin}/${bucket}/${path}`;
}

function signed(aws: AwsClients, bucket: string, url: string): Promise<string> {
  const path = decodeURIComponent(new URL(url).pathname);
  const key = path.slice(`/${bucket}/`.length);
  return presignedUrl(aws, { bucket, key }, WATCHING_SECONDS);
}
