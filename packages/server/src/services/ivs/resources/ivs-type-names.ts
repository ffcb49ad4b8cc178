import type { ResourceTypeSource } from "../../../kernel/resources.ts";

/** The types of IVS's low-latency API. */
export const ivsResourceTypes: ResourceTypeSource = {
  typeNames: [
    "AWS::IVS::Channel",
    "AWS::IVS::PlaybackKeyPair",
    "AWS::IVS::PlaybackRestrictionPolicy",
    "AWS::IVS::RecordingConfiguration",
    "AWS::IVS::StreamKey",
  ],
  load: async () => (await import("./ivs-resources.ts")).ivsResources,
};
