import * as sts from "@aws-sdk/client-sts";
import { expect, test } from "vitest";
import { readServiceShapes } from "./sdk-schema.ts";

/** As the SDKs generate an error's schema. */
const ERROR = -3;
const errorSchema = (name: string, traits: object) =>
  [ERROR, "com.example", name, traits, ["message"], [0]] as const;

test.each([
  ["a client's fault", { error: "client" }, { status: 400, code: "Refused", fault: "client" }],
  ["a server's fault", { error: "server" }, { status: 500, code: "Refused", fault: "server" }],
  [
    "a fault with a status of its own",
    { error: "client", httpError: 409 },
    { status: 409, code: "Refused", fault: "client" },
  ],
  [
    "a fault with a code of its own",
    { error: "client", awsQueryError: ["Sender.Refused", 403] },
    { status: 400, code: "Sender.Refused", fault: "client" },
  ],
])("%s has its status and code", (_what, traits, expected) => {
  const { errors } = readServiceShapes({ ...sts, Refused$: errorSchema("Refused", traits) });
  expect(errors.get("Refused")).toMatchObject({ id: "com.example#Refused", ...expected });
  expect(errors.get(expected.code)?.name).toBe("Refused");
});

test("a service's base exception, which never travels, is none of its errors", () => {
  const { errors } = readServiceShapes({ ...sts, Base$: errorSchema("Base", {}) });
  expect(errors.has("Base")).toBe(false);
});
