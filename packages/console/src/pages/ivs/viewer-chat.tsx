import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useCallback, useEffect, useRef, useState } from "react";
import { EnterForm } from "../../shared/enter-form.tsx";
import { inBackground } from "../../shared/in-background.ts";
import { SCROLLED_BY_KEYS } from "../../shared/scrolled-by-keys.ts";
import { makeSharedCall } from "../../wire/shared-call.ts";
import { ChatSocket, type SocketState } from "../ivschat/chat-socket.ts";
import { type ChatEntry, withFrame } from "../ivschat/chat-transcript.ts";
import { chatTokenRequest, type ViewerChat as Place } from "./watch-invitation.ts";

/** The room beside a stream, for a viewer whose link was signed by somebody else. */
export function ViewerChat({ place }: { readonly place: Place }) {
  const chat = useRoom(place);
  const [content, setContent] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const { entries } = chat;
  // The newest is seen, as in every chat.
  useEffect(() => {
    if (entries.length > 0) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [entries]);
  return (
    <section className="watch-chat" aria-label="Chat">
      <SpaceBetween size="s">
        <Header variant="h2">Chat</Header>
        <div
          className="transcript"
          role="log"
          aria-label="Messages"
          ref={list}
          {...SCROLLED_BY_KEYS}
        >
          {entries.length === 0 && chat.state === "open" && (
            <Box color="text-body-secondary">Nobody has written since you came.</Box>
          )}
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </div>
        {chat.trouble !== "" && (
          <SpaceBetween size="xs">
            <StatusIndicator type="warning">{chat.trouble}</StatusIndicator>
            <Button onClick={chat.join}>Connect again</Button>
          </SpaceBetween>
        )}
        {place.writes ? (
          <EnterForm
            onSubmit={() => {
              chat.send(content);
              setContent("");
            }}
          >
            <div className="watch-message">
              <Input
                ariaLabel={`Message, as ${place.userId}`}
                placeholder={`Write as ${place.userId}`}
                value={content}
                disabled={chat.state !== "open"}
                onChange={({ detail }) => setContent(detail.value)}
              />
              <Button disabled={chat.state !== "open" || content === ""}>Send</Button>
            </div>
          </EnterForm>
        ) : (
          <Box variant="small">With this link you read the chat.</Box>
        )}
      </SpaceBetween>
    </section>
  );
}

function Entry({ entry }: { readonly entry: ChatEntry }) {
  if (entry.kind === "note") {
    const color = entry.isFailure ? "text-status-error" : "text-body-secondary";
    return <Box color={color}>{entry.text}</Box>;
  }
  return (
    <div className="transcript-entry">
      <div>
        <b>{entry.userId}</b> {entry.isDeleted ? <i>deleted</i> : entry.content}
      </div>
    </div>
  );
}

function useRoom(place: Place) {
  const [state, setState] = useState<SocketState>("closed");
  const [trouble, setTrouble] = useState("");
  const [entries, setEntries] = useState<readonly ChatEntry[]>([]);
  const socket = useRef<ChatSocket>(undefined);
  const given = useRef(place);
  const enter = useCallback(async (isOver: () => boolean) => {
    setTrouble("");
    try {
      const call = chatTokenRequest(given.current);
      const { token } = await makeSharedCall(call, given.current.signature);
      if (isOver()) return;
      socket.current = new ChatSocket(String(token), {
        frame: (frame) => setEntries((known) => withFrame(known, frame, new Date())),
        state: (next, reason) => {
          setState(next);
          if (next === "closed") setTrouble(`The chat has ended: ${reason}.`);
        },
      });
    } catch (error) {
      setTrouble(`The chat can't be opened: ${error instanceof Error ? error.message : error}`);
    }
  }, []);
  useEffect(() => {
    let over = false;
    inBackground(
      "The chat can't be opened",
      enter(() => over),
    );
    return () => {
      over = true;
      socket.current?.close();
    };
  }, [enter]);
  return {
    ...{ state, trouble, entries },
    join: () =>
      inBackground(
        "The chat can't be opened",
        enter(() => false),
      ),
    send: (content: string) => socket.current?.sendMessage(content),
  };
}
