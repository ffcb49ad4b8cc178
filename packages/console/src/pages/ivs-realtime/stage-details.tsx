import type { Stage } from "@aws-sdk/client-ivs-realtime";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ArnTags } from "../../shared/arn-tags.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { REAL_TIME_TAGS } from "./real-time-tags.ts";
import { MEDIA_TYPES, recordingSettings } from "./recording-facts.ts";
import { StageForm } from "./stage-form.tsx";

/** A stage's settings, its endpoints and tags. */
export function StageDetails(props: { readonly stage: Stage; readonly onChanged: () => void }) {
  const { stage, onChanged } = props;
  const [editing, setEditing] = useState(false);
  const { arn = "", endpoints = {} } = stage;
  const addresses = [
    ["Events", endpoints.events],
    ["WHIP", endpoints.whip],
    ["RTMP", endpoints.rtmp],
    ["RTMPS", endpoints.rtmps],
  ] as const;
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
          columns={2}
          minColumnWidth={FACT_WIDTH_MIN}
          items={[
            { label: "ARN", value: <CopiedValue label="ARN" value={arn} /> },
            { label: "Recording of participants", value: recordingOf(stage) },
            ...addresses.flatMap(([name, value]) =>
              value === undefined
                ? []
                : [{ label: name, value: <CopiedValue label={name} value={value} /> }],
            ),
          ]}
        />
      </Container>
      <ArnTags calls={REAL_TIME_TAGS} arn={arn} tags={stage.tags} onChanged={onChanged} />
      {editing && <StageForm stage={stage} onClose={() => setEditing(false)} onSaved={onChanged} />}
    </SpaceBetween>
  );
}

function recordingOf({ autoParticipantRecordingConfiguration: recorded }: Stage): string {
  const { storageConfigurationArn, mediaType, thumbnails } = recordingSettings(recorded);
  if (storageConfigurationArn === "") return "Off";
  const label = MEDIA_TYPES.find(({ value }) => value === mediaType)?.label ?? mediaType;
  const further = thumbnails ? ", with thumbnails" : "";
  return `${label}${further}, to ${storageConfigurationArn.split("/").at(-1)}`;
}
