import { GetRecordingConfigurationCommand, type RecordingConfiguration } from "@aws-sdk/client-ivs";
import Box from "@cloudscape-design/components/box";
import { placeOf } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { PlaceLink } from "../../shared/place-link.tsx";
import { useCall } from "../../wire/use-call.ts";
import { IvsResource } from "./ivs-resource.tsx";
import { RecordingConfigurationState } from "./recording-configuration-state.tsx";

/** While it is being made its state changes by itself. */
const POLL_MS = 2_000;

/** One recording configuration: what it keeps, where, and which channels refer to it. */
export function RecordingConfigurationPage({ params }: PageProps) {
  const arn = params.arn ?? "";
  const call = useCall(
    `recording configuration ${arn}`,
    async ({ ivs }) =>
      (await ivs.send(new GetRecordingConfigurationCommand({ arn }))).recordingConfiguration,
    { everyMs: POLL_MS },
  );
  return (
    <IvsResource
      arn={arn}
      kind="recording configuration"
      call={call}
      settings={settingsOf}
      channels={{ filterByRecordingConfigurationArn: arn }}
    />
  );
}

function settingsOf(configuration: RecordingConfiguration) {
  const { thumbnailConfiguration: thumbnails, renditionConfiguration: renditions } = configuration;
  const bucket = configuration.destinationConfiguration?.s3?.bucketName ?? "";
  return [
    {
      label: "State",
      value: (
        <>
          <RecordingConfigurationState state={configuration.state} />
          {configuration.state === "CREATE_FAILED" && (
            <Box variant="small">
              The bucket wasn't one of this account in this Region: recordings with it fail. Create
              another one, for a bucket that is.
            </Box>
          )}
        </>
      ),
    },
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
  ];
}
