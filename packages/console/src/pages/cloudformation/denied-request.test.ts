import { expect, test } from "vitest";
import { deniedRequestOf } from "./denied-request.ts";

const ID = "485ef9ab-e096-4a51-a320-029aeed355f9";
const handler = (code: string) =>
  `Resource handler returned message: "no (Service: Ivs, Status Code: 403, Request ID: ${ID})" ` +
  `(RequestToken: 31c08143-c471-414a-b508-9a197ceef944, HandlerErrorCode: ${code})`;

test.each([
  [handler("AccessDenied"), ID],
  [handler("AlreadyExists"), undefined],
  ["The following resource(s) failed to create: [Live].", undefined],
])("%s has a decision, or none", (reason, id) => {
  expect(deniedRequestOf(reason)).toBe(id);
});
