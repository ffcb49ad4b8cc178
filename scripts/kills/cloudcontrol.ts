import { CloudControl, type ProgressEvent } from "@aws-sdk/client-cloudcontrol";
import { until } from "../../test/support/until.ts";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey } from "./pages.ts";
import { pause } from "./pause.ts";
import { type Change, remembered } from "./remembered.ts";

/* Cloud Control's requests: each ends, and its resource is as the last one left it. */

const PREFIX = "kills-cc-";
/** Even keys are parameters, which names identify, odd ones channels, which get their ARNs. */
const PARAMETER = "AWS::SSM::Parameter";
const CHANNEL = "AWS::IVS::Channel";
const TYPES = [PARAMETER, CHANNEL];
const ENDS_MS_MAX = 120_000;

interface Resource {
  readonly identifier: string;
  readonly value: string;
}

const isParameter = (key: string) => Number(key.slice(1)) % 2 === 0;

/** Identifiers for requests, as the last one that ended or a look found them. */
const identifiers = new Map<string, string>();

function change(key: string, resource: Resource | undefined, chance: Chance): Change<Resource> {
  const TypeName = isParameter(key) ? PARAMETER : CHANNEL;
  const name = PREFIX + key;
  const value = isParameter(key) ? String(chance.below(1e9)) : chance.one(["LOW", "NORMAL"]);
  if (!resource) {
    const desired = isParameter(key)
      ? { Name: name, Type: "String", Value: value }
      : { Name: name, Type: "BASIC", LatencyMode: value };
    const input = {
      ...{ TypeName, ClientToken: `${key}-${chance.below(2 ** 31)}` },
      DesiredState: JSON.stringify(desired),
    };
    return ended(key, `CreateResource ${key} ${value}`, (at) =>
      at.client(CloudControl).createResource(input),
    )({ identifier: name, value });
  }
  const of = { TypeName, Identifier: identifiers.get(key) ?? name };
  if (chance.rarely(4))
    return ended(key, `DeleteResource ${key}`, (at) => at.client(CloudControl).deleteResource(of))(
      undefined,
    );
  const path = isParameter(key) ? "/Value" : "/LatencyMode";
  const PatchDocument = JSON.stringify([{ op: "replace", path, value }]);
  return ended(key, `UpdateResource ${key} ${value}`, (at) =>
    at.client(CloudControl).updateResource({ ...of, PatchDocument }),
  )({ ...resource, value });
}

function ended(
  key: string,
  says: string,
  send: (at: Node) => Promise<{ readonly ProgressEvent?: ProgressEvent | undefined }>,
): (after: Resource | undefined) => Change<Resource> {
  let token = "";
  return (after) => ({
    says,
    async send(at) {
      const { ProgressEvent: event } = await send(at);
      token = event?.RequestToken ?? "";
    },
    after: () => after,
    async settle(at) {
      for (;;) {
        const status = { RequestToken: token };
        const { ProgressEvent: event } = await at
          .client(CloudControl)
          .getResourceRequestStatus(status);
        if (event?.OperationStatus === "SUCCESS") {
          if (event.Identifier !== undefined) identifiers.set(key, event.Identifier);
          return;
        }
        if (event?.OperationStatus === "FAILED")
          throw new Error(`${says} failed: ${event.StatusMessage}`);
        await pause(50);
      }
    },
  });
}

async function read(at: Node): Promise<ReadonlyMap<string, Resource>> {
  const control = at.client(CloudControl);
  await until(
    async () => {
      const ResourceRequestStatusFilter = {
        OperationStatuses: ["PENDING", "IN_PROGRESS"] as ("PENDING" | "IN_PROGRESS")[],
      };
      const { ResourceRequestStatusSummaries: open = [] } = await control.listResourceRequests({
        ResourceRequestStatusFilter,
      });
      return open.length === 0;
    },
    "the end of all requests",
    { withinMs: ENDS_MS_MAX },
  );
  const named: [string, Resource][] = [];
  for (const TypeName of TYPES) {
    const listed = await allPages(
      (NextToken) => control.listResources({ TypeName, NextToken }),
      ({ ResourceDescriptions }) => ResourceDescriptions,
      ({ NextToken }) => NextToken,
    );
    for (const { Identifier = "" } of listed) {
      const { ResourceDescription } = await control.getResource({ TypeName, Identifier });
      const properties = JSON.parse(ResourceDescription?.Properties ?? "{}");
      const name = String(properties.Name);
      if (!name.startsWith(PREFIX)) continue;
      identifiers.set(name.slice(PREFIX.length), Identifier);
      const value = String(properties.Value ?? properties.LatencyMode);
      named.push([name, { identifier: name, value }]);
    }
  }
  return byKey(PREFIX, named);
}

export const controlled = remembered<Resource>({ name: "cloudcontrol", keys: 8, change, read });
