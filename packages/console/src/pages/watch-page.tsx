import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useRef, useState } from "react";
import { inBackground } from "../shared/in-background.ts";
import { makeSharedCall } from "../wire/shared-call.ts";
import { LivePlayer } from "./ivs/live-player.tsx";
import { ViewerChat } from "./ivs/viewer-chat.tsx";
import { invitationOf, streamRequest, type WatchInvitation } from "./ivs/watch-invitation.ts";

const VIEWERS_EVERY_MS = 10_000;

/** Plays a channel for people who aren't signed in. */
export function WatchPage({ query }: { readonly query: URLSearchParams }) {
  const invitation = invitationOf(query);
  if (invitation === undefined) {
    return (
      <main className="watch">
        <Alert type="error" header="Nothing to watch">
          This address names no channel of this server. Ask for it again.
        </Alert>
      </main>
    );
  }
  return <Watched key={query.toString()} invitation={invitation} />;
}

function Watched({ invitation }: { readonly invitation: WatchInvitation }) {
  const { play, chat } = invitation;
  const title = invitation.title || "Live";
  const [isLive, setLive] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const [isMuted, setMuted] = useState(true);
  const frame = useRef<HTMLDivElement>(null);
  // The player doesn't notice the end of a stream: the next one has a player of its own.
  const [streams, setStreams] = useState(0);
  const viewers = useViewers(invitation, isLive, () => {
    setLive(false);
    setTrouble("");
    setMuted(true);
    setStreams((count) => count + 1);
  });
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    const video = frame.current?.querySelector("video");
    if (video) video.muted = isMuted;
  }, [isMuted]);
  return (
    <main className="watch">
      <SpaceBetween size="s">
        <div className="watch-title">
          <Box variant="h1">{title}</Box>
          {isLive ? (
            <StatusIndicator>Live</StatusIndicator>
          ) : (
            <StatusIndicator type="stopped">Not live</StatusIndicator>
          )}
          {isLive && viewers !== undefined && (
            <span>{viewers === 1 ? "1 viewer" : `${viewers} viewers`}</span>
          )}
        </div>
        <div className={chat ? "watch-sides" : ""}>
          <SpaceBetween size="s">
            <div ref={frame}>
              <LivePlayer
                key={streams}
                url={play}
                label={title}
                onMeasured={() => {}}
                onPicture={() => {}}
                onError={(sentence) => {
                  setLive(sentence === undefined);
                  setTrouble(sentence);
                }}
              />
            </div>
            {trouble !== undefined && <Box>{reasonOf(trouble)}</Box>}
            <SpaceBetween size="xs" direction="horizontal">
              <Button
                iconName={isMuted ? "audio-off" : "audio-full"}
                onClick={() => setMuted(!isMuted)}
              >
                {isMuted ? "Turn sound on" : "Turn sound off"}
              </Button>
              {document.fullscreenEnabled && (
                <Button
                  iconName="full-screen"
                  onClick={() => {
                    const shown = frame.current?.querySelector("video")?.requestFullscreen();
                    if (shown) inBackground("The browser doesn't fill the screen", shown);
                  }}
                >
                  Full screen
                </Button>
              )}
            </SpaceBetween>
          </SpaceBetween>
          {chat && <ViewerChat place={chat} />}
        </div>
      </SpaceBetween>
    </main>
  );
}

function reasonOf(trouble: string): string {
  return trouble.includes("status 403")
    ? "This link may not watch, or not any more. Ask for another one."
    : "Nobody is streaming. The picture begins by itself.";
}

/** Undefined where the link's maker can't tell. */
function useViewers(
  { play, viewers }: WatchInvitation,
  isLive: boolean,
  onEnded: () => void,
): number | undefined {
  const ended = useRef(onEnded);
  ended.current = onEnded;
  const [count, setCount] = useState<number>();
  useEffect(() => {
    if (viewers === "" || !isLive) return undefined;
    let current = true;
    const ask = async () => {
      const counted = await makeSharedCall(streamRequest(play), viewers).then(
        ({ stream }) => Number((stream as { readonly viewerCount?: number }).viewerCount),
        (error: unknown) => {
          const isOver = error instanceof Error && error.name.includes("ChannelNotBroadcasting");
          if (isOver && current) ended.current();
          return undefined;
        },
      );
      if (current) setCount(counted);
    };
    const again = () => inBackground("Viewers can't be counted", ask());
    again();
    const timer = setInterval(again, VIEWERS_EVERY_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [play, viewers, isLive]);
  return count;
}
