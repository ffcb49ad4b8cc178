import { DeleteMessageCommand, DisconnectUserCommand } from "@aws-sdk/client-ivschat";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { useEffect, useRef } from "react";
import { Actions } from "../../shared/actions.tsx";
import { SCROLLED_BY_KEYS } from "../../shared/scrolled-by-keys.ts";
import { shownDate } from "../../shared/shown-values.ts";
import { useAction } from "../../shared/use-action.ts";
import { ivsChatOf } from "./chat-calls.ts";
import type { ChatEntry, ChatMessage } from "./chat-transcript.ts";

/**
 * A room's messages and events since the page joined. Moderation goes by the API, with the
 * permissions of the user who is signed in.
 */
export function RoomTranscript(props: {
  readonly roomArn: string;
  readonly entries: readonly ChatEntry[];
}) {
  const { roomArn: roomIdentifier, entries } = props;
  const list = useRef<HTMLDivElement>(null);
  const remove = useAction("The message wasn't deleted", async (aws, { id }: ChatMessage) => {
    const reason = "Deleted in the console";
    await ivsChatOf(aws).send(new DeleteMessageCommand({ roomIdentifier, id, reason }));
    return undefined;
  });
  const disconnect = useAction("The user wasn't disconnected", async (aws, userId: string) => {
    const reason = "Disconnected in the console";
    await ivsChatOf(aws).send(new DisconnectUserCommand({ roomIdentifier, userId, reason }));
    return undefined;
  });
  // The newest is seen, as in every chat.
  useEffect(() => {
    if (entries.length > 0) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [entries]);
  return (
    <div className="transcript" role="log" aria-label="Messages" ref={list} {...SCROLLED_BY_KEYS}>
      {entries.length === 0 && (
        <Box color="text-body-secondary">Messages are shown here once you have joined.</Box>
      )}
      {entries.map((entry) => (
        <div key={entry.id} className="transcript-entry">
          <div>
            <Box variant="small">
              <time dateTime={entry.at.toISOString()}>{shownDate(entry.at)}</time>
            </Box>{" "}
            {entry.kind === "note" ? (
              <Box
                display="inline"
                color={entry.isFailure ? "text-status-error" : "text-body-secondary"}
              >
                {entry.text}
              </Box>
            ) : (
              <>
                <b>{entry.userId}</b> {entry.isDeleted ? <i>deleted</i> : entry.content}
              </>
            )}
          </div>
          {entry.kind === "message" && !entry.isDeleted && (
            <Actions>
              <Button
                variant="inline-link"
                ariaLabel={`Delete the message “${entry.content}”`}
                onClick={() => remove.run(entry)}
              >
                Delete
              </Button>
              <Button
                variant="inline-link"
                ariaLabel={`Disconnect ${entry.userId}`}
                onClick={() => disconnect.run(entry.userId)}
              >
                Disconnect
              </Button>
            </Actions>
          )}
        </div>
      ))}
    </div>
  );
}
