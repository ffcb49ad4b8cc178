import type { EngineDependencies } from "../dependencies.ts";
import type { OwnType } from "../types/own-type.ts";
import { json, optional, replaced, text } from "./properties.ts";

/** The log group of a function that never runs: a record of its name. */
export function providerLogGroup({ ids }: Pick<EngineDependencies, "ids">): OwnType {
  return {
    schema: {
      typeName: "AWS::Logs::LogGroup",
      properties: {
        LogGroupName: replaced(optional(text)),
        RetentionInDays: optional({ kind: "integer" }),
        KmsKeyId: optional(text),
        LogGroupClass: optional(text),
        DataProtectionPolicy: optional(json),
        Tags: optional({ kind: "list", of: json }),
      },
      types: {},
      attributes: { Arn: text },
      primaryIdentifier: ["LogGroupName"],
      ref: ["LogGroupName"],
      writeOnly: [],
      tags: { property: "Tags", form: "list", hasSystemTags: false },
    },
    async create(want, { place, accountId, region, partition }) {
      const { LogGroupName = `${place.stack.name}-${place.logicalId}-${ids.alphanumeric(12)}` } =
        want;
      const Arn = `arn:${partition}:logs:${region}:${accountId}:log-group:${LogGroupName}:*`;
      return { kind: "done", model: { ...want, LogGroupName, Arn } };
    },
    read: async (model) => model,
    update: async ({ LogGroupName, Arn }, _was, want) => ({
      kind: "done",
      model: { ...want, LogGroupName, Arn },
    }),
    delete: async (model) => ({ kind: "done", model }),
  };
}
