import type * as ivs from "@aws-sdk/client-ivs";
import type * as s3 from "@aws-sdk/client-s3";
import { expect, expectTypeOf, test } from "vitest";
import { defineOperations, type InputOf, type OutputOf } from "./operations.ts";

/* The types are the test: `npm run typecheck` fails when one of them no longer holds. */

test("inputs and outputs are the SDK's own", () => {
  expectTypeOf<InputOf<typeof ivs, "GetChannel">>().toEqualTypeOf<ivs.GetChannelCommandInput>();
  expectTypeOf<OutputOf<typeof ivs, "GetChannel">>().toEqualTypeOf<
    Omit<ivs.GetChannelCommandOutput, "$metadata">
  >();
  expectTypeOf<InputOf<typeof s3, "PutObject">["Bucket"]>().toEqualTypeOf<string | undefined>();
});

test("an operation needs to say what must be allowed", () => {
  type Declared = Parameters<ReturnType<typeof defineOperations<typeof ivs>>>[0];
  type Handler = NonNullable<Declared["GetChannel"]>;
  expectTypeOf<Handler>().toHaveProperty("authorize");
  expectTypeOf<{ handle: Handler["handle"] }>().not.toExtend<Handler>();
  const table = defineOperations<typeof ivs>()({
    GetChannel: {
      authorize: ({ arn }) => ({ action: "ivs:GetChannel", resource: arn ?? "*" }),
      handle: async () => ({}),
    },
  });
  expect(Object.keys(table)).toEqual(["GetChannel"]);
});
