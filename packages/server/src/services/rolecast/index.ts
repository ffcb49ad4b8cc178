import { Readable } from "node:stream";
import type { ApiDefinition, WireRequest } from "@rolecast/wire";
import { defineService } from "../../kernel/define-service.ts";
import type { ServiceFacts } from "../../kernel/service.ts";
import type { RolecastApiParts } from "./api.ts";
import { FeedReaders } from "./feeds/feed-readers.ts";
import type { VerifiedRequest } from "./linked-services/forward-access-sessions.ts";
import { TestPictures } from "./test-pictures/test-pictures.ts";

interface RolecastNeeds extends Omit<RolecastApiParts, "readers" | "verify" | "testPictures"> {
  readonly settings: RolecastApiParts["settings"] & { readonly host: string };
  readonly ingestPorts: () => { readonly rtmps: number };
  readonly authenticator: {
    verifyReceived(
      service: Pick<ServiceFacts, "definition">,
      request: WireRequest,
      body: Uint8Array,
    ): Promise<VerifiedRequest>;
  };
}

const definition: ApiDefinition = {
  name: "rolecast",
  signingName: "rolecast",
  protocol: "restJson1",
  version: "2026-11-01",
};

/**
 * Rolecast's own API, signed for `rolecast`: operations for things that AWS's services do among
 * themselves, without an operation on AWS, and the server's own routes below `/_rolecast/`.
 */
export const rolecast = defineService({
  title: "Rolecast",
  definition,
  servesOwnRoutes: true,
  audit: {
    resourceTypePrefix: "Rolecast",
    readOnly: [
      "DownloadRecording",
      "ListPermissionUses",
      "ListUnusedPermissions",
      "ReadCloudTrail",
      "ReadDecisions",
      "ReadEvents",
      "ReadHealth",
      "ReadLogs",
      "ReadMetrics",
      "ExplainSimulation",
      "TryPolicyChange",
    ],
  },
  create(needs: RolecastNeeds) {
    const { clock, settings } = needs;
    const readers = new FeedReaders();
    const port = () => needs.ingestPorts().rtmps;
    const testPictures = new TestPictures({ clock, host: settings.host, port });
    const verify: RolecastApiParts["verify"] = (request) =>
      needs.authenticator.verifyReceived(
        { definition },
        { ...request, body: Readable.from([]) },
        request.body,
      );
    return {
      api: async () => {
        const { rolecastApi } = await import("./api.ts");
        return rolecastApi({ ...needs, readers, verify, testPictures });
      },
      endReaders: () => readers.close(),
      drain: async () => testPictures.close(),
      close: async () => testPictures.close(),
      reset: async () => testPictures.close(),
    };
  },
});
