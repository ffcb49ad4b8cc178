import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePolicy } from "../compile/compile-policy.ts";
import { decide } from "../decide/decide.ts";
import { PolicySet } from "../decide/policy-set.ts";
import { validatePolicy } from "../validate/validate-policy.ts";
import { generatePolicy, type RecordedCall } from "./generate-policy.ts";

const USER = {
  kind: "user",
  accountId: "111111111111",
  arn: "arn:aws:iam::111111111111:user/u",
  id: "AIDAUUUUUUUUUUUUUUUU",
  userName: "u",
} as const;

interface Document {
  readonly Statement: readonly { Action: string | string[]; Resource: string | string[] }[];
}

function allows(documents: readonly string[], call: RecordedCall): boolean {
  const policies = documents.map((text, index) =>
    compilePolicy(text, { kind: "identity", id: `${index}`, managed: false }),
  );
  const request = {
    principal: USER,
    action: call.action,
    resource: call.resource,
    resourceAccountId: undefined,
    context: call.context ?? new Map(),
  };
  return decide(request, { identity: new PolicySet(policies) }) === "allow";
}

/** Each document with one statement, action or resource less. */
function smaller(documents: readonly string[]): readonly (readonly string[])[] {
  return documents.flatMap((text, at) => {
    const { Statement, ...rest }: Document = JSON.parse(text);
    const replaced = (Statements: readonly object[]) =>
      documents.map((each, index) =>
        index === at ? JSON.stringify({ ...rest, Statement: Statements }) : each,
      );
    return Statement.flatMap((statement, index) => {
      const others = Statement.filter((_, place) => place !== index);
      const parts = (["Action", "Resource"] as const).flatMap((element) => {
        const values = [statement[element]].flat();
        return values.length < 2
          ? []
          : values.map((value) => ({
              ...statement,
              [element]: values.filter((other) => other !== value),
            }));
      });
      return [replaced(others), ...parts.map((part) => replaced([...others, part]))];
    });
  });
}

const plain = fc.constantFrom("a", "b", "a/x", "a/y", "a/*", "a/${aws:username}/z", "*");
const names = fc.oneof(plain, fc.constantFrom("b/?", "a/${*}", "a*b/${$}{?"));
const call: fc.Arbitrary<RecordedCall> = fc.oneof(
  fc.record({
    action: fc.constantFrom("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
    resource: names.map((name) => `arn:aws:s3:::media/${name}`),
  }),
  fc.record({
    action: fc.constantFrom("ivs:GetChannel", "ivs:StopStream"),
    resource: plain.map((name) => `arn:aws:ivs:us-east-1:111111111111:channel/${name}`),
  }),
  fc.record({
    action: fc.constantFrom("ivs:ListChannels", "s3:ListAllMyBuckets"),
    resource: fc.constant("*"),
  }),
  fc
    .record({
      action: fc.constantFrom("iam:PassRole", "iam:CreateServiceLinkedRole"),
      service: fc.constantFrom("ivs.amazonaws.com", "ecs.amazonaws.com", undefined),
    })
    .map(({ action, service }) => ({
      action,
      resource: "arn:aws:iam::111111111111:role/r",
      context: new Map(
        service === undefined
          ? []
          : [
              ["iam:passedtoservice", service],
              ["iam:awsservicename", service],
            ],
      ),
    })),
);
/** Any call, by a service for a caller and for a resource, or not. */
const conditioned = fc
  .record({
    made: fc.oneof(
      call,
      fc.constant<RecordedCall>({
        action: "kms:Decrypt",
        resource: "arn:aws:kms:us-east-1:1:key/k",
      }),
    ),
    via: fc.constantFrom("s3.us-east-1.amazonaws.com", undefined),
    source: fc.constantFrom("arn:aws:s3:::media", "arn:aws:s3:::other", undefined),
  })
  .map(({ made, via, source }): RecordedCall => {
    const keys = [
      ["kms:viaservice", via],
      ["aws:sourcearn", source],
    ].flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as [string, string]]));
    const own = made.context instanceof Map ? [...made.context] : [];
    return { ...made, context: new Map([...own, ...keys]) };
  });
const calls = fc.array(fc.oneof(call, conditioned), { minLength: 1, maxLength: 25 });

/** One of the resources is also asked for without the condition. */
const partlyConditioned: RecordedCall[] = [undefined, "arn:aws:s3:::media"].flatMap((source) =>
  (source === undefined ? ["b/1"] : ["b/1", "c/1"]).map((name) => ({
    action: "s3:GetObject",
    resource: `arn:aws:s3:::media/${name}`,
    context: new Map(source === undefined ? [] : [["aws:sourcearn", source]]),
  })),
);

describe.each(["exact", "prefix", "service"] as const)("a policy of %s resources", (resources) => {
  test("is valid and allows every call", () => {
    fc.assert(
      fc.property(calls, (made) => {
        const { documents } = generatePolicy(made, { resources });
        for (const text of documents) expect(validatePolicy(text, "managed")).toEqual([]);
        expect(made.filter((each) => !allows(documents, each))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test("is the same whatever the order of the calls", () => {
    const shuffled = fc
      .array(call, { minLength: 2, maxLength: 12 })
      .chain((calls) =>
        fc.tuple(
          fc.constant(calls),
          fc.shuffledSubarray(calls, { minLength: calls.length, maxLength: calls.length }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([calls, others]) => {
        expect(generatePolicy(others).documents).toEqual(generatePolicy(calls).documents);
      }),
    );
  });

  test("has nothing that no call needs", () => {
    fc.assert(
      fc.property(calls, (made) => {
        const { documents } = generatePolicy(made, { resources });
        for (const less of smaller(documents))
          expect(made.some((each) => !allows(less, each))).toBe(true);
      }),
      { numRuns: 30, examples: [[partlyConditioned]] },
    );
  });
});

test("a service-linked role is granted for its service alone", () => {
  const role = "arn:aws:iam::111111111111:role/aws-service-role/ivs.amazonaws.com/AWSServiceRole";
  const { documents, statements } = generatePolicy([
    {
      action: "iam:CreateServiceLinkedRole",
      resource: role,
      context: new Map([["iam:awsservicename", "ivs.amazonaws.com"]]),
    },
    { action: "ivs:CreateRecordingConfiguration", resource: "*" },
    { action: "ivs:CreateRecordingConfiguration", resource: "*" },
  ]);
  expect(documents.map((text) => JSON.parse(text).Statement)).toEqual([
    [
      {
        Sid: "Iam1",
        Effect: "Allow",
        Action: "iam:CreateServiceLinkedRole",
        Resource: role,
        Condition: { StringEquals: { "iam:AWSServiceName": ["ivs.amazonaws.com"] } },
      },
      { Sid: "Ivs1", Effect: "Allow", Action: "ivs:CreateRecordingConfiguration", Resource: "*" },
    ],
  ]);
  expect(statements.map(({ calls: count }) => count)).toEqual([1, 2]);
});

test("a key that only S3 uses for its caller is granted through S3 alone", () => {
  const key = "arn:aws:kms:us-east-1:111111111111:key/k";
  const context = new Map([["kms:viaservice", "s3.us-east-1.amazonaws.com"]]);
  const source = new Map([["aws:sourcearn", "arn:aws:s3:::media"]]);
  const { documents } = generatePolicy([
    { action: "kms:GenerateDataKey", resource: key, context },
    { action: "sns:Publish", resource: "*", context: source },
  ]);
  expect(documents.map((text) => JSON.parse(text).Statement)).toMatchObject([
    [
      { Condition: { StringEquals: { "kms:ViaService": ["s3.us-east-1.amazonaws.com"] } } },
      { Condition: { StringEquals: { "aws:SourceArn": ["arn:aws:s3:::media"] } } },
    ],
  ]);
  const direct = { action: "kms:GenerateDataKey", resource: key };
  expect(allows(documents, direct)).toBe(false);
  expect(allows(documents, { ...direct, context })).toBe(true);
});

test("a long policy becomes several, none of which is too long", () => {
  const made = Array.from({ length: 400 }, (_, index) => ({
    action: index % 2 === 0 ? "s3:GetObject" : "s3:PutObject",
    resource: `arn:aws:s3:::media/recordings/of/the/year/${index}.ts`,
  }));
  const { documents } = generatePolicy(made);
  expect(documents.length).toBeGreaterThan(2);
  for (const text of documents) {
    expect(text.replace(/\s/g, "").length).toBeLessThanOrEqual(6_144);
    expect(validatePolicy(text, "managed")).toEqual([]);
  }
  expect(made.filter((each) => !allows(documents, each))).toEqual([]);
  expect(generatePolicy(made, { resources: "prefix" }).documents).toHaveLength(1);
});
