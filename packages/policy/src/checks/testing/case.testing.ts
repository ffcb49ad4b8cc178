import type { CheckCode } from "../finding.ts";
import type { CheckedPolicyType, CheckedResourceType } from "../subject.ts";

/** A policy with what it is for. */
export interface Policy {
  readonly policyType: CheckedPolicyType;
  readonly resourceType?: CheckedResourceType;
  readonly text: string;
}

/** A policy that has exactly one finding, and one like it that has none. */
export interface Case {
  readonly found: Policy;
  /** Paths as `Statement.0.Action`: keys in brackets, a part of a string as `@2+5`. */
  readonly at: readonly string[];
  /** The text there. */
  readonly quotes: readonly string[];
  readonly details?: string;
  readonly silent: Policy;
  /** Findings that the policy can't but have beside it. */
  readonly also?: readonly CheckCode[];
}

type Statement = Readonly<Record<string, unknown>>;
const OBJECTS = "arn:aws:s3:::media/*";
export const ACCOUNT = "111122223333";

function policy(defaults: Statement, policyType: CheckedPolicyType) {
  return (statement: Statement, root: Statement = {}): Policy => ({
    policyType,
    text: textOf([{ ...defaults, ...statement }], root),
  });
}

function textOf(statements: readonly Statement[], root: Statement): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements, ...root });
}

const ALLOWED = { Effect: "Allow", Action: "s3:GetObject", Resource: OBJECTS };
const OF_RESOURCE = { Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "s3:GetObject" };

/** Policies with one statement; undefined leaves an element out. */
export const identity = policy(ALLOWED, "IDENTITY_POLICY");
export const resource = policy({ ...OF_RESOURCE, Resource: OBJECTS }, "RESOURCE_POLICY");
export const scp = policy({ ...ALLOWED, Effect: "Deny" }, "SERVICE_CONTROL_POLICY");
export const rcp = policy(
  { Effect: "Deny", Principal: "*", Action: "s3:GetObject", Resource: "*" },
  "RESOURCE_CONTROL_POLICY",
);

export function of(type: CheckedResourceType, statement: Statement): Policy {
  return { ...resource(statement), resourceType: type };
}

export function trust(statement: Statement): Policy {
  const whole = {
    Effect: "Allow",
    Principal: { AWS: ACCOUNT },
    Action: "sts:AssumeRole",
    ...statement,
  };
  return {
    policyType: "RESOURCE_POLICY",
    resourceType: "AWS::IAM::AssumeRolePolicyDocument",
    text: textOf([whole], {}),
  };
}

export function webIdentity(provider: string, condition: object | undefined): Policy {
  return trust({
    Principal: { Federated: provider },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: condition,
  });
}

/** An identity policy with a condition. */
export function when(condition: object, more: Statement = {}): Policy {
  return identity({ Condition: condition, ...more });
}

export function several(...statements: readonly Statement[]): Policy {
  const text = textOf(
    statements.map((each) => ({ ...ALLOWED, ...each })),
    {},
  );
  return { policyType: "IDENTITY_POLICY", text };
}

export function raw(text: string): Policy {
  return { policyType: "IDENTITY_POLICY", text };
}
