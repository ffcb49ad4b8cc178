import { expect, test } from "vitest";
import type { ServiceConstraints } from "../kernel/constraints.ts";
import { refuseUnsupportedMembers } from "./unsupported-members.ts";

const constraints: ServiceConstraints = {
  errorCode: "ValidationException",
  members: {},
  unsupported: ["Put.Trace", "Put.Entries.Trace.Id", "Put.Items"],
};

const refuse = (operation: string, input: object) => () =>
  refuseUnsupportedMembers(operation, { ...input }, constraints);

test.each([
  [{ Trace: "" }, "Trace"],
  [{ Trace: false }, "Trace"],
  [{ Entries: [{}, { Trace: { Id: 0 } }] }, "Entries.Trace.Id"],
  [{ Items: [undefined] }, "Items"],
])("%o is refused for its %s", (input, path) => {
  expect(refuse("Put", input)).toThrow(`Rolecast doesn't implement ${path} of Put.`);
});

test.each([
  ["Put", {}],
  ["Put", { Trace: undefined, Items: [], Entries: [{ Trace: {} }, { Trace: null }] }],
  ["Get", { Trace: "x" }],
])("%s of %o isn't", (operation, input) => {
  expect(refuse(operation, input)).not.toThrow();
});
