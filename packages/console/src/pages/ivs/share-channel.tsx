import type { Channel } from "@aws-sdk/client-ivs";
import Button from "@cloudscape-design/components/button";
import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense, useState } from "react";

/** The QR code's maker is loaded when somebody wants one. */
const ShareModal = lazy(async () => ({ default: (await import("./share-modal.tsx")).ShareModal }));

/** Opens the ways to show a channel to others: a page, a QR code, a snippet of HTML. */
export function ShareChannel(props: {
  readonly channel: Channel;
  /** A playback token that is there already; empty: none. */
  readonly token: string;
}) {
  const { channel } = props;
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button disabled={!channel.playbackUrl} onClick={() => setOpen(true)}>
        Copy a link for a viewer
      </Button>
      {open && (
        <Suspense fallback={<Spinner />}>
          <ShareModal {...props} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
