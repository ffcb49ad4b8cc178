import type { EngineDependencies } from "../dependencies.ts";
import type { OwnType } from "../types/own-type.ts";
import { json, optional, required, text } from "./properties.ts";

/** A layer of a function that never runs: a record of its ARN. */
export function providerLayer({ ids }: Pick<EngineDependencies, "ids">): OwnType {
  return {
    schema: {
      typeName: "AWS::Lambda::LayerVersion",
      properties: {
        Content: { ...required(json), replacement: "yes" },
        LayerName: { ...optional(text), replacement: "yes" },
        Description: { ...optional(text), replacement: "yes" },
        LicenseInfo: { ...optional(text), replacement: "yes" },
        CompatibleRuntimes: { ...optional({ kind: "list", of: text }), replacement: "yes" },
        CompatibleArchitectures: { ...optional({ kind: "list", of: text }), replacement: "yes" },
      },
      types: {},
      attributes: { LayerVersionArn: text },
      primaryIdentifier: ["LayerVersionArn"],
      ref: ["LayerVersionArn"],
      writeOnly: ["Content"],
    },
    async create(want, { place, accountId, region, partition }) {
      const { LayerName = `${place.logicalId}${ids.alphanumeric(12)}` } = want;
      const front = `arn:${partition}:lambda:${region}:${accountId}:layer`;
      const model = { ...want, LayerVersionArn: `${front}:${LayerName}:1` };
      return { kind: "done", model };
    },
    read: async (model) => model,
    update: async (model, _was, want) => ({ kind: "done", model: { ...model, ...want } }),
    delete: async (model) => ({ kind: "done", model }),
  };
}
