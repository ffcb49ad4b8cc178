import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import { useState } from "react";
import { LivePlayer } from "./ivs/live-player.tsx";
import { playedBy } from "./ivs/watch-link.ts";

/** Plays a channel for people who aren't signed in. */
export function WatchPage({ query }: { readonly query: URLSearchParams }) {
  const url = playedBy(query);
  const [trouble, setTrouble] = useState<string>();
  if (url === undefined) {
    return (
      <main className="watch">
        <Alert type="error" header="Nothing to watch">
          This address names no channel of this server. Ask for it again.
        </Alert>
      </main>
    );
  }
  return (
    <main className="watch">
      <LivePlayer
        url={url}
        label="Live"
        onMeasured={() => {}}
        onPicture={() => {}}
        onError={setTrouble}
      />
      {trouble !== undefined && (
        <Box textAlign="center" padding="s" color="inherit">
          Nobody is streaming, or this address isn't allowed to watch. It begins by itself.
        </Box>
      )}
    </main>
  );
}
