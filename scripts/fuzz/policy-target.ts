import {
  compilePolicy,
  contextKeysOf,
  decide,
  explain,
  PolicyCompileError,
  PolicySet,
  type PolicySource,
  validatePolicy,
} from "@rolecast/policy";
import { type Chance, type FuzzTarget, mutate, nasty } from "./chance.ts";

const KINDS = ["managed", "inline", "session", "trust", "bucket"] as const;
type Kind = (typeof KINDS)[number];

const SOURCES: Readonly<Record<Kind, PolicySource["kind"]>> = {
  managed: "identity",
  inline: "identity",
  session: "session",
  trust: "trust",
  bucket: "resource",
};

const OPERATORS = ["StringEquals", "StringLike", "ArnLike", "IpAddress", "DateLessThan", "Bool"];
const MORE_OPERATORS = ["ForAllValues:StringNotLike", "ForAnyValue:StringEqualsIfExists", "Null"];
const VALUES = ["*", "10.0.0.0/8", "2026-01-01T00:00:00Z", "true", "${aws:username}", "a*b?c"];
const ACTIONS = ["s3:*", "s3:Get*", "sts:AssumeRole", "iam:PassRole", "*", "ivs:?et*"];
const RESOURCES = [
  "*",
  "arn:aws:s3:::b/*",
  "arn:aws:s3:::b/${aws:username}/*",
  "arn:aws:iam::*:role/x",
];
const PRINCIPALS: readonly unknown[] = [
  "*",
  { AWS: "000000000000" },
  { AWS: ["arn:aws:iam::000000000000:user/u", "*"] },
  { Service: "ivs.amazonaws.com" },
  { Federated: "accounts.google.com" },
];

/**
 * Policy text: the validators never fail, the compiler only as it says, what IAM would save
 * compiles, and what compiles is decided and explained alike.
 */
export const policyTarget: FuzzTarget = {
  name: "policy text",
  next(chance) {
    const kind = chance.one(KINDS);
    const written = JSON.stringify(document(kind, chance), undefined, chance.below(3));
    const text = chance.rarely(4) ? written : mutate(written, chance);
    const resource = chance.rarely(2) ? "arn:aws:s3:::b/u/k" : nasty(chance);
    const value = nasty(chance);
    return {
      input: { kind, text, resource, value },
      run: () => tryPolicy(text, kind, resource, value),
    };
  },
};

function tryPolicy(text: string, kind: Kind, resource: string, value: string): void {
  const findings = validatePolicy(text, kind, { bucketName: "b" });
  const source = { kind: SOURCES[kind], id: "fuzzed", managed: false };
  let compiled: ReturnType<typeof compilePolicy>;
  try {
    compiled = compilePolicy(text, source);
    contextKeysOf(text);
  } catch (error) {
    if (!(error instanceof PolicyCompileError)) throw error;
    if (findings.length === 0) throw new Error(`valid, but doesn't compile: ${error.message}`);
    return;
  }
  const set = new PolicySet([compiled]);
  const layers =
    source.kind === "identity"
      ? { identity: set }
      : source.kind === "session"
        ? { session: set }
        : { resource: set, resourceKind: source.kind as "resource" | "trust" };
  const request = {
    principal: {
      kind: "user",
      accountId: "000000000000",
      arn: "arn:aws:iam::000000000000:user/u",
      id: "AIDAUUUUUUUUUUUUUUUU",
      userName: "u",
    },
    action: "s3:GetObject",
    resource,
    resourceAccountId: "000000000000",
    context: { get: () => value },
  } as const;
  const failed = (error: unknown) => {
    throw error;
  };
  const effect = decide(request, layers, failed);
  const explained = explain(request, layers, failed);
  if (explained.effect !== effect) throw new Error(`${effect}, but ${explained.effect} explained`);
}

function document(kind: Kind, chance: Chance): object {
  const statements = Array.from({ length: 1 + chance.below(3) }, () => statement(kind, chance));
  return {
    ...(chance.rarely(5) ? {} : { Version: chance.rarely(5) ? "2008-10-17" : "2012-10-17" }),
    Statement: chance.rarely(5) ? statements[0] : statements,
  };
}

function statement(kind: Kind, chance: Chance): object {
  const needsPrincipal = kind === "trust" || kind === "bucket";
  return {
    ...(chance.rarely(3) ? { Sid: chance.rarely(3) ? nasty(chance) : "S" } : {}),
    Effect: chance.rarely(3) ? "Deny" : "Allow",
    ...(needsPrincipal ? { Principal: chance.one(PRINCIPALS) } : {}),
    [chance.rarely(6) ? "NotAction" : "Action"]:
      kind === "trust" ? "sts:AssumeRole" : oneOrMore(ACTIONS, chance),
    ...(kind === "trust"
      ? {}
      : { [chance.rarely(6) ? "NotResource" : "Resource"]: oneOrMore(RESOURCES, chance) }),
    ...(chance.rarely(2) ? { Condition: condition(chance) } : {}),
  };
}

function condition(chance: Chance): object {
  const operator = chance.one(chance.rarely(3) ? MORE_OPERATORS : OPERATORS);
  const value = chance.rarely(4) ? nasty(chance) : chance.one(VALUES);
  return { [operator]: { [chance.rarely(6) ? nasty(chance) : "aws:username"]: value } };
}

function oneOrMore(values: readonly string[], chance: Chance): string | string[] {
  if (chance.rarely(2)) return chance.one(values);
  return [chance.one(values), chance.rarely(4) ? nasty(chance) : chance.one(values)];
}
