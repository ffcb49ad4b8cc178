import type { ChannelSummary, ListChannelsRequest } from "@aws-sdk/client-ivs";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs, {
  type KeyValuePairsProps,
} from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { placeOf } from "../../routing/hash-route.ts";
import { ArnTags } from "../../shared/arn-tags.tsx";
import { CallState } from "../../shared/call-state.tsx";
import { nameColumn } from "../../shared/columns.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { Page } from "../../shared/page.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import type { Call } from "../../wire/use-call.ts";
import { useList } from "../../wire/use-list.ts";
import { channelPages } from "./ivs-lists.ts";
import { ivsName } from "./ivs-name.ts";
import { IVS_TAGS } from "./ivs-tags.ts";

interface Resource {
  readonly arn?: string | undefined;
  readonly name?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** The page of what channels use: its settings, the channels where they name it, its tags. */
export function IvsResource<Shown extends Resource>(props: {
  readonly arn: string;
  /** "recording configuration". */
  readonly kind: string;
  readonly call: Call<Shown | undefined>;
  readonly settings: (resource: Shown) => readonly KeyValuePairsProps.Item[];
  /** Asks for the channels that refer to it. */
  readonly channels?: ListChannelsRequest;
}) {
  const { arn, kind, call, settings, channels } = props;
  const { data: resource } = call;
  return (
    <Page title={ivsName({ arn, ...resource })}>
      <CallState what={kind} call={call} />
      {resource && (
        <SpaceBetween size="l">
          <Container header={<Header variant="h2">Settings</Header>}>
            <KeyValuePairs
              columns={3}
              minColumnWidth={FACT_WIDTH_MIN}
              items={[
                { label: "ARN", value: <CopiedValue label="ARN" value={arn} /> },
                ...settings(resource),
              ]}
            />
          </Container>
          {channels && <Channels kind={kind} filter={channels} />}
          <ArnTags calls={IVS_TAGS} arn={arn} tags={resource.tags} onChanged={call.reload} />
        </SpaceBetween>
      )}
    </Page>
  );
}

function Channels(props: { readonly kind: string; readonly filter: ListChannelsRequest }) {
  const { kind, filter } = props;
  const channels = useList(`channels of ${JSON.stringify(filter)}`, (aws) =>
    channelPages(aws, filter),
  );
  return (
    <ResourceTable
      plural="channels"
      heading="Channels with it"
      call={channels}
      idOf={({ arn }) => arn ?? ""}
      empty={`No channel refers to this ${kind}: choose it on a channel's page, under Configuration.`}
      columns={COLUMNS}
    />
  );
}

const COLUMNS = [
  nameColumn<ChannelSummary>(ivsName, ({ arn = "" }) => placeOf("/ivs/channels/:arn", { arn })),
  { id: "type", header: "Type", value: ({ type }: ChannelSummary) => type },
];
