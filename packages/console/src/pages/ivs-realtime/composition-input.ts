import type {
  DestinationConfiguration,
  StartCompositionRequest,
} from "@aws-sdk/client-ivs-realtime";

/** A composition as its form holds it; empty ARNs aren't chosen. */
export interface CompositionChoice {
  readonly stageArn: string;
  readonly layout: "grid" | "pip";
  readonly encoderArn: string;
  readonly channelArn: string;
  readonly storageArn: string;
  /** Seconds, as typed; empty for AWS's default. */
  readonly segmentSeconds: string;
  readonly thumbnails: boolean;
}

/** Source: IVS Real-Time API Reference, CompositionRecordingHlsConfiguration. */
const SEGMENT_SECONDS = { min: 2, max: 10 };

/** Undefined where nothing is wrong with a segment's length. */
export function segmentError({ segmentSeconds }: CompositionChoice): string | undefined {
  const { min, max } = SEGMENT_SECONDS;
  const isLength = /^\d*$/.test(segmentSeconds);
  const seconds = segmentSeconds === "" ? min : Number(segmentSeconds);
  return isLength && seconds >= min && seconds <= max
    ? undefined
    : `A whole number from ${min} to ${max}.`;
}

/** A composition needs a stage, an encoder configuration, and somewhere to go. */
export function isComplete(choice: CompositionChoice): boolean {
  const { stageArn, encoderArn, channelArn, storageArn } = choice;
  const isRecordable = storageArn === "" || segmentError(choice) === undefined;
  return (
    stageArn !== "" && encoderArn !== "" && `${channelArn}${storageArn}` !== "" && isRecordable
  );
}

export function compositionInput(choice: CompositionChoice): StartCompositionRequest {
  const { stageArn, layout, encoderArn, channelArn, storageArn } = choice;
  const { segmentSeconds, thumbnails } = choice;
  const destinations: DestinationConfiguration[] = [];
  if (channelArn !== "")
    destinations.push({ channel: { channelArn, encoderConfigurationArn: encoderArn } });
  if (storageArn !== "")
    destinations.push({
      s3: {
        storageConfigurationArn: storageArn,
        encoderConfigurationArns: [encoderArn],
        ...(segmentSeconds === ""
          ? {}
          : {
              recordingConfiguration: {
                hlsConfiguration: { targetSegmentDurationSeconds: Number(segmentSeconds) },
              },
            }),
        ...(thumbnails ? { thumbnailConfigurations: [{}] } : {}),
      },
    });
  return { stageArn, layout: layout === "pip" ? { pip: {} } : { grid: {} }, destinations };
}
