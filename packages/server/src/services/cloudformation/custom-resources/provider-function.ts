import type { ResourceSchema } from "../../../kernel/resources.ts";
import type { EngineDependencies } from "../dependencies.ts";
import type { OwnType } from "../types/own-type.ts";
import { functionArn, functionPermissions } from "./function-permissions.ts";
import { json, optional, required, text } from "./properties.ts";
import { requireAssumable } from "./provider-session.ts";

/** Source: Lambda's API, FunctionName. */
const NAME_LENGTH_MAX = 64;

const SCHEMA: ResourceSchema = {
  typeName: "AWS::Lambda::Function",
  properties: {
    Code: required({ kind: "json" }),
    Role: required(text),
    Handler: optional(text),
    Runtime: optional(text),
    Description: optional(text),
    Timeout: optional({ kind: "integer" }),
    MemorySize: optional({ kind: "integer" }),
    Environment: optional(json),
    Layers: optional({ kind: "list", of: text }),
    EphemeralStorage: optional(json),
    LoggingConfig: optional(json),
    Architectures: optional({ kind: "list", of: text }),
    Tags: optional({ kind: "list", of: json }),
  },
  types: {},
  attributes: { Arn: text, FunctionName: text },
  primaryIdentifier: ["FunctionName"],
  ref: ["FunctionName"],
  writeOnly: ["Code"],
  tags: { property: "Tags", form: "list", hasSystemTags: false },
};

/**
 * The function of a custom resource that is made natively: a record of its name and role. It never
 * runs, and templates with other functions are refused before anything is made.
 */
export function providerFunction(deps: Pick<EngineDependencies, "invoke">): OwnType {
  return {
    schema: SCHEMA,
    naming: { property: "FunctionName", lengthMax: NAME_LENGTH_MAX },
    permissions: functionPermissions,
    async create(want, call) {
      const Arn = functionArn(want, call);
      await requireAssumable(want, Arn, call, deps);
      return { kind: "done", model: { ...want, Arn } };
    },
    read: async (model) => model,
    async update(model, _was, want, call) {
      const { FunctionName, Arn } = model;
      await requireAssumable(want, String(Arn), call, deps);
      return { kind: "done", model: { ...want, FunctionName, Arn } };
    },
    delete: async (model) => ({ kind: "done", model }),
  };
}
