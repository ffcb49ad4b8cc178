import { ListRolesCommand } from "@aws-sdk/client-iam";
import {
  type ChannelSummary,
  ListChannelsCommand,
  ListStreamsCommand,
  type StreamSummary,
} from "@aws-sdk/client-ivs";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { placeOf } from "../routing/hash-route.ts";
import { CallFailure } from "../shared/call-failure.tsx";
import { Moment } from "../shared/moment.tsx";
import { Page } from "../shared/page.tsx";
import { PlaceLink } from "../shared/place-link.tsx";
import type { AwsClients } from "../wire/aws-clients.ts";
import { useAws } from "../wire/aws-context.tsx";
import { type Call, useCall } from "../wire/use-call.ts";

const POLL_MS = 5_000;

/** Shows the account's resources, and how to begin. */
export function OverviewPage() {
  const { region } = useAws();
  const channels = useCall("channels", listChannels);
  const live = useCall("streams", listStreams, { everyMs: POLL_MS });
  const buckets = useCall("buckets", listBuckets);
  const roles = useCall("service-linked roles", listLinkedRoles);
  const counted: readonly Counted[] = [
    { title: "Channels", place: "#/ivs/channels", call: channels },
    { title: "Live now", place: "#/ivs/channels", call: live },
    { title: "Buckets", place: "#/s3/buckets", call: buckets },
    { title: "Service-linked roles", place: "#/iam/roles", call: roles },
  ];
  return (
    <Page
      title="Overview"
      description={`Live channels in ${region}, what they record, and the role that lets them.`}
    >
      <ColumnLayout columns={4} minColumnWidth={180}>
        {counted.map((count) => (
          <Count key={count.title} {...count} />
        ))}
      </ColumnLayout>
      {counted
        .filter(({ call }) => call.error !== undefined)
        .map(({ title, call }) => (
          <CallFailure key={title} title={title} error={call.error} onRetry={call.reload} />
        ))}
      {live.data !== undefined && live.data.length > 0 && (
        <LiveNow streams={live.data} channels={channels.data ?? []} />
      )}
      <Container header={<Header variant="h2">From nothing to a recording</Header>}>
        <SpaceBetween size="xs">
          <Box>
            1. <PlaceLink to="#/s3/buckets">Create a bucket</PlaceLink> in the Region of the
            channel.
          </Box>
          <Box>
            2.{" "}
            <PlaceLink to="#/ivs/recording-configurations">
              Create a recording configuration
            </PlaceLink>{" "}
            for it. IVS makes its role,{" "}
            <PlaceLink to="#/iam/roles/AWSServiceRoleForIVSRecordToS3">
              AWSServiceRoleForIVSRecordToS3
            </PlaceLink>
            , as it does so.
          </Box>
          <Box>
            3. <PlaceLink to="#/ivs/channels/create">Create a channel</PlaceLink> with it, and
            stream with OBS or ffmpeg: the channel's page has the settings.
          </Box>
          <Box>
            4. Watch live on the channel's page, and afterwards among the{" "}
            <PlaceLink to="#/ivs/recordings">recordings</PlaceLink>.
          </Box>
        </SpaceBetween>
      </Container>
    </Page>
  );
}

interface Counted {
  readonly title: string;
  readonly place: string;
  readonly call: Call<readonly unknown[]>;
}

/**
 * The number of resources; the reason why they can't be counted is shown below, where there is
 * room.
 */
function Count({ title, place, call }: Counted) {
  return (
    <Container>
      <Box variant="awsui-key-label">{title}</Box>
      <Box variant="awsui-value-large">
        {call.data === undefined && call.error === undefined ? (
          <Spinner />
        ) : (
          <PlaceLink to={place}>{String(call.data?.length ?? "–")}</PlaceLink>
        )}
      </Box>
    </Container>
  );
}

function LiveNow(props: {
  readonly streams: readonly StreamSummary[];
  readonly channels: readonly ChannelSummary[];
}) {
  const { streams, channels } = props;
  const names = new Map(channels.map(({ arn, name }) => [arn, name]));
  return (
    <Container header={<Header variant="h2">Live now</Header>}>
      <KeyValuePairs
        columns={3}
        items={streams.map((stream) => {
          const { channelArn: arn = "", startTime, viewerCount = 0 } = stream;
          return {
            label: names.get(arn) || (arn.split("/").at(-1) ?? arn),
            value: (
              <>
                <PlaceLink to={placeOf("/ivs/channels/:arn", { arn })}>Watch</PlaceLink>,{" "}
                {viewerCount} {viewerCount === 1 ? "viewer" : "viewers"}, since{" "}
                <Moment at={startTime} />
              </>
            ),
          };
        })}
      />
    </Container>
  );
}

async function listChannels({ ivs }: AwsClients): Promise<readonly ChannelSummary[]> {
  return (await ivs.send(new ListChannelsCommand({ maxResults: 100 }))).channels ?? [];
}

async function listStreams({ ivs }: AwsClients): Promise<readonly StreamSummary[]> {
  return (await ivs.send(new ListStreamsCommand({ maxResults: 100 }))).streams ?? [];
}

async function listBuckets({ s3 }: AwsClients): Promise<readonly unknown[]> {
  return (await s3.send(new ListBucketsCommand({}))).Buckets ?? [];
}

async function listLinkedRoles({ iam }: AwsClients): Promise<readonly unknown[]> {
  const input = { PathPrefix: "/aws-service-role/" };
  return (await iam.send(new ListRolesCommand(input))).Roles ?? [];
}
