import type { Channel } from "@aws-sdk/client-ivs";
import { CreateChatTokenCommand } from "@aws-sdk/client-ivschat";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { copied } from "../../shared/copied.ts";
import { EnterForm } from "../../shared/enter-form.tsx";
import { useAction } from "../../shared/use-action.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { SHARED_SECONDS, shareCall } from "../../wire/shared-call.ts";
import { ivsChatOf } from "../ivschat/chat-calls.ts";
import { rememberedSigningKey, signToken } from "../playback/signing-keys.ts";
import { NEW_TOKEN, tokenClaims } from "../playback/token-claims.ts";
import { MadeLink, type ViewerLink } from "./made-link.tsx";
import {
  CHAT_ROOM_TAG,
  chatTokenRequest,
  invitationAddress,
  streamRequest,
  type ViewerChat,
} from "./watch-invitation.ts";

/** IVS's longest for a token with a viewer ID. Source: "Generate and sign playback tokens". */
const NAMED_MINUTES = 10;

/** Makes a link to the watch page, in the name of the user who is signed in. */
export function ShareModal(props: {
  readonly channel: Channel;
  readonly token: string;
  readonly onClose: () => void;
}) {
  const { channel, onClose } = props;
  const { name = "", playbackUrl = "", authorized = false } = channel;
  const roomArn = channel.tags?.[CHAT_ROOM_TAG] ?? "";
  const needsKey = authorized && props.token === "";
  const [viewer, setViewer] = useState("");
  const [privateKey, setPrivateKey] = useState(rememberedSigningKey);
  const [made, setMade] = useState<ViewerLink>();
  const make = useAction("The link wasn't made", async (aws) => {
    const token = needsKey ? await playbackToken(channel, privateKey, viewer) : props.token;
    const viewers = await shareCall(aws, streamRequest(playbackUrl));
    const chat = roomArn === "" ? undefined : await chatPlace(aws, roomArn, viewer);
    const shown = { title: name, viewers, chat };
    const address = invitationAddress(window.location.origin, playbackUrl, token, shown);
    setMade({ address, token, isCopied: await copied(address) });
    return undefined;
  });
  return (
    <Modal
      visible
      size="large"
      header={`Show ${name || "the channel"} to others`}
      onDismiss={onClose}
    >
      <SpaceBetween size="m">
        <EnterForm onSubmit={() => make.run()}>
          <SpaceBetween size="m">
            <FormField
              label="Viewer's name"
              description={
                roomArn === ""
                  ? "Optional."
                  : "With a name they may write in the chat, without one they read."
              }
            >
              <Input value={viewer} onChange={({ detail }) => setViewer(detail.value)} />
            </FormField>
            {needsKey && rememberedSigningKey() === "" && (
              <FormField
                label="Private key, PEM"
                description="Of a playback key. It signs the viewer's token here and isn't sent."
              >
                <Textarea
                  rows={4}
                  spellcheck={false}
                  value={privateKey}
                  placeholder="-----BEGIN PRIVATE KEY-----"
                  onChange={({ detail }) => setPrivateKey(detail.value)}
                />
              </FormField>
            )}
            <Button
              variant="primary"
              loading={make.running}
              disabled={needsKey && privateKey === ""}
            >
              Make link
            </Button>
          </SpaceBetween>
        </EnterForm>
        {made && (
          <MadeLink
            link={made}
            playbackUrl={playbackUrl}
            lasts={needsKey && viewer === "" ? "12 hours" : `${NAMED_MINUTES} minutes`}
            hasChat={roomArn !== ""}
          />
        )}
      </SpaceBetween>
    </Modal>
  );
}

function playbackToken({ arn = "" }: Channel, privateKey: string, viewerId: string) {
  const minutes = String(viewerId === "" ? SHARED_SECONDS / 60 : NAMED_MINUTES);
  const settings = { ...NEW_TOKEN, channelArn: arn, minutes, viewerId };
  return signToken(privateKey, tokenClaims(settings, Date.now()));
}

/** Creates a token of the room once: a denial is shown to the maker, not to the viewer. */
async function chatPlace(aws: AwsClients, roomArn: string, viewer: string): Promise<ViewerChat> {
  const place = { roomArn, userId: viewer || "viewer", writes: viewer !== "" };
  const request = chatTokenRequest(place);
  await ivsChatOf(aws).send(new CreateChatTokenCommand(JSON.parse(request.body)));
  return { ...place, signature: await shareCall(aws, request) };
}
