import { DeleteRecordingConfigurationCommand, UpdateChannelCommand } from "@aws-sdk/client-ivs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { placeOf } from "../../routing/hash-route.ts";
import { IVS_REGIONS } from "../../session/regions.ts";
import { PlaceLink } from "../../shared/place-link.tsx";
import type { Removal } from "../../shared/remove-items.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { channelPages, listRecordingConfigurations } from "../ivs/ivs-lists.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { RecordingConfigurationState } from "../ivs/recording-configuration-state.tsx";
import { RolePicture } from "./role-picture.tsx";

interface Usage {
  readonly region: string;
  readonly arn: string;
  readonly name: string;
  readonly bucket: string;
  readonly state: string;
}

/** The resources that keep a service-linked role from being deleted, by Region. */
export function LinkedRoleUsage(props: {
  readonly service: string;
  readonly roleName: string;
  /** Deletes the role, once nothing uses it. */
  readonly onDelete: () => void;
}) {
  if (props.service === "ivs.amazonaws.com")
    return <RecordingConfigurationsEverywhere {...props} />;
  return (
    <Box>
      Only {props.service} knows what uses this role. Deleting asks it: a refused deletion lists the
      resources by Region.
    </Box>
  );
}

function RecordingConfigurationsEverywhere(props: {
  readonly service: string;
  readonly roleName: string;
  readonly onDelete: () => void;
}) {
  const { service, roleName, onDelete } = props;
  const { inRegion, region: here } = useAws();
  const usage = useCall("recording configurations of all Regions", async () => {
    const regions = await Promise.all(
      IVS_REGIONS.map(async ({ id }) => {
        const found = await listRecordingConfigurations(inRegion(id));
        return found.map(
          ({ arn = "", name, state = "", destinationConfiguration }): Usage => ({
            region: id,
            arn,
            name: ivsName({ arn, name }),
            state,
            bucket: destinationConfiguration?.s3?.bucketName ?? "",
          }),
        );
      }),
    );
    return regions.flat();
  });
  const buckets = new Map(usage.data?.map((used) => [used.bucket, used]));
  return (
    <SpaceBetween size="l">
      {usage.data && (
        <RolePicture service={service} roleName={roleName} buckets={[...buckets.values()]} />
      )}
      <ResourceTable
        plural="recording configurations"
        call={usage}
        idOf={({ arn }) => arn}
        removal={REMOVAL}
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <Box>No recording configuration in any Region: the role can be deleted.</Box>
            <Button onClick={onDelete}>Delete {roleName}</Button>
          </SpaceBetween>
        }
        columns={[
          {
            id: "name",
            header: "Name",
            isRowHeader: true,
            value: ({ name }: Usage) => name,
            cell: ({ name, arn, region }: Usage) =>
              // The page of one in another Region would ask this one for it.
              region === here ? (
                <PlaceLink to={placeOf("/ivs/recording-configurations/:arn", { arn })}>
                  {name}
                </PlaceLink>
              ) : (
                name
              ),
          },
          { id: "region", header: "Region", value: ({ region }: Usage) => region },
          {
            id: "state",
            header: "State",
            value: ({ state }: Usage) => state,
            cell: ({ state }: Usage) => <RecordingConfigurationState state={state} />,
          },
          {
            id: "bucket",
            header: "Bucket",
            value: ({ bucket }: Usage) => bucket,
            cell: ({ bucket }: Usage) => (
              <PlaceLink to={placeOf("/s3/buckets/:bucket", { bucket })}>{bucket}</PlaceLink>
            ),
          },
          { id: "arn", header: "ARN", value: ({ arn }: Usage) => arn },
        ]}
      />
    </SpaceBetween>
  );
}

/** A configuration that channels refer to can't be deleted: they stop recording first. */
const REMOVAL: Removal<Usage> = {
  one: "recording configuration",
  button: "Delete configurations",
  nameOf: ({ name }) => name,
  consequences: "Channels with it record no longer. The bucket and its recordings stay.",
  remove: async ({ inRegion }, { arn, region }) => {
    const there = inRegion(region);
    const recorded = channelPages(there, { filterByRecordingConfigurationArn: arn });
    for (const channel of await allPages(recorded, (page) => page)) {
      const change = { arn: channel.arn, recordingConfigurationArn: "" };
      await there.ivs.send(new UpdateChannelCommand(change));
    }
    await there.ivs.send(new DeleteRecordingConfigurationCommand({ arn }));
  },
};
