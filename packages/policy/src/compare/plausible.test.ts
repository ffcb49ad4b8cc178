import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AuthorizationData, ServiceAuthorization } from "../advise/authorization-data.ts";
import { compileLayers, layers } from "../arbitraries.testing.ts";
import { type CompiledPolicy, compilePolicy } from "../compile/compile-policy.ts";
import { setAllows, setDenies } from "../decide/match-statements.ts";
import { PolicySet } from "../decide/policy-set.ts";
import type { DecisionRequest } from "../request.ts";
import { findNewAccess } from "./compare.ts";
import { referenceOptions } from "./reference-options.ts";

function service(
  actions: Readonly<Record<string, readonly string[]>>,
  resources: Readonly<Record<string, string>>,
): ServiceAuthorization {
  const known = Object.entries(actions).map(([name, types]) => [
    name,
    { resources: types, keys: [] },
  ]);
  return { actions: Object.fromEntries(known), resources, keys: {} };
}

const DATA: AuthorizationData = {
  services: {
    iam: service(
      { GetRole: ["role"] },
      { role: "arn:${Partition}:iam::${Account}:role/${RoleName}" },
    ),
    ivs: service(
      { GetChannel: ["channel"], ListChannels: ["channel"] },
      { channel: "arn:${Partition}:ivs:${Region}:${Account}:channel/${ResourceId}" },
    ),
    s3: service(
      {
        GetObject: ["object"],
        GetObjectAcl: ["object"],
        GetBucketAcl: ["bucket"],
        PutObject: ["object"],
        ListBucket: ["bucket"],
        ListAllMyBuckets: [],
      },
      {
        bucket: "arn:${Partition}:s3:::${BucketName}",
        object: "arn:${Partition}:s3:::${BucketName}/${ObjectName}",
      },
    ),
  },
  globalKeys: {},
  rcpServices: [],
};
const OPTIONS = referenceOptions(DATA);

type Policies = readonly CompiledPolicy[];

function allows(policies: Policies, asked: DecisionRequest): boolean {
  const set = new PolicySet(policies);
  return !setDenies(set, asked, false) && setAllows(set, asked);
}

function policy(...statements: readonly (readonly [action: string, resource: string])[]): Policies {
  const Statement = statements.map(([Action, Resource]) => ({ Effect: "Allow", Action, Resource }));
  const text = JSON.stringify({ Version: "2012-10-17", Statement });
  return [compilePolicy(text, { kind: "identity", id: "p", managed: false })];
}

test.each<[string, Policies, Policies, string, string]>([
  [
    "an action that AWS has, on a name that the pattern leaves open",
    policy(["s3:Get*", "arn:aws:s3:::a-*"]),
    policy(["s3:GetObject", "arn:aws:s3:::a-*"], ["s3:GetBucketAcl", "*"]),
    "s3:GetObjectAcl",
    "arn:aws:s3:::a-example/example",
  ],
  [
    "an object of the named bucket",
    policy(["s3:*", "arn:aws:s3:::media/*"]),
    policy(["s3:Get*", "arn:aws:s3:::media/*"]),
    "s3:PutObject",
    "arn:aws:s3:::media/example",
  ],
  [
    "the bucket, and no object",
    policy(["s3:*", "arn:aws:s3:::media"]),
    policy(),
    "s3:ListBucket",
    "arn:aws:s3:::media",
  ],
  [
    "an action without resources",
    policy(["s3:List*", "*"]),
    policy(["s3:ListBucket", "*"]),
    "s3:ListAllMyBuckets",
    "*",
  ],
  [
    "a Region and an account as the policy has them",
    policy(["ivs:*", "arn:aws:ivs:eu-west-1:000000000000:channel/*"]),
    policy(["ivs:GetChannel", "*"]),
    "ivs:ListChannels",
    "arn:aws:ivs:eu-west-1:000000000000:channel/example",
  ],
  [
    "a role of any name",
    policy(["*", "arn:aws:iam::*"]),
    policy(),
    "iam:GetRole",
    "arn:aws:iam::111122223333:role/example",
  ],
])("a witness is %s", (_, candidate, existing, action, resource) => {
  const found = findNewAccess(candidate, existing, OPTIONS);
  expect(found).toMatchObject({ kind: "found", request: { action, resource } });
});

const pair = (layer: "identity" | "resource") =>
  fc
    .tuple(layers, layers)
    .map(([one, other]): [Policies, Policies] => [
      compileLayers(one)[layer]?.policies ?? [],
      compileLayers(other)[layer]?.policies ?? [],
    ]);

describe.each([
  ["identities", pair("identity")],
  ["resources", pair("resource")],
] as const)("of policies of %s", (_name, policies) => {
  test("a witness is decided differently by both, and there is one where there was one", () => {
    let found = 0;
    fc.assert(
      fc.property(policies, ([candidate, existing]) => {
        const access = findNewAccess(candidate, existing, OPTIONS);
        expect(access.kind).toBe(findNewAccess(candidate, existing).kind);
        if (access.kind !== "found") return;
        found += 1;
        const { request, statement } = access;
        expect(allows(candidate, request)).toBe(true);
        expect(allows(existing, request)).toBe(false);
        expect(allows([{ ...statement.policy, statements: [statement] }], request)).toBe(true);
      }),
      { numRuns: 100 },
    );
    expect(found).toBeGreaterThan(10);
  });
});
