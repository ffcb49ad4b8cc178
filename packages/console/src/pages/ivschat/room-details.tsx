import type { GetRoomResponse } from "@aws-sdk/client-ivschat";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { ArnTags } from "../../shared/arn-tags.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { Moment } from "../../shared/moment.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { CHAT_TAGS } from "./chat-tags.ts";
import { RoomForm } from "./room-form.tsx";

/** A room's settings and tags. */
export function RoomDetails(props: {
  readonly room: GetRoomResponse;
  readonly onChanged: () => void;
}) {
  const { room, onChanged } = props;
  const [editing, setEditing] = useState(false);
  const { arn = "", messageReviewHandler: handler } = room;
  const logs = room.loggingConfigurationIdentifiers ?? [];
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header variant="h2" actions={<Button onClick={() => setEditing(true)}>Edit</Button>}>
            Settings
          </Header>
        }
      >
        <KeyValuePairs
          columns={3}
          minColumnWidth={FACT_WIDTH_MIN}
          items={[
            { label: "ARN", value: <CopiedValue label="ARN" value={arn} /> },
            { label: "Created", value: <Moment at={room.createTime} /> },
            { label: "Messages a second", value: room.maximumMessageRatePerSecond },
            { label: "Characters a message", value: room.maximumMessageLength },
            {
              label: "Message review handler",
              value: handler?.uri
                ? `${handler.uri}; when it fails: ${handler.fallbackResult ?? "ALLOW"}`
                : "None",
            },
            {
              label: "Logged to",
              value:
                logs.length === 0
                  ? "Not logged"
                  : logs.map((log) => (
                      <PlaceLink
                        key={log}
                        to={placeOf("/ivschat/logging-configurations/:arn", { arn: log })}
                      >
                        {log.split("/").at(-1)}
                      </PlaceLink>
                    )),
            },
          ]}
        />
      </Container>
      <ArnTags calls={CHAT_TAGS} arn={arn} tags={room.tags} onChanged={onChanged} />
      {editing && <RoomForm room={room} onClose={() => setEditing(false)} onSaved={onChanged} />}
    </SpaceBetween>
  );
}
