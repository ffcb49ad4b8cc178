import { GetRoomCommand } from "@aws-sdk/client-ivschat";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { goTo } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { CallState } from "../../shared/call-state.tsx";
import { Page } from "../../shared/page.tsx";
import { PageTabs } from "../../shared/page-tabs.tsx";
import { RemoveItems } from "../../shared/remove-items.tsx";
import { useCall } from "../../wire/use-call.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { ivsChatOf } from "./chat-calls.ts";
import { RoomDetails } from "./room-details.tsx";
import { RoomLive } from "./room-live.tsx";
import { ROOM_REMOVAL } from "./rooms-page.tsx";

export function RoomPage({ params }: PageProps) {
  const arn = params.arn ?? "";
  const [deleting, setDeleting] = useState(false);
  const got = useCall(`chat room ${arn}`, (aws) =>
    ivsChatOf(aws).send(new GetRoomCommand({ identifier: arn })),
  );
  const { data: room } = got;
  return (
    <Page
      title={ivsName({ arn, ...room })}
      actions={
        <Button disabled={!room} onClick={() => setDeleting(true)}>
          Delete
        </Button>
      }
    >
      <CallState what="chat room" call={got} />
      {room && (
        <PageTabs
          tabs={[
            { id: "live", label: "Live", content: <RoomLive roomArn={arn} /> },
            {
              id: "configuration",
              label: "Configuration",
              content: <RoomDetails room={room} onChanged={got.reload} />,
            },
          ]}
        />
      )}
      {deleting && room && (
        <RemoveItems
          removal={ROOM_REMOVAL}
          items={[room]}
          plural="chat rooms"
          onClose={() => setDeleting(false)}
          onDone={() => goTo("#/ivschat/rooms")}
        />
      )}
    </Page>
  );
}
