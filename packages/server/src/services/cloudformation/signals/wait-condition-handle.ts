import { ResourceError, type ResourceSchema } from "../../../kernel/resources.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { removeSignals } from "../rows/signals.ts";
import type { OwnType } from "../types/own-type.ts";
import { handlePath } from "./handle-address.ts";

const SCHEMA: ResourceSchema = {
  typeName: "AWS::CloudFormation::WaitConditionHandle",
  properties: {},
  types: {},
  attributes: { Id: { kind: "string" } },
  primaryIdentifier: ["Id"],
  ref: ["Id"],
  writeOnly: [],
};

const SECRET_LENGTH = 40;

/** The addresses at which wait conditions are signalled: this server's own, with a secret. */
export function waitConditionHandle({
  ids,
  address,
}: Pick<CloudFormationDependencies, "ids" | "address">): OwnType {
  return {
    schema: SCHEMA,
    permissions: { free: "It is an address of the stack's own: AWS's handler calls no service." },
    async create(_want, { place: { stack, logicalId }, tx, baseUrl }) {
      const signalled = { stack_id: stack.stack_id, logical_id: logicalId };
      // A handle of before may have had the same name.
      await removeSignals(signalled, tx.db);
      const path = handlePath(signalled, ids.alphanumeric(SECRET_LENGTH));
      return { kind: "done", model: { Id: `${baseUrl ?? address.publicBaseUrl}${path}` } };
    },
    read: async (model) => model,
    async update() {
      throw new ResourceError("NotUpdatable", "Wait condition handles can't be updated.");
    },
    async delete(model, { place: { stack, logicalId }, tx }) {
      await removeSignals({ stack_id: stack.stack_id, logical_id: logicalId }, tx.db);
      return { kind: "done", model };
    },
  };
}
