import { ResourceError, type ResourceType } from "../../../kernel/resources.ts";
import { ivs, ivsArns, ivsType } from "./ivs-type.ts";

/** The pause until a recording configuration that is being created is looked at again. */
const LOOK_AGAIN_MS = 200;

export const ivsResources: readonly ResourceType[] = [
  ivsType({
    noun: "Channel",
    attributes: ["Arn", "PlaybackUrl", "IngestEndpoint"],
    updated: {
      Authorized: false,
      ContainerFormat: "TS",
      InsecureIngest: false,
      LatencyMode: "LOW",
      MultitrackInputConfiguration: { Enabled: false },
      Name: "",
      Preset: "",
      RecordingConfigurationArn: "",
      Type: "STANDARD",
    },
    // The operation makes a stream key with the channel; the resource type doesn't.
    async afterCreate({ streamKey }, call) {
      if (streamKey) await ivs(call, "DeleteStreamKey", { arn: streamKey.arn });
    },
  }),
  ivsType({
    noun: "RecordingConfiguration",
    attributes: ["Arn", "State"],
    fixed: [
      ...["DestinationConfiguration", "Name", "RecordingReconnectWindowSeconds"],
      ...["RenditionConfiguration", "ThumbnailConfiguration"],
    ],
    waitMs({ State }) {
      if (State === "CREATE_FAILED")
        throw new ResourceError("NotStabilized", "The recording configuration wasn't created.");
      return State === "CREATING" ? LOOK_AGAIN_MS : undefined;
    },
  }),
  ivsType({
    noun: "StreamKey",
    attributes: ["Arn", "Value"],
    fixed: ["ChannelArn"],
    async *list({ ChannelArn }, call) {
      const channels =
        ChannelArn === undefined
          ? ivsArns(call, "ListChannels", "channels")
          : [{ Arn: ChannelArn }];
      for await (const { Arn } of channels)
        yield* ivsArns(call, "ListStreamKeys", "streamKeys", { channelArn: Arn });
    },
  }),
  ivsType({
    noun: "PlaybackKeyPair",
    createOperation: "ImportPlaybackKeyPair",
    // Answers have one word less than the operations: `keyPair`.
    answerMember: "keyPair",
    listMember: "keyPairs",
    attributes: ["Arn", "Fingerprint"],
    fixed: ["Name", "PublicKeyMaterial"],
  }),
  ivsType({
    noun: "PlaybackRestrictionPolicy",
    attributes: ["Arn"],
    updated: {
      AllowedCountries: [],
      AllowedOrigins: [],
      EnableStrictOriginEnforcement: false,
      Name: "",
    },
  }),
];
