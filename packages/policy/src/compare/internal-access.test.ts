import fc from "fast-check";
import { expect, test } from "vitest";
import { compileLayers, layers, request } from "../arbitraries.testing.ts";
import { compilePolicy } from "../compile/compile-policy.ts";
import type { PolicyLayers } from "../decide/policy-layers.ts";
import { PolicySet } from "../decide/policy-set.ts";
import { type NaiveLayers, naiveDecide } from "../naive-evaluator.testing.ts";
import type { ContextValue, DecisionRequest, PolicySource } from "../request.ts";
import { accessesOf, type InternalPair, internalAccess } from "./internal-access.ts";

const RUNS = { numRuns: 80 };
const ACTIONS = [
  { action: "s3:GetObject", resources: ["arn:aws:s3:::b/*"] },
  { action: "s3:PutObject", resources: ["arn:aws:s3:::b/*"] },
  { action: "sts:AssumeRole", resources: ["arn:aws:s3:::b", "arn:aws:s3:::b/*"] },
];

/** A random pair, its policies' texts, and a request of its principal on a part of its resource. */
const situation = fc
  .tuple(layers, request, fc.constantFrom("b", "b/u/x", "b/x:y/z"))
  .filter(([, { principal }]) => principal.kind === "user" || principal.kind === "role-session")
  .map(([{ session: _session, endpoint: _endpoint, ...texts }, asked, part]) => {
    const principal = asked.principal as InternalPair["principal"];
    const userName = principal.kind === "user" ? principal.userName : undefined;
    const context = new Map(asked.context as ReadonlyMap<string, ContextValue>);
    context.delete("aws:username");
    if (userName !== undefined) context.set("aws:username", userName);
    const pair: InternalPair = {
      principal,
      settled: new Map([["aws:username", userName]]),
      layers: compileLayers(texts),
      resourceAccountId: asked.resourceAccountId ?? "222222222222",
      actions: ACTIONS,
    };
    const { resourceAccountId } = pair;
    const resource = `arn:aws:s3:::${part}`;
    return situated(pair, texts, { ...asked, context, resource, resourceAccountId });
  });

function situated(pair: InternalPair, texts: NaiveLayers, asked: DecisionRequest) {
  return { pair, texts, asked };
}

function isAbout({ action, resource }: DecisionRequest): boolean {
  return resource !== "arn:aws:s3:::b" || action === "sts:AssumeRole";
}

test("no action is left out of which some request is allowed", () => {
  let allowed = 0;
  fc.assert(
    fc.property(situation, ({ pair, texts, asked }) => {
      if (!isAbout(asked) || naiveDecide(asked, texts) !== "allow") return;
      allowed += 1;
      expect(internalAccess(pair).flatMap(({ actions }) => actions)).toContain(asked.action);
    }),
    { ...RUNS, numRuns: 200, examples: [[allowedAtOnce()]] },
  );
  expect(allowed).toBeGreaterThan(0);
});

test("of each action that is found there is a request that the evaluators allow", () => {
  fc.assert(
    fc.property(situation, ({ pair, texts }) => {
      for (const { actions, access } of accessesOf(pair))
        for (const action of access.request ? actions : [])
          expect(naiveDecide({ ...(access.request as DecisionRequest), action }, texts)).toBe(
            "allow",
          );
    }),
    { ...RUNS, examples: [[allowedAtOnce()]] },
  );
});

test("nearly all that is found comes with such a request", () => {
  // The same each time: how many there are in a random sample is left to chance.
  const sample = fc.sample(situation, { ...RUNS, seed: 1 });
  const found = sample.flatMap(({ pair }) => [...accessesOf(pair)]);
  const proven = found.filter(({ access }) => access.request);
  expect(proven.length).toBeGreaterThan(10);
  expect(found.length - proven.length).toBeLessThan(proven.length / 5);
});

function allowedAtOnce() {
  const texts: NaiveLayers = { identity: [text([allow()])], resourceKind: "resource" };
  const pair = { ...pairOf({}), layers: compileLayers(texts) };
  const asked: DecisionRequest = {
    principal: USER,
    action: "s3:GetObject",
    resource: "arn:aws:s3:::b/x",
    resourceAccountId: HERE,
    context: new Map(),
  };
  return situated(pair, texts, asked);
}

const HERE = "111111111111";
const THERE = "222222222222";
const USER = {
  kind: "user",
  accountId: HERE,
  arn: `arn:aws:iam::${HERE}:user/u`,
  id: "AIDAUUUUUUUUUUUUUUUU",
  userName: "u",
} as const;
const ROLE = {
  kind: "role-session",
  accountId: HERE,
  arn: `arn:aws:sts::${HERE}:assumed-role/r/examined`,
  roleArn: `arn:aws:iam::${HERE}:role/r`,
  roleId: "AROARRRRRRRRRRRRRRRR",
  roleName: "r",
  sessionName: "examined",
  serviceLinked: false,
} as const;
const SESSION_ARN = `arn:aws:sts::${HERE}:assumed-role/r/night`;

const text = (Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (more: object = {}) => ({
  ...{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*", ...more },
});
const deny = (more: object = {}) => ({ ...allow(more), Effect: "Deny" });
const to = (AWS: string, more: object = {}) => allow({ Principal: { AWS }, ...more });

interface Given {
  readonly of?: InternalPair["principal"];
  readonly owner?: string;
  readonly identity?: object[];
  readonly boundary?: object[];
  readonly resource?: object[];
  readonly scps?: object[][];
  readonly rcps?: object[][];
}

function pairOf({ of = USER, owner = HERE, ...given }: Given): InternalPair {
  const set = (kind: PolicySource["kind"], statements: object[]) =>
    new PolicySet([compilePolicy(text(statements), { kind, id: kind, managed: false })]);
  const layersOf: PolicyLayers = {
    identity: given.identity && set("identity", given.identity),
    boundary: given.boundary && set("boundary", given.boundary),
    resource: given.resource && set("resource", given.resource),
    scpLevels: given.scps?.map((level) => set("scp", level)),
    rcpLevels: given.rcps?.map((level) => set("rcp", level)),
  };
  const settled = new Map([["aws:username", of.kind === "user" ? of.userName : undefined]]);
  return { principal: of, settled, layers: layersOf, resourceAccountId: owner, actions: ACTIONS };
}

const ALL = allow({ Action: "*", Resource: "*" });
const FOR_ALL = { ...ALL, Principal: "*" };

test.each<[string, Given, unknown[]]>([
  ["nothing is said", {}, []],
  ["a policy of the user", { identity: [allow()] }, [["s3:GetObject", {}]]],
  ["another bucket", { identity: [allow({ Resource: "arn:aws:s3:::c/*" })] }, []],
  [
    "a boundary that doesn't allow it",
    { identity: [ALL], boundary: [allow()] },
    [["s3:GetObject", {}]],
  ],
  ["a bucket's policy that names the user", { resource: [to(USER.arn)] }, [["s3:GetObject", {}]]],
  [
    "the user named, whatever its boundary",
    { resource: [to(USER.arn)], boundary: [allow({ Action: "sqs:*" })] },
    [["s3:GetObject", {}]],
  ],
  ["the account named alone", { resource: [to(`arn:aws:iam::${HERE}:root`)] }, []],
  ["another account's bucket alone", { owner: THERE, identity: [allow()] }, []],
  [
    "another account's bucket that lets the account in",
    { owner: THERE, identity: [allow()], resource: [to(HERE)] },
    [["s3:GetObject", {}]],
  ],
  [
    "a denial of it",
    { identity: [ALL, deny({ Resource: "*" })] },
    [
      ["s3:PutObject", {}],
      ["sts:AssumeRole", {}],
    ],
  ],
  [
    "a denial of a part of it",
    { identity: [allow(), deny({ Resource: "arn:aws:s3:::b/x/*" })] },
    [["s3:GetObject", {}]],
  ],
  [
    "a service control policy",
    { identity: [ALL], scps: [[ALL], [ALL, deny({ Action: "s3:Get*", Resource: "*" })]] },
    [
      ["s3:PutObject", {}],
      ["sts:AssumeRole", {}],
    ],
  ],
  [
    "a level that doesn't allow",
    { identity: [ALL], scps: [[ALL], [allow()]] },
    [["s3:GetObject", {}]],
  ],
  [
    "a resource control policy",
    {
      identity: [ALL],
      rcps: [[FOR_ALL], [FOR_ALL, { ...deny({ Action: "sts:*" }), Principal: "*", Resource: "*" }]],
    },
    [
      ["s3:GetObject", {}],
      ["s3:PutObject", {}],
    ],
  ],
  [
    "a condition",
    { identity: [allow({ Condition: { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } } })] },
    [["s3:GetObject", { "aws:SourceIp": "203.0.113.0/24" }]],
  ],
  [
    "a condition that a denial rules out",
    {
      identity: [
        allow({ Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } }),
        deny({ Condition: { StringLike: { "aws:SourceVpc": "vpc-*" } } }),
      ],
    },
    [],
  ],
  [
    "with and without a condition",
    {
      identity: [
        allow({ Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } }),
        allow({ Action: "s3:PutObject" }),
      ],
    },
    [
      ["s3:GetObject", { "aws:MultiFactorAuthPresent": "true" }],
      ["s3:PutObject", {}],
    ],
  ],
  [
    "a variable that is the user's name",
    { identity: [allow({ Resource: "arn:aws:s3:::b/${aws:username}/*" })] },
    [["s3:GetObject", {}]],
  ],
  [
    "a name that the user doesn't have",
    { identity: [allow({ Condition: { StringEquals: { "aws:username": "v" } } })] },
    [],
  ],
  ["one session of a role", { of: ROLE, resource: [to(SESSION_ARN)] }, [["s3:GetObject", {}]]],
  [
    "all sessions of a role but one",
    { of: ROLE, identity: [allow()], resource: [{ ...deny(), Principal: { AWS: SESSION_ARN } }] },
    [["s3:GetObject", {}]],
  ],
  [
    "a session by its id",
    {
      of: ROLE,
      identity: [allow({ Condition: { StringEquals: { "aws:userid": `${ROLE.roleId}:night` } } })],
    },
    [["s3:GetObject", { "aws:userid": `${ROLE.roleId}:night` }]],
  ],
  [
    "another role's sessions by their ids",
    { of: ROLE, identity: [allow({ Condition: { StringLike: { "aws:userid": "AROAOTHER:*" } } })] },
    [],
  ],
])("%s", (_, given, expected) => {
  const found = internalAccess(pairOf(given));
  expect(found.every(({ isProven }) => isProven)).toBe(true);
  const rows = found.flatMap(({ actions, condition }) => actions.map((one) => [one, condition]));
  expect(rows.sort()).toEqual(expected);
});

test("it says which of the resource's policies take part", () => {
  const policies = [[to(USER.arn)], [to(USER.arn, { Action: "s3:PutObject" })]].map((statements) =>
    compilePolicy(text(statements), { kind: "resource", id: "b", managed: false }),
  );
  const pair = { ...pairOf({}), layers: { resource: new PolicySet(policies) } };
  expect(internalAccess(pair)).toMatchObject([
    { actions: ["s3:GetObject", "s3:PutObject"], policies: [0, 1] },
  ]);
});
