import type { OwnType } from "./own-type.ts";

const analytics = { type: { kind: "string" }, required: false, replacement: "no" } as const;

/** The CDK's note of which constructs a stack uses: it is there and does nothing. */
export const cdkMetadata: OwnType = {
  schema: {
    typeName: "AWS::CDK::Metadata",
    properties: { Analytics: analytics },
    types: {},
    attributes: { Id: { kind: "string" } },
    primaryIdentifier: ["Id"],
    ref: ["Id"],
    writeOnly: [],
  },
  permissions: { free: "It is a note in the template: nothing is there outside of the stack." },
  create: async (want, { token }) => ({ kind: "done", model: { ...want, Id: token } }),
  read: async (model) => model,
  update: async (model, _was, want) => ({ kind: "done", model: { ...model, ...want } }),
  delete: async (model) => ({ kind: "done", model }),
};
