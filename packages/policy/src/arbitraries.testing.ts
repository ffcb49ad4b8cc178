import fc from "fast-check";
import { compilePolicy } from "./compile/compile-policy.ts";
import type { PolicyLayers } from "./decide/policy-layers.ts";
import { PolicySet } from "./decide/policy-set.ts";
import type { NaiveLayers } from "./naive-evaluator.testing.ts";
import type { Json } from "./naive-matching.testing.ts";
import type { Principal } from "./principal.ts";
import type { ContextValue, DecisionRequest, PolicySource } from "./request.ts";

/** Random policies, requests and layers over small alphabets, so that they meet often. */

const HERE = "111111111111";
const THERE = "222222222222";

const USER = {
  kind: "user",
  accountId: HERE,
  arn: `arn:aws:iam::${HERE}:user/p/u`,
  id: "AIDAUUUUUUUUUUUUUUUU",
  userName: "u",
} as const;

const SESSION = {
  kind: "role-session",
  accountId: HERE,
  arn: `arn:aws:sts::${HERE}:assumed-role/r/s`,
  roleArn: `arn:aws:iam::${HERE}:role/path/r`,
  roleId: "AROARRRRRRRRRRRRRRRR",
  roleName: "r",
  sessionName: "s",
  serviceLinked: false,
} as const;

const FEDERATED = {
  kind: "federated-user",
  accountId: HERE,
  arn: `arn:aws:sts::${HERE}:federated-user/f`,
  userArn: USER.arn,
  name: "f",
} as const;

const principals: readonly Principal[] = [
  USER,
  SESSION,
  FEDERATED,
  { ...SESSION, serviceLinked: true },
  { ...FEDERATED, userArn: undefined },
  { kind: "root", accountId: HERE, arn: `arn:aws:iam::${HERE}:root` },
  { kind: "service", serviceName: "ivs.amazonaws.com" },
  { kind: "federated-provider", provider: "accounts.google.com" },
  { kind: "anonymous" },
];

const actions = ["s3:GetObject", "s3:PutObject", "sts:AssumeRole"];
const actionPatterns = [
  "*",
  "s3:*",
  "s3:Get*",
  "S3:getobject",
  "s3:?etObject",
  "s3:*ob*ct",
  "*:GetObject",
  "s3:",
  "s3",
  "sts:Assume*",
  "s3:GetObject ",
];

const resources = [
  "*",
  "arn:aws:s3:::b",
  "arn:aws:s3:::b/u/x",
  "arn:aws:s3:::b/x:y/*",
  `arn:aws:iam::${HERE}:role/path/r`,
];
const patternPieces = [
  "arn",
  ":",
  "aws",
  "s3",
  ":::",
  "arn:aws:s3:::",
  "b",
  "/",
  "u",
  "x",
  "*",
  "?",
  "${aws:username}",
  "${k}",
  "${absent}",
  "${absent, 'u'}",
  "${absent, 'a}b'}",
  "${*}",
  "${?}",
  "${$}",
  "${",
  "}",
];

const pieces = fc
  .array(fc.constantFrom(...patternPieces), { maxLength: 5 })
  .map((parts) => parts.join(""));

const resourcePattern = fc.oneof(
  { weight: 6, arbitrary: fc.constant("*") },
  { weight: 2, arbitrary: fc.constantFrom(...resources) },
  { weight: 2, arbitrary: pieces.map((text) => `arn:aws:s3:::b${text}`) },
  { weight: 1, arbitrary: pieces },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "arn:aws:s3:::*",
      "arn:aws:*",
      "arn:aws:s3*",
      "arn:*:s3:::b/*",
      "arn:aws:s?:*:*:b*x",
      "arn:aws:s3:::b/${aws:username}/*",
      "arn:aws:iam::${k}:role/*",
      "arn:aws:s3:::${absent}*",
    ),
  },
);

const awsPrincipals = [
  "*",
  HERE,
  `arn:aws:iam::${HERE}:root`,
  THERE,
  USER.arn,
  USER.id,
  SESSION.arn,
  `arn:aws:iam::${HERE}:role/r`,
  SESSION.roleArn,
  SESSION.roleId,
  FEDERATED.arn,
];

const principalElement: fc.Arbitrary<Json> = fc.oneof(
  { weight: 1, arbitrary: fc.constant("*") },
  {
    weight: 6,
    arbitrary: fc.record({
      AWS: fc.array(fc.constantFrom(...awsPrincipals), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ Service: "ivs.amazonaws.com" }) },
  { weight: 1, arbitrary: fc.constant({ Federated: ["accounts.google.com"], AWS: HERE }) },
);

const families: readonly (readonly [readonly string[], readonly string[], readonly string[]])[] = [
  [
    ["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"],
    ["k", "K", "m", "absent", "aws:username"],
    ["u", "U", "x", "", "*", "${aws:username}", "${absent}", "${absent, 'x'}", "${*}"],
  ],
  [
    ["StringLike", "StringNotLike"],
    ["k", "m", "absent", "aws:username"],
    ["u*", "?", "*x*", "${aws:username}", "${k}*", "${absent}*", "${*}", "*"],
  ],
  [
    ["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"],
    ["arn", "arns", "k", "absent"],
    [
      "arn:aws:s3:::b",
      "arn:*:s3:*:*:b*",
      "arn:aws:*",
      "*",
      "b",
      "arn:aws:s3:::${k}",
      "arn:aws:${k}:::*",
      "${arn}",
      "${k}",
      "${arns, 'arn:aws:s3:::b'}",
    ],
  ],
  [
    ["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"],
    ["n", "k", "ns", "absent"],
    ["5", "5.0", "-1", "10", "zzz"],
  ],
  [
    ["DateEquals", "DateNotEquals", "DateLessThanEquals", "DateGreaterThan"],
    ["d", "absent"],
    ["2026-01-01T00:00:00Z", "2025", "2026-01-01", "1767225600", "zzz"],
  ],
  [["Bool"], ["t", "k", "absent"], ["true", "false", "TRUE", "${t}", "yes"]],
  [["BinaryEquals"], ["y", "absent"], ["QUI=", "QUJD"]],
  [
    ["IpAddress", "NotIpAddress"],
    ["ip", "k", "absent"],
    ["10.0.0.0/8", "10.1.2.3", "10.1.2.3/31", "2001:db8::/33", "::/0", "0.0.0.0/0", "zzz"],
  ],
];

const condition: fc.Arbitrary<Json> = fc
  .constantFrom(...families)
  .chain(([operators, keys, values]) =>
    fc.record({
      set: fc.constantFrom("", "", "ForAllValues:", "ForAnyValue:"),
      operator: fc.constantFrom(...operators),
      ifExists: fc.constantFrom("", "", "IfExists"),
      key: fc.constantFrom(...keys),
      values: fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }),
    }),
  )
  .map(({ set, operator, ifExists, key, values }) => ({
    [`${set}${operator}${ifExists}`]: { [key]: values },
  }));

const nullCondition: fc.Arbitrary<Json> = fc
  .tuple(fc.constantFrom("k", "m", "empty", "absent"), fc.constantFrom("true", "false"))
  .map(([key, value]) => ({ Null: { [key]: value } }));

const conditionElement = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: condition },
  { weight: 1, arbitrary: nullCondition },
);

function oneIn(count: number): fc.Arbitrary<boolean> {
  return fc.integer({ min: 1, max: count }).map((roll) => roll === 1);
}

/** A list, or its element in the place of a list. */
function manyOf(item: fc.Arbitrary<string>): fc.Arbitrary<Json> {
  return fc.oneof(item, fc.array(item, { minLength: 1, maxLength: 3 }));
}

function statement(kind: PolicySource["kind"]): fc.Arbitrary<{ [key: string]: Json }> {
  return fc
    .record({
      effect: oneIn(7).map((deny) => (deny ? "Deny" : "Allow")),
      action: fc.oneof(fc.constant("*"), manyOf(fc.constantFrom(...actionPatterns))),
      notAction: oneIn(6),
      resource: manyOf(resourcePattern),
      notResource: oneIn(6),
      principal: principalElement,
      notPrincipal: oneIn(6),
      condition: conditionElement,
    })
    .map((parts) => ({
      Effect: parts.effect,
      [parts.notAction ? "NotAction" : "Action"]: parts.action,
      ...(kind !== "trust" && { [parts.notResource ? "NotResource" : "Resource"]: parts.resource }),
      ...(["resource", "trust", "key", "rcp", "endpoint"].includes(kind) && {
        [parts.notPrincipal ? "NotPrincipal" : "Principal"]: parts.principal,
      }),
      ...(parts.condition !== undefined && { Condition: parts.condition }),
    }));
}

function policy(kind: PolicySource["kind"]): fc.Arbitrary<string> {
  return fc
    .record({
      Version: fc.constantFrom("2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17"),
      Statement: fc.array(statement(kind), { minLength: 1, maxLength: 3 }),
    })
    .map((document) => JSON.stringify(document));
}

const context: fc.Arbitrary<ReadonlyMap<string, ContextValue>> = fc
  .record(
    {
      "aws:username": fc.constantFrom("u", "U", "x:y", "*", ""),
      k: fc.constantFrom("u", "x", "true", "s3", "arn:aws:s3:::b", "10.1.2.3", "5", HERE),
      m: fc.array(fc.constantFrom("u", "x", "y"), { maxLength: 3 }),
      empty: fc.constant([]),
      arn: fc.constantFrom("arn:aws:s3:::b", "arn:aws:s3:::b:c", "b"),
      arns: fc.array(fc.constantFrom("arn:aws:s3:::b", "b"), { maxLength: 2 }),
      n: fc.constantFrom("5", "-1", "5.5", "zzz"),
      ns: fc.array(fc.constantFrom("5", "10"), { maxLength: 2 }),
      d: fc.constantFrom("2026-01-01T00:00:00Z", "1767225600", "2024-06-01T12:00:00Z", "zzz"),
      t: fc.constantFrom("true", "false", "True"),
      y: fc.constantFrom("QUI=", "QUJD"),
      ip: fc.constantFrom("10.1.2.3", "192.168.0.1", "2001:db8::1", "zzz"),
    },
    { requiredKeys: [] },
  )
  .map((values) => new Map(Object.entries(values)));

export const request: fc.Arbitrary<DecisionRequest> = fc.record({
  principal: fc.constantFrom(...principals),
  action: fc.constantFrom(...actions),
  resource: fc.constantFrom(...resources),
  resourceAccountId: fc.constantFrom(HERE, HERE, THERE, undefined),
  context,
});

/** The texts of all layers: the naive evaluator takes them as they are. */
export const layers: fc.Arbitrary<NaiveLayers> = fc
  .constantFrom<"resource" | "trust" | "key">("resource", "trust", "key")
  .chain((resourceKind) =>
    fc.record({
      identity: fc.array(policy("identity"), { maxLength: 3 }),
      boundary: sometimes(2, fc.array(policy("boundary"), { minLength: 1, maxLength: 2 })),
      session: sometimes(2, fc.array(policy("session"), { minLength: 1, maxLength: 2 })),
      resource: sometimes(2, fc.array(policy(resourceKind), { minLength: 1, maxLength: 2 })),
      resourceKind: fc.constant(resourceKind),
      scpLevels: sometimes(4, fc.array(levelOf("scp"), { maxLength: 2 })),
      rcpLevels: sometimes(4, fc.array(levelOf("rcp"), { maxLength: 2 })),
      endpoint: sometimes(6, fc.array(policy("endpoint"), { minLength: 1, maxLength: 2 })),
    }),
  );

function sometimes<T>(count: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return oneIn(count).chain((some) => (some ? arbitrary : fc.constant(undefined)));
}

function levelOf(kind: PolicySource["kind"]): fc.Arbitrary<readonly string[]> {
  return fc.array(policy(kind), { minLength: 1, maxLength: 3 });
}

/** The same layers for the engine. Policies are named by layer, level and place: "scp-1-0". */
export function compileLayers(texts: NaiveLayers): PolicyLayers {
  const set = (kind: PolicySource["kind"], policies: readonly string[], level = 0) =>
    new PolicySet(
      policies.map((text, index) =>
        compilePolicy(text, { kind, id: `${kind}-${level}-${index}`, managed: false }),
      ),
    );
  const resourceKind = texts.resourceKind ?? "resource";
  return {
    ...(texts.identity && { identity: set("identity", texts.identity) }),
    ...(texts.boundary && { boundary: set("boundary", texts.boundary) }),
    ...(texts.session && { session: set("session", texts.session) }),
    ...(texts.resource && { resource: set(resourceKind, texts.resource) }),
    ...(texts.scpLevels && {
      scpLevels: texts.scpLevels.map((policies, level) => set("scp", policies, level)),
    }),
    ...(texts.rcpLevels && {
      rcpLevels: texts.rcpLevels.map((policies, level) => set("rcp", policies, level)),
    }),
    ...(texts.endpoint && { endpoint: set("endpoint", texts.endpoint) }),
    resourceKind,
  };
}
