import { type ChatTokenCapability, CreateChatTokenCommand } from "@aws-sdk/client-ivschat";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useRef, useState } from "react";
import { Checkboxes } from "../../shared/checkboxes.tsx";
import { EnterForm } from "../../shared/enter-form.tsx";
import { useAction } from "../../shared/use-action.ts";
import { ivsChatOf } from "./chat-calls.ts";
import { ChatSocket, newId, type SocketState } from "./chat-socket.ts";
import { type ChatEntry, withEntry, withFrame } from "./chat-transcript.ts";
import { RoomTranscript } from "./room-transcript.tsx";

const CAPABILITIES: readonly (readonly [ChatTokenCapability, string])[] = [
  ["SEND_MESSAGE", "Send messages"],
  ["DELETE_MESSAGE", "Delete messages"],
  ["DISCONNECT_USER", "Disconnect users"],
];

/** Joins a room as a member, with a token that the signed-in user creates. */
export function RoomLive({ roomArn }: { readonly roomArn: string }) {
  const [userId, setUserId] = useState("console");
  const [capabilities, setCapabilities] = useState<readonly ChatTokenCapability[]>([
    "SEND_MESSAGE",
  ]);
  const [state, setState] = useState<SocketState>();
  const [entries, setEntries] = useState<readonly ChatEntry[]>([]);
  const socket = useRef<ChatSocket>(undefined);
  useEffect(() => () => socket.current?.close(), []);
  const join = useAction("You can't join", async (aws) => {
    const { token = "" } = await ivsChatOf(aws).send(
      new CreateChatTokenCommand({
        roomIdentifier: roomArn,
        userId,
        capabilities: [...capabilities],
      }),
    );
    socket.current = new ChatSocket(token, {
      frame: (frame) => setEntries((known) => withFrame(known, frame, new Date())),
      state: (next, reason) => {
        setState(next);
        if (next === "closed")
          setEntries((known) => withEntry(known, ended(`The connection ended with ${reason}.`)));
      },
    });
    return undefined;
  });
  const leave = () => {
    socket.current?.close();
    setState("closed");
  };
  const isIn = state === "open" || state === "connecting";
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Join the room</Header>}>
        <EnterForm onSubmit={() => join.run()}>
          <SpaceBetween size="m">
            <ColumnLayout columns={2}>
              <FormField label="User ID" description="The name that others see.">
                <Input
                  value={userId}
                  disabled={isIn}
                  onChange={({ detail }) => setUserId(detail.value)}
                />
              </FormField>
              <FormField label="What the token allows">
                <Checkboxes
                  options={CAPABILITIES}
                  checked={capabilities}
                  disabled={isIn}
                  onChange={setCapabilities}
                />
              </FormField>
            </ColumnLayout>
            {/* Two elements: a click that leaves must not be sent by the one that joins. */}
            {isIn ? (
              <Button key="leave" formAction="none" onClick={leave}>
                Leave
              </Button>
            ) : (
              <Button key="join" variant="primary" loading={join.running} disabled={userId === ""}>
                Join
              </Button>
            )}
          </SpaceBetween>
        </EnterForm>
      </Container>
      <Container
        header={
          <Header variant="h2" info={<Connection state={state} />}>
            Chat
          </Header>
        }
      >
        <SpaceBetween size="m">
          <RoomTranscript roomArn={roomArn} entries={entries} />
          <MessageField
            disabled={state !== "open"}
            onSend={(content) => socket.current?.sendMessage(content)}
          />
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}

function ended(text: string): ChatEntry {
  return { kind: "note", id: newId(), at: new Date(), text, isFailure: false };
}

function Connection({ state }: { readonly state: SocketState | undefined }) {
  switch (state) {
    case "open":
      return <StatusIndicator type="success">Connected</StatusIndicator>;
    case "connecting":
      return <StatusIndicator type="in-progress">Connecting</StatusIndicator>;
    default:
      return <StatusIndicator type="stopped">Not connected</StatusIndicator>;
  }
}

function MessageField(props: {
  readonly disabled: boolean;
  readonly onSend: (content: string) => void;
}) {
  const { disabled, onSend } = props;
  const [content, setContent] = useState("");
  const send = () => {
    onSend(content);
    setContent("");
  };
  return (
    <EnterForm onSubmit={send}>
      <SpaceBetween size="xs">
        <FormField label="Message" stretch>
          <Input
            value={content}
            disabled={disabled}
            onChange={({ detail }) => setContent(detail.value)}
          />
        </FormField>
        <Button disabled={disabled || content === ""}>Send</Button>
      </SpaceBetween>
    </EnterForm>
  );
}
