import { formatArn } from "../../../kernel/arn.ts";
import type { OwnType, StackStepCalls } from "../types/own-type.ts";
import { json, optional, required, text } from "./properties.ts";

/** Source: Lambda API reference, PublishLayerVersion, LayerName. */
const NAME_LENGTH_MAX = 140;

/** A layer of a function that never runs: a record of its ARN. */
export const providerLayer: OwnType = {
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
  naming: { property: "LayerName", lengthMax: NAME_LENGTH_MAX },
  // Source: `AWS::Lambda::LayerVersion`, `handlers.permissions`; the content isn't read here.
  permissions: {
    create: ({ LayerName }, call) => [
      [{ action: "lambda:PublishLayerVersion", resource: layerArn(LayerName, call) }],
    ],
    read: ({ LayerVersionArn }) => [
      [{ action: "lambda:GetLayerVersion", resource: String(LayerVersionArn) }],
    ],
    // Every change makes another version.
    update: () => [],
    delete: ({ LayerVersionArn }) => [
      [{ action: "lambda:DeleteLayerVersion", resource: String(LayerVersionArn) }],
    ],
  },
  async create(want, call) {
    const LayerVersionArn = `${layerArn(want.LayerName, call)}:1`;
    return { kind: "done", model: { ...want, LayerVersionArn } };
  },
  read: async (model) => model,
  update: async (model, _was, want) => ({ kind: "done", model: { ...model, ...want } }),
  delete: async (model) => ({ kind: "done", model }),
};

function layerArn(name: unknown, { region, accountId }: StackStepCalls): string {
  return formatArn({ service: "lambda", region, accountId, resource: `layer:${name}` });
}
