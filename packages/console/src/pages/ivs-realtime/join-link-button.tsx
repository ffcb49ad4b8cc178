import { CreateParticipantTokenCommand, type Stage } from "@aws-sdk/client-ivs-realtime";
import Button from "@cloudscape-design/components/button";
import { lazy, Suspense, useState } from "react";
import { copied } from "../../shared/copied.ts";
import { useAction } from "../../shared/use-action.ts";
import { type Guest, joinAddress, type MadeLink } from "./join-link.ts";
import { realTimeOf } from "./real-time-calls.ts";

/** The QR code's maker is loaded when somebody wants one. */
const JoinLinkModal = lazy(async () => ({
  default: (await import("./join-link-modal.tsx")).JoinLinkModal,
}));

const ANYBODY: Guest = { userId: "guest", onlyWatches: false };

/** Makes a token in the signed-in user's name, and an address that joins the stage with it. */
export function JoinLink({ stage }: { readonly stage: Stage | undefined }) {
  const [made, setMade] = useState<MadeLink>();
  const make = useAction("The join link wasn't made", async (aws, guest: Guest) => {
    const { participantToken } = await realTimeOf(aws).send(
      new CreateParticipantTokenCommand({
        stageArn: stage?.arn,
        userId: guest.userId,
        capabilities: guest.onlyWatches ? ["SUBSCRIBE"] : ["PUBLISH", "SUBSCRIBE"],
      }),
    );
    const address = joinAddress(window.location, participantToken?.token ?? "", stage?.name ?? "");
    setMade({ ...guest, address, isCopied: await copied(address) });
    return undefined;
  });
  return (
    <>
      <Button disabled={!stage} loading={make.running} onClick={() => make.run(ANYBODY)}>
        Copy join link
      </Button>
      {made && (
        <Suspense>
          <JoinLinkModal
            made={made}
            running={make.running}
            onMake={make.run}
            onClose={() => setMade(undefined)}
          />
        </Suspense>
      )}
    </>
  );
}
