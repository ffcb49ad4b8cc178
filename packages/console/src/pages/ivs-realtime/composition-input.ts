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
}

/** A composition needs a stage, an encoder configuration, and somewhere to go. */
export function isComplete({ stageArn, encoderArn, ...to }: CompositionChoice): boolean {
  return stageArn !== "" && encoderArn !== "" && (to.channelArn !== "" || to.storageArn !== "");
}

export function compositionInput(choice: CompositionChoice): StartCompositionRequest {
  const { stageArn, layout, encoderArn, channelArn, storageArn } = choice;
  const destinations: DestinationConfiguration[] = [];
  if (channelArn !== "")
    destinations.push({ channel: { channelArn, encoderConfigurationArn: encoderArn } });
  if (storageArn !== "")
    destinations.push({
      s3: { storageConfigurationArn: storageArn, encoderConfigurationArns: [encoderArn] },
    });
  return { stageArn, layout: layout === "pip" ? { pip: {} } : { grid: {} }, destinations };
}
