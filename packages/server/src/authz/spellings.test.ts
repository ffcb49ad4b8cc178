import fc from "fast-check";
import { expect, test } from "vitest";
import { READINGS_MAX, Spellings } from "../kernel/authorization.ts";
import { namedKeys } from "../kernel/named-condition-keys.ts";
import type { IdentityDirectory } from "../kernel/ports/identity.ts";
import type { Log } from "../kernel/ports/log.ts";
import type { Principal } from "../kernel/principal.ts";
import { testContext } from "../kernel/testing/test-context.ts";
import { Authorizer } from "./authorizer.ts";

/*
 * Names that differ in case alone share a condition key. Whatever the policies are, a second
 * spelling helps nobody.
 */

const PREFIX = "kms:EncryptionContext:";
const NAMES = "kms:EncryptionContextKeys";
const VALUES = ["a", "b", "ab", ""];
const SPELLINGS = ["dept", "Dept", "DEPT", "env", "Env"];

type Pair = readonly [name: string, value: string];

const KEY_OPERATORS = [
  ...["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"],
  ...["StringLike", "StringNotLike", "StringEqualsIfExists", "StringNotEqualsIfExists", "Bool"],
  ...["StringLikeIfExists", "NumericLessThan", "ArnLike", "ArnNotLike", "IpAddress"],
  ...["ForAllValues:StringEquals", "ForAnyValue:StringEquals", "ForAnyValue:StringNotEquals"],
  ...["ForAllValues:StringNotLike", "ForAnyValue:StringLikeIfExists", "Null"],
];
const PATTERNS = [...VALUES, "a*", "*", "true", `\${${PREFIX}env}`, `\${${PREFIX}Dept}x`];

const ofKey = fc.tuple(
  fc.constantFrom(...KEY_OPERATORS),
  fc.constantFrom(`${PREFIX}Dept`, `${PREFIX}env`),
  fc.array(fc.constantFrom(...PATTERNS), { minLength: 1, maxLength: 2 }),
);
const ofNames = fc.tuple(
  fc.constantFrom("ForAllValues:StringEquals", "ForAnyValue:StringLike", "Null"),
  fc.constant(NAMES),
  fc.array(fc.constantFrom(...SPELLINGS, "true", "*"), { minLength: 1, maxLength: 2 }),
);
type Condition = readonly [operator: string, key: string, values: readonly string[]];

const statements = (condition: fc.Arbitrary<Condition>) =>
  fc.array(
    fc.record({
      Effect: fc.constantFrom("Allow", "Allow", "Deny"),
      Action: fc.constant("kms:Encrypt"),
      Resource: fc.constantFrom("*", "*", `arn:aws:kms:::key/\${${PREFIX}dept}`),
      Condition: fc.array(condition, { maxLength: 2 }).map((conditions) => {
        const block: Record<string, Record<string, readonly string[]>> = {};
        for (const [operator, key, values] of conditions)
          block[operator] = { ...block[operator], [key]: values };
        return block;
      }),
    }),
    { minLength: 1, maxLength: 4 },
  );
const pairs = fc.uniqueArray(fc.tuple(fc.constantFrom(...SPELLINGS), fc.constantFrom(...VALUES)), {
  selector: ([name]) => name,
  maxLength: 5,
});

const principal: Principal = {
  kind: "user",
  accountId: "000000000000",
  arn: "arn:aws:iam::000000000000:user/ann",
  id: "AIDAQAAAAAAAAAAAAAAAA",
  userName: "ann",
};

async function isAllowed(
  policy: readonly object[],
  given: readonly Pair[],
  names = given.map(([name]) => name),
): Promise<boolean> {
  const text = JSON.stringify({ Version: "2012-10-17", Statement: policy });
  const directory = {
    noteAccess: () => {},
    generation: () => 0,
    policiesOf: async () => ({ identity: [{ id: "p", text, managed: false }] }),
  };
  const authorizer = new Authorizer({
    directory: directory as unknown as IdentityDirectory,
    enforcement: "enforce",
    log: { error: () => {}, info: () => {} } as unknown as Log,
  });
  const context = testContext({ operation: "Encrypt", caller: { principal } });
  const keys = { ...namedKeys(PREFIX.toLowerCase(), given), [NAMES.toLowerCase()]: names };
  const pair = { action: "kms:Encrypt", resource: "arn:aws:kms:::key/a", context: keys };
  return (await authorizer.decide(pair, context, { isCall: true })) === undefined;
}

/** Every way to give each key one of its values. */
function choicesOf(given: readonly Pair[]): Pair[][] {
  const values = new Map<string, Pair[]>();
  for (const pair of given) {
    const key = pair[0].toLowerCase();
    values.set(key, [...(values.get(key) ?? []), pair]);
  }
  let choices: Pair[][] = [[]];
  for (const each of values.values())
    choices = choices.flatMap((choice) => each.map((pair) => [...choice, pair]));
  return choices;
}

test("a second spelling of a name never turns a denial into an allow", async () => {
  await fc.assert(
    fc.asyncProperty(statements(ofKey), pairs, pairs, async (policy, first, others) => {
      const known = new Set(first.map(([name]) => name));
      const folded = new Set(first.map(([name]) => name.toLowerCase()));
      const more = others.filter(([name]) => !known.has(name) && folded.has(name.toLowerCase()));
      fc.pre(more.length > 0);
      if (await isAllowed(policy, first)) return;
      expect(await isAllowed(policy, [...first, ...more])).toBe(false);
      expect(await isAllowed(policy, [...more, ...first])).toBe(false);
    }),
    { numRuns: 1500 },
  );
}, 60_000);

test("a request is allowed if and only if it is with each spelling's value", async () => {
  const condition = fc.oneof({ weight: 3, arbitrary: ofKey }, { weight: 1, arbitrary: ofNames });
  await fc.assert(
    fc.asyncProperty(statements(condition), pairs, async (policy, given) => {
      const names = given.map(([name]) => name);
      const each = await Promise.all(
        choicesOf(given).map((choice) => isAllowed(policy, choice, names)),
      );
      expect(await isAllowed(policy, given)).toBe(each.every(Boolean));
    }),
    { numRuns: 1500 },
  );
}, 60_000);

test("too many keys with several spellings are denied", async () => {
  const names = Array.from({ length: 12 }, (_, index) => `k${index}`);
  const policy = names.map((name) => ({
    Effect: "Deny",
    Action: "*",
    Resource: "*",
    Condition: { StringEquals: { [PREFIX + name]: "never" } },
  }));
  const allow = { Effect: "Allow", Action: "*", Resource: "*" };
  const given = names.flatMap((name): Pair[] => [
    [name, "a"],
    [name.toUpperCase(), "b"],
  ]);
  expect(await isAllowed([allow, ...policy.slice(0, 5)], given)).toBe(true);
  expect(await isAllowed([allow, ...policy], given)).toBe(false);
});

test("more spellings than a decision goes through are a denial, and aren't all kept", async () => {
  const given = Array.from({ length: 10_000 }, (_, at) => ["dept", `${at}`] as const);
  const keys = namedKeys(PREFIX.toLowerCase(), given);
  const kept = keys[`${PREFIX}dept`.toLowerCase()];
  expect(kept instanceof Spellings && kept.values.length).toBe(READINGS_MAX + 1);
  const allow = { Effect: "Allow", Action: "kms:Encrypt", Resource: "*" };
  const asked = { ...allow, Condition: { StringLike: { [`${PREFIX}dept`]: "*" } } };
  expect(await isAllowed([asked], given)).toBe(false);
  expect(await isAllowed([asked], given.slice(0, READINGS_MAX))).toBe(true);
  expect(await isAllowed([allow], given)).toBe(true);
});
