import {
  type ChannelSummary,
  GetRecordingConfigurationCommand,
  paginateListChannels,
  type RecordingConfiguration,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-ivs";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { placeOf } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { CallFailure } from "../../shared/call-failure.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { tagsOf } from "../../shared/tag-fields.tsx";
import { TagsPanel } from "../../shared/tags-panel.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useCall } from "../../wire/use-call.ts";
import { RecordingConfigurationState } from "./recording-configuration-state.tsx";

/** While it is being made its state changes by itself. */
const POLL_MS = 2_000;

/** One recording configuration: what it keeps, where, and which channels refer to it. */
export function RecordingConfigurationPage({ params }: PageProps) {
  const arn = params.arn ?? "";
  const got = useCall(
    `recording configuration ${arn}`,
    ({ ivs }) => ivs.send(new GetRecordingConfigurationCommand({ arn })),
    { everyMs: POLL_MS },
  );
  const configuration = got.data?.recordingConfiguration;
  return (
    <Page title={configuration?.name || (arn.split("/").at(-1) ?? arn)}>
      {got.error !== undefined && (
        <CallFailure
          title="The recording configuration can't be shown"
          error={got.error}
          onRetry={got.reload}
        />
      )}
      {got.loading && !configuration && got.error === undefined && <Spinner size="large" />}
      {configuration && (
        <SpaceBetween size="l">
          <Settings configuration={configuration} />
          <Channels configurationArn={arn} />
          <TagsPanel
            tags={configuration.tags ?? {}}
            put={({ ivs }, tags) =>
              ivs.send(new TagResourceCommand({ resourceArn: arn, tags: tagsOf(tags) }))
            }
            remove={({ ivs }, tagKeys) =>
              ivs.send(new UntagResourceCommand({ resourceArn: arn, tagKeys }))
            }
            onChanged={got.reload}
          />
        </SpaceBetween>
      )}
    </Page>
  );
}

function Settings({ configuration }: { readonly configuration: RecordingConfiguration }) {
  const { thumbnailConfiguration: thumbnails, renditionConfiguration: renditions } = configuration;
  const bucket = configuration.destinationConfiguration?.s3?.bucketName ?? "";
  return (
    <Container header={<Header variant="h2">Settings</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: "ARN", value: <CopiedValue label="ARN" value={configuration.arn ?? ""} /> },
          { label: "State", value: <RecordingConfigurationState state={configuration.state} /> },
          {
            label: "Bucket",
            value: <PlaceLink to={placeOf("/s3/buckets/:bucket", { bucket })}>{bucket}</PlaceLink>,
          },
          {
            label: "Renditions",
            value:
              renditions?.renditionSelection === "CUSTOM"
                ? (renditions.renditions ?? []).join(", ")
                : (renditions?.renditionSelection ?? "ALL"),
          },
          {
            label: "Thumbnails",
            value:
              thumbnails?.recordingMode === "INTERVAL"
                ? `Every ${thumbnails.targetIntervalSeconds} s, ${(thumbnails.storage ?? []).join(", ")} ${thumbnails.resolution ?? ""}`
                : "None",
          },
          {
            label: "Reconnect window",
            value: `${configuration.recordingReconnectWindowSeconds ?? 0} s`,
          },
        ]}
      />
    </Container>
  );
}

function Channels({ configurationArn }: { readonly configurationArn: string }) {
  const channels = useCall(`channels of ${configurationArn}`, ({ ivs: client }) =>
    allPages(
      paginateListChannels({ client }, { filterByRecordingConfigurationArn: configurationArn }),
      (page) => page.channels,
    ),
  );
  return (
    <ResourceTable
      plural="channels"
      heading="Channels recorded with it"
      call={channels}
      idOf={({ arn }) => arn ?? ""}
      empty="No channel refers to it: choose it on a channel's page, under Configuration."
      columns={[
        {
          id: "name",
          header: "Name",
          isRowHeader: true,
          cell: ({ arn = "", name }: ChannelSummary) => (
            <PlaceLink to={placeOf("/ivs/channels/:arn", { arn })}>
              {name || (arn.split("/").at(-1) ?? arn)}
            </PlaceLink>
          ),
        },
        { id: "type", header: "Type", cell: ({ type }: ChannelSummary) => type },
      ]}
    />
  );
}
