import { DeleteRoomCommand, type RoomSummary } from "@aws-sdk/client-ivschat";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import { nameColumn } from "../../shared/columns.tsx";
import { Moment } from "../../shared/moment.tsx";
import { Page } from "../../shared/page.tsx";
import type { Removal } from "../../shared/remove-items.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useList } from "../../wire/use-list.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { ivsChatOf, roomPages } from "./chat-calls.ts";
import { RoomForm } from "./room-form.tsx";

const ROOM_PAGE = "/ivschat/rooms/:arn";

/** How rooms are deleted. */
export const ROOM_REMOVAL: Removal<{
  readonly arn?: string | undefined;
  readonly name?: string | undefined;
}> = {
  one: "chat room",
  nameOf: ivsName,
  consequences: "Its members are disconnected, and its tokens open nothing any more.",
  remove: async (aws, { arn: identifier }) => {
    await ivsChatOf(aws).send(new DeleteRoomCommand({ identifier }));
  },
};

export function RoomsPage() {
  const [creating, setCreating] = useState(false);
  const rooms = useList("chat rooms", roomPages);
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      Create chat room
    </Button>
  );
  return (
    <Page
      title="Chat rooms"
      description="Viewers connect with tokens that your backend creates, and talk to each other."
    >
      <ResourceTable
        plural="chat rooms"
        call={rooms}
        idOf={({ arn }) => arn ?? ""}
        removal={ROOM_REMOVAL}
        actions={create}
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>No chat rooms in this Region</b>
            <Box>A room needs no channel: it stands beside a stream, or alone.</Box>
            {create}
          </SpaceBetween>
        }
        columns={COLUMNS}
      />
      {creating && (
        <RoomForm
          room={undefined}
          onClose={() => setCreating(false)}
          onSaved={(arn) => goTo(placeOf(ROOM_PAGE, { arn }))}
        />
      )}
    </Page>
  );
}

const COLUMNS = [
  nameColumn<RoomSummary>(ivsName, ({ arn = "" }) => placeOf(ROOM_PAGE, { arn })),
  {
    id: "reviewed",
    header: "Reviewed",
    value: ({ messageReviewHandler }: RoomSummary) => (messageReviewHandler?.uri ? "Yes" : "No"),
  },
  {
    id: "logged",
    header: "Logged",
    value: ({ loggingConfigurationIdentifiers = [] }: RoomSummary) =>
      loggingConfigurationIdentifiers.length > 0 ? "Yes" : "No",
  },
  {
    id: "created",
    header: "Created",
    value: ({ createTime }: RoomSummary) => createTime,
    cell: ({ createTime }: RoomSummary) => <Moment at={createTime} />,
  },
];
