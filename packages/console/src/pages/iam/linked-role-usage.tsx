import Box from "@cloudscape-design/components/box";
import { placeOf } from "../../routing/hash-route.ts";
import { IVS_REGIONS } from "../../session/regions.ts";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { listRecordingConfigurations } from "../ivs/ivs-lists.ts";

interface Usage {
  readonly region: string;
  readonly arn: string;
  readonly bucket: string;
  readonly state: string;
}

/** The resources that keep a service-linked role from being deleted, by Region. */
export function LinkedRoleUsage({ service }: { readonly service: string }) {
  if (service === "ivs.amazonaws.com") return <RecordingConfigurationsEverywhere />;
  return (
    <Box>
      Only {service} knows what uses this role. Deleting asks it: a refused deletion lists the
      resources by Region.
    </Box>
  );
}

function RecordingConfigurationsEverywhere() {
  const { inRegion } = useAws();
  const usage = useCall("recording configurations of all Regions", async () => {
    const regions = await Promise.all(
      IVS_REGIONS.map(async ({ id }) => {
        const found = await listRecordingConfigurations(inRegion(id));
        return found.map(
          ({ arn = "", state = "", destinationConfiguration }): Usage => ({
            region: id,
            arn,
            state,
            bucket: destinationConfiguration?.s3?.bucketName ?? "",
          }),
        );
      }),
    );
    return regions.flat();
  });
  return (
    <ResourceTable
      plural="recording configurations"
      call={usage}
      idOf={({ arn }) => arn}
      empty="No recording configuration in any Region: the role can be deleted."
      columns={[
        { id: "region", header: "Region", value: ({ region }: Usage) => region },
        { id: "arn", header: "ARN", isRowHeader: true, value: ({ arn }: Usage) => arn },
        { id: "state", header: "State", value: ({ state }: Usage) => state },
        {
          id: "bucket",
          header: "Bucket",
          value: ({ bucket }: Usage) => bucket,
          cell: ({ bucket }: Usage) => (
            <PlaceLink to={placeOf("/s3/buckets/:bucket", { bucket })}>{bucket}</PlaceLink>
          ),
        },
      ]}
    />
  );
}
