import Button from "@cloudscape-design/components/button";
import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense, useState } from "react";

/** The QR code's maker is loaded when somebody wants one. */
const ShareModal = lazy(async () => ({ default: (await import("./share-modal.tsx")).ShareModal }));

/** Opens the ways to show a channel to others: a page, a QR code, a snippet of HTML. */
export function ShareChannel(props: {
  readonly name: string;
  readonly playbackUrl: string;
  readonly token: string;
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button disabled={props.playbackUrl === ""} onClick={() => setOpen(true)}>
        Watch page and embedding
      </Button>
      {open && (
        <Suspense fallback={<Spinner />}>
          <ShareModal {...props} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
