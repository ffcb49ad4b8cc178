import { useEffect, useState } from "react";
import { inBackground } from "../../shared/in-background.ts";
import type { StageConnection, StageMedia } from "./stage-connection.ts";

/** Subscribes to another participant for as long as its caller is shown. */
export function useSubscription(
  stage: StageConnection,
  id: string,
): { readonly media: StageMedia | undefined; readonly failure: string } {
  const [media, setMedia] = useState<StageMedia>();
  const [failure, setFailure] = useState("");
  useEffect(() => {
    let opened: StageMedia | undefined;
    let isShown = true;
    const shown = stage.subscribe(id).then(
      (answered) => {
        if (!isShown) return stage.close(answered);
        opened = answered;
        setMedia(answered);
      },
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    );
    inBackground("A participant can't be shown", shown);
    return () => {
      isShown = false;
      if (opened) stage.close(opened);
    };
  }, [stage, id]);
  return { media, failure };
}
