import { defineService } from "../../kernel/define-service.ts";
import type { RealTimeDependencies } from "./dependencies.ts";
import { denialError } from "./errors.ts";
import { realTimeMigrations } from "./migrations.ts";
import { RESOURCE_TYPES } from "./resource-arn.ts";
import { realTimeResourceTypes } from "./resources/real-time-type-names.ts";

type FromSettings = "publicBaseUrl" | "ingestHost";

interface RealTimeNeeds extends Omit<RealTimeDependencies, FromSettings> {
  readonly address: { readonly publicBaseUrl: string };
  readonly settings: { readonly ingestHost: string; readonly rateLimits: boolean };
}

/** Amazon IVS Real-Time Streaming: stages, the tokens to join them, and their configurations. */
export const ivsRealTime = defineService({
  title: "IVS Real-Time",
  definition: {
    name: "ivs-realtime",
    signingName: "ivs",
    protocol: "restJson1",
    version: "2020-07-14",
    // The model says `exceptionMessage`; botocore and the JavaScript SDK read `message`.
    errorBody: { messageMembers: ["message", "exceptionMessage"] },
  },
  hostLabel: "ivsrealtime",
  resourceTypes: [...RESOURCE_TYPES, "composition"],
  migrations: realTimeMigrations,
  create({ address, settings, ...needs }: RealTimeNeeds) {
    const { publicBaseUrl } = address;
    const { ingestHost, rateLimits } = settings;
    const deps: RealTimeDependencies = { ...needs, publicBaseUrl, ingestHost };
    return {
      api: async () => (await import("./api.ts")).realTimeApi(deps, rateLimits),
      accessDenied: denialError,
      contributes: { resourceTypes: [realTimeResourceTypes] },
    };
  },
});
