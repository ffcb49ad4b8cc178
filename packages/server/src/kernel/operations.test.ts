import type * as ivs from "@aws-sdk/client-ivs";
import type * as s3 from "@aws-sdk/client-s3";
import type * as sts from "@aws-sdk/client-sts";
import { expect, expectTypeOf, test } from "vitest";
import type { Checked } from "./checked.ts";
import {
  defineOperations,
  type InputOf,
  NO_PERMISSION_NEEDED,
  type OutputOf,
  pairsOf,
  subjectOf,
  withSubject,
} from "./operations.ts";

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

test("handlers get required members without undefined at every depth, and optional ones as is", () => {
  type Input = Checked<InputOf<typeof sts, "AssumeRole">>;
  expectTypeOf<Input["RoleArn"]>().toEqualTypeOf<string>();
  expectTypeOf<Input["Policy"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<NonNullable<Input["Tags"]>[number]["Key"]>().toEqualTypeOf<string>();
  expectTypeOf<Input>().toExtend<sts.AssumeRoleCommandInput>();

  type Put = Checked<InputOf<typeof s3, "PutObject">>;
  expectTypeOf<Put["Key"]>().toEqualTypeOf<string>();
  expectTypeOf<Put["Body"]>().toEqualTypeOf<s3.PutObjectCommandInput["Body"]>();
  expectTypeOf<Put["Expires"]>().toEqualTypeOf<Date | undefined>();
  type Delete = Checked<InputOf<typeof s3, "DeleteObjects">>["Delete"];
  expectTypeOf<Delete["Objects"][number]["Key"]>().toEqualTypeOf<string>();
  expectTypeOf<Delete["Objects"][number]["VersionId"]>().toEqualTypeOf<string | undefined>();

  type Create = Checked<InputOf<typeof ivs, "CreateRecordingConfiguration">>;
  expectTypeOf<Create["destinationConfiguration"]["s3"]>().toEqualTypeOf<
    { bucketName: string } | undefined
  >();
  expectTypeOf<Create["tags"]>().toEqualTypeOf<Record<string, string> | undefined>();
});

test("a handler's subject is of the type that its authorize returns", () => {
  const subject = { id: 1 };
  const table = defineOperations<typeof ivs>()({
    GetChannel: withSubject({
      authorize: async ({ arn }) => ({
        pairs: { action: "ivs:GetChannel", resource: arn },
        subject,
      }),
      handle: (input, _context, found) => {
        expectTypeOf(input.arn).toEqualTypeOf<string>();
        expectTypeOf(found).toEqualTypeOf<{ id: number }>();
        return {};
      },
    }),
    ListChannels: {
      authorize: () => NO_PERMISSION_NEEDED,
      // Nothing is promised to a handler that wasn't made by withSubject.
      handle: (_input, _context, nothing) => {
        expectTypeOf(nothing).toEqualTypeOf<never>();
        return { channels: [] };
      },
    },
  });
  expect(Object.keys(table)).toEqual(["GetChannel", "ListChannels"]);
  const pairs = { action: "ivs:GetChannel", resource: "*" };
  expect([pairsOf(pairs), subjectOf(pairs)]).toEqual([pairs, undefined]);
  expect([pairsOf({ pairs, subject }), subjectOf({ pairs, subject })]).toEqual([pairs, subject]);
  expect(pairsOf(NO_PERMISSION_NEEDED)).toBe(NO_PERMISSION_NEEDED);
});
