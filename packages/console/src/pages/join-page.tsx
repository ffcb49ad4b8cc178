import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect } from "react";
import { type Invitation, invitationOf } from "./ivs-realtime/join-link.ts";
import { OwnMedia } from "./ivs-realtime/own-media.tsx";
import { PersonTile } from "./ivs-realtime/participant-tile.tsx";
import { useParticipation } from "./ivs-realtime/use-participation.ts";

/** Joins a stage with the token of the address, for somebody who isn't signed in. */
export function JoinPage({ query }: { readonly query: URLSearchParams }) {
  const invitation = invitationOf(query);
  if (invitation === undefined) {
    return (
      <main className="watch">
        <Alert type="error" header="This isn't a whole join link">
          Ask for it again: a part of the address is missing.
        </Alert>
      </main>
    );
  }
  return <Invited key={invitation.token} invitation={invitation} />;
}

function Invited({ invitation }: { readonly invitation: Invitation }) {
  const { stageName, userId, canPublish, canSubscribe, participantId } = invitation;
  const title = stageName || "Stage";
  const stage = useParticipation(invitation);
  const { connection, isIn, people, own } = stage;
  useEffect(() => {
    document.title = title;
  }, [title]);
  const others = people.filter(({ id, isPublishing }) => isPublishing && id !== participantId);
  return (
    <main className="watch">
      <SpaceBetween size="m">
        <div>
          <Box variant="h1">{title}</Box>
          <Box color="text-body-secondary">
            {userId !== "" && `You are ${userId}. `}
            {!canPublish && "With this link you watch."}
          </Box>
        </div>
        {stage.trouble !== "" && <Alert type="warning">{stage.trouble}</Alert>}
        {connection === undefined ? (
          <SpaceBetween size="xs">
            {canPublish && (
              <Button
                variant="primary"
                fullWidth
                loading={stage.isJoining}
                onClick={() => stage.join(true)}
              >
                Join with camera and microphone
              </Button>
            )}
            {canSubscribe && (
              <Button
                variant={canPublish ? "normal" : "primary"}
                fullWidth
                disabled={stage.isJoining}
                onClick={() => stage.join(false)}
              >
                {canPublish ? "Only watch" : "Join"}
              </Button>
            )}
          </SpaceBetween>
        ) : (
          <SpaceBetween size="m">
            {!isIn && <StatusIndicator type="in-progress">Joining</StatusIndicator>}
            {isIn && canSubscribe && others.length === 0 && (
              <Box>Nobody else is in the picture yet.</Box>
            )}
            <div className="stage-tiles">
              {canSubscribe &&
                others.map((person) => (
                  <PersonTile key={person.id} stage={connection} person={person} />
                ))}
              {own && <OwnMedia stage={connection} media={own} />}
            </div>
            <Button fullWidth onClick={() => connection.leave()}>
              Leave
            </Button>
          </SpaceBetween>
        )}
      </SpaceBetween>
    </main>
  );
}
