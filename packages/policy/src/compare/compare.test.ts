import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileLayers, layers, request } from "../arbitraries.testing.ts";
import { type CompiledPolicy, compilePolicy } from "../compile/compile-policy.ts";
import { setAllows, setDenies } from "../decide/match-statements.ts";
import { PolicySet } from "../decide/policy-set.ts";
import type { DecisionRequest, PolicySource } from "../request.ts";
import { comparePolicies, findNewAccess } from "./compare.ts";

type Policies = readonly CompiledPolicy[];

const RUNS = { numRuns: 60 };

function allows(policies: Policies, asked: DecisionRequest): boolean {
  const set = new PolicySet(policies);
  return !setDenies(set, asked, false) && setAllows(set, asked);
}

const pair = (layer: "identity" | "resource") =>
  fc
    .tuple(layers, layers)
    .map(([one, other]): [Policies, Policies] => [
      compileLayers(one)[layer]?.policies ?? [],
      compileLayers(other)[layer]?.policies ?? [],
    ]);
/** The second side is the first one with other policies beside it, so that the two often agree. */
const wider = pair("identity").map(([one, other]): [Policies, Policies] => [
  one,
  [...one, ...other],
]);

describe.each([
  ["policies of identities", pair("identity")],
  ["policies of resources", pair("resource")],
  ["a policy within another", wider],
] as const)("of %s", (_name, policies) => {
  test("what is found is allowed by the one and not by the other", () => {
    let found = 0;
    let unknown = 0;
    fc.assert(
      fc.property(policies, ([candidate, existing]) => {
        const access = findNewAccess(candidate, existing);
        if (access.kind === "unknown") unknown += 1;
        if (access.kind !== "found") return;
        found += 1;
        expect(allows(candidate, access.request)).toBe(true);
        expect(allows(existing, access.request)).toBe(false);
        expect(
          allows([{ ...access.statement.policy, statements: [access.statement] }], access.request),
        ).toBe(true);
      }),
      // Of random pairs few differ, and of policies within others hardly any.
      {
        ...RUNS,
        examples: [
          [[policy([allow("s3:*")]), policy([allow("s3:Get*")])]],
          [[policy([dated, allow("*")]), []]],
        ],
      },
    );
    expect(found).toBeGreaterThan(0);
    expect(unknown).toBeLessThan(RUNS.numRuns / 10);
  });

  test("nothing is found only where no request is decided otherwise", () => {
    fc.assert(
      fc.property(
        policies,
        fc.array(request, { minLength: 40, maxLength: 40 }),
        ([candidate, existing], requests) => {
          if (findNewAccess(candidate, existing).kind !== "none") return;
          const missed = requests.find(
            (asked) => allows(candidate, asked) && !allows(existing, asked),
          );
          expect(missed).toBeUndefined();
        },
      ),
      { ...RUNS, numRuns: 120 },
    );
  });
});

const statement = (
  Effect: "Allow" | "Deny",
  Action: unknown,
  Resource: unknown = "*",
  Condition?: object,
) => ({
  Effect,
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const allow = (...args: [unknown, unknown?, object?]) => statement("Allow", ...args);
const deny = (...args: [unknown, unknown?, object?]) => statement("Deny", ...args);
const policy = (statements: readonly object[], kind: PolicySource["kind"] = "identity") => [
  compilePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }), {
    kind,
    id: "p",
    managed: false,
  }),
];
const inUsEast = { StringEquals: { "aws:RequestedRegion": "us-east-1" } };
/** Without a value the key gives the variable its default; as a date it doesn't. */
const dated = allow("*", "arn:aws:s3:::b${k, 'a'}", {
  DateGreaterThanIfExists: { k: ["2026-01-01T00:00:00Z"] },
  Null: { k: "false" },
});
const from = (...ranges: string[]) => ({ IpAddress: { "aws:SourceIp": ranges } });
const likeUs = { StringLikeIfExists: { m: "us-*" } };
const HOME = "arn:aws:s3:::homes/${aws:username}/*";

test.each([
  ["the same", [allow("s3:Get*")], [allow("S3:get*")], "equal"],
  [
    "statements written otherwise",
    [allow(["s3:GetObject", "s3:PutObject"])],
    [allow("s3:PutObject"), allow("s3:GetObject")],
    "equal",
  ],
  ["one more action", [allow("s3:*")], [allow("s3:Get*")], "more"],
  [
    "a folder of it",
    [allow("s3:*", "arn:aws:s3:::a/b/*")],
    [allow("s3:*", "arn:aws:s3:::a/*")],
    "less",
  ],
  [
    "more of one, less of another",
    [allow("s3:Get*", "arn:aws:s3:::a/*")],
    [allow("s3:*", "arn:aws:s3:::a/b/*")],
    "incomparable",
  ],
  ["a condition less", [allow("s3:*")], [allow("s3:*", "*", inUsEast)], "more"],
  [
    "a range in two halves",
    [allow("s3:*", "*", from("10.0.0.0/8"))],
    [allow("s3:*", "*", from("10.0.0.0/9", "10.128.0.0/9"))],
    "equal",
  ],
  [
    "a range without its last quarter",
    [allow("s3:*", "*", from("10.0.0.0/8"))],
    [allow("s3:*", "*", from("10.0.0.0/9", "10.128.0.0/10"))],
    "more",
  ],
  [
    "a Deny that holds without the key, and the same beside one for its absence",
    [allow("s3:*"), deny("s3:*", "*", likeUs)],
    [allow("s3:*"), deny("s3:*", "*", likeUs), deny("s3:*", "*", { Null: { m: "true" } })],
    "equal",
  ],
  [
    "a Deny in place of a NotAction",
    [allow("s3:*"), deny("s3:Delete*")],
    [allow("s3:*"), deny("s3:DeleteObject*"), deny("s3:Delete*")],
    "equal",
  ],
  [
    "a Deny that a condition lifts",
    [allow("s3:*"), deny("s3:Delete*", "*", inUsEast)],
    [allow("s3:*"), deny("s3:Delete*")],
    "more",
  ],
  ["the same variable", [allow("s3:*", HOME)], [allow("s3:*", HOME)], "equal"],
  [
    "a variable within a star",
    [allow("s3:*", HOME)],
    [allow("s3:*", "arn:aws:s3:::homes/*")],
    "less",
  ],
  [
    "a variable with an exception that one value meets",
    [allow("s3:*", HOME)],
    [allow("s3:*", HOME), deny("s3:*", "arn:aws:s3:::homes/admin/*")],
    "more",
  ],
])("%s", (_name, candidate, existing, relation) => {
  expect(comparePolicies(policy(candidate), policy(existing))).toMatchObject({
    relation,
    exact: true,
  });
});

const ACCOUNT = "111122223333";
const to = (Principal: unknown, Condition?: object) => ({
  ...allow("s3:GetObject", "arn:aws:s3:::media/*", Condition),
  Principal,
});

test.each([
  ["an account within everybody", to({ AWS: ACCOUNT }), to("*"), "less"],
  [
    "a role within its account",
    to({ AWS: `arn:aws:iam::${ACCOUNT}:role/r` }),
    to({ AWS: ACCOUNT }),
    "less",
  ],
  [
    "a service beside an account",
    to({ Service: "ivs.amazonaws.com" }),
    to({ AWS: ACCOUNT }),
    "incomparable",
  ],
  [
    "everybody whose ARN is of the account",
    to("*", { ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:*` } }),
    to({ AWS: ACCOUNT }),
    "equal",
  ],
])("a resource's policy: %s", (_name, candidate, existing, relation) => {
  const compared = comparePolicies(policy([candidate], "resource"), policy([existing], "resource"));
  expect(compared).toMatchObject({ relation, exact: true });
});

test("an action that exists is the witness, where one does", () => {
  const options = { knownActions: ["s3:PutObjectTagging", "s3:GetObject"] };
  const access = findNewAccess(policy([allow("s3:*")]), policy([allow("s3:Put*")]), options);
  expect(access).toMatchObject({ kind: "found", request: { action: "s3:GetObject" } });
});

test("adding a Deny never allows more, and adding an Allow never allows less", () => {
  fc.assert(
    fc.property(pair("identity"), ([one, other]) => {
      const denies = other.map((each) => ({
        ...each,
        statements: each.statements.filter(({ effect }) => effect === "Deny"),
      }));
      const more = other.map((each) => ({
        ...each,
        statements: each.statements.filter(({ effect }) => effect === "Allow"),
      }));
      expect(findNewAccess([...one, ...denies], one).kind).not.toBe("found");
      expect(findNewAccess(one, [...one, ...more]).kind).not.toBe("found");
    }),
    RUNS,
  );
});

test("a search that would take too long is given up, and says so", () => {
  const holes = (count: number) => `*a${"?".repeat(count)}`;
  const patterns = Array.from({ length: 12 }, (_, index) => `arn:aws:s3:::${holes(index + 4)}*a*`);
  const narrow = patterns.map((pattern) => allow("s3:*", pattern));
  const all = allow("s3:*", "arn:aws:s3:::*a*");
  expect(findNewAccess(policy([all]), policy([...narrow, deny("s3:*", "*b")])).kind).not.toBe(
    "none",
  );
});
