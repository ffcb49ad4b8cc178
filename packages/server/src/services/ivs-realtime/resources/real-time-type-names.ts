import type { ResourceTypeSource } from "../../../kernel/resources.ts";

/** The types of IVS's real-time API, which share a namespace with those of the low-latency one. */
export const realTimeResourceTypes: ResourceTypeSource = {
  typeNames: [
    "AWS::IVS::EncoderConfiguration",
    "AWS::IVS::IngestConfiguration",
    "AWS::IVS::PublicKey",
    "AWS::IVS::Stage",
    "AWS::IVS::StorageConfiguration",
  ],
  load: async () => (await import("./real-time-resources.ts")).realTimeResources,
};
