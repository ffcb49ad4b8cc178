import { ListRolesCommand } from "@aws-sdk/client-iam";
import { ListChannelsCommand, ListStreamsCommand } from "@aws-sdk/client-ivs";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { CallFailure } from "../shared/call-failure.tsx";
import { Page } from "../shared/page.tsx";
import { PlaceLink } from "../shared/place-link.tsx";
import type { AwsClients } from "../wire/aws-clients.ts";
import { useAws } from "../wire/aws-context.tsx";
import { useCall } from "../wire/use-call.ts";

/** What there is, and how to begin. */
export function OverviewPage() {
  const { region } = useAws();
  return (
    <Page
      title="Overview"
      description={`Live channels in ${region}, what they record, and the role that lets them.`}
    >
      <ColumnLayout columns={4} minColumnWidth={180}>
        <Count title="Channels" place="#/ivs/channels" count={countChannels} />
        <Count title="Live now" place="#/ivs/channels" count={countStreams} />
        <Count title="Buckets" place="#/s3/buckets" count={countBuckets} />
        <Count title="Service-linked roles" place="#/iam/roles" count={countLinkedRoles} />
      </ColumnLayout>
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

function Count(props: {
  readonly title: string;
  readonly place: string;
  readonly count: (aws: AwsClients) => Promise<number>;
}) {
  const counted = useCall(props.title, props.count);
  if (counted.error !== undefined) {
    return <CallFailure title={props.title} error={counted.error} />;
  }
  return (
    <Container>
      <Box variant="awsui-key-label">{props.title}</Box>
      <Box variant="awsui-value-large">
        {counted.data === undefined ? (
          <Spinner />
        ) : (
          <PlaceLink to={props.place}>{String(counted.data)}</PlaceLink>
        )}
      </Box>
    </Container>
  );
}

async function countChannels({ ivs }: AwsClients): Promise<number> {
  return (await ivs.send(new ListChannelsCommand({ maxResults: 100 }))).channels?.length ?? 0;
}

async function countStreams({ ivs }: AwsClients): Promise<number> {
  return (await ivs.send(new ListStreamsCommand({ maxResults: 100 }))).streams?.length ?? 0;
}

async function countBuckets({ s3 }: AwsClients): Promise<number> {
  return (await s3.send(new ListBucketsCommand({}))).Buckets?.length ?? 0;
}

async function countLinkedRoles({ iam }: AwsClients): Promise<number> {
  const input = { PathPrefix: "/aws-service-role/" };
  return (await iam.send(new ListRolesCommand(input))).Roles?.length ?? 0;
}
