import { type AlikeApi, alikeType, listedArns } from "../../../kernel/resource-types/alike-type.ts";
import { ResourceError, type ResourceType } from "../../../kernel/resources.ts";

const IVS: AlikeApi = { service: "ivs", namespace: "AWS::IVS" };
/** The pause until a recording configuration that is being created is looked at again. */
const LOOK_AGAIN_MS = 200;

export const ivsResources: readonly ResourceType[] = [
  alikeType(IVS, {
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
      if (streamKey) await call.invoke("ivs", "DeleteStreamKey", { arn: streamKey.arn });
    },
  }),
  alikeType(IVS, {
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
  alikeType(IVS, {
    noun: "StreamKey",
    attributes: ["Arn", "Value"],
    fixed: ["ChannelArn"],
    async *list({ ChannelArn }, call) {
      const channels =
        ChannelArn === undefined
          ? listedArns("ivs", "ListChannels", "channels", call)
          : [{ Arn: ChannelArn }];
      for await (const { Arn } of channels)
        yield* listedArns("ivs", "ListStreamKeys", "streamKeys", call, { channelArn: Arn });
    },
  }),
  alikeType(IVS, {
    noun: "PlaybackKeyPair",
    createOperation: "ImportPlaybackKeyPair",
    // Answers have one word less than the operations: `keyPair`.
    answerMember: "keyPair",
    listMember: "keyPairs",
    attributes: ["Arn", "Fingerprint"],
    fixed: ["Name", "PublicKeyMaterial"],
  }),
  alikeType(IVS, {
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
