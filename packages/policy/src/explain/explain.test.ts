import { describe, expect, it } from "vitest";
import { compilePolicy } from "../compile/compile-policy.ts";
import {
  ACCOUNT,
  boundary,
  identity,
  nothing,
  OTHER,
  ROLE_ARN,
  session,
  sessionPolicy,
  set,
  user,
} from "../decide/layer-fixtures.testing.ts";
import type { PolicyLayers } from "../decide/policy-layers.ts";
import { PolicySet } from "../decide/policy-set.ts";
import type { DecisionRequest } from "../request.ts";
import { explain } from "./explain.ts";

describe("the reason of a denial", () => {
  const everything = { identity, boundary, session: sessionPolicy };
  const reason = (layers: PolicyLayers, more: Partial<DecisionRequest> = {}): string =>
    explain(
      {
        principal: session,
        action: "s3:PutObject",
        resource: "arn:aws:s3:::b/k",
        resourceAccountId: ACCOUNT,
        context: new Map(),
        ...more,
      },
      layers,
    ).reason;

  it.each<[PolicyLayers, string]>([
    [
      { ...everything, identity: nothing },
      "because no identity-based policy allows the s3:PutObject action",
    ],
    [
      { ...everything, boundary: nothing },
      "because no permissions boundary allows the s3:PutObject action",
    ],
    [
      { ...everything, session: nothing },
      "because no session policy allows the s3:PutObject action",
    ],
    [
      { ...everything, scpLevels: [nothing] },
      "because no service control policy allows the s3:PutObject action",
    ],
    [
      { ...everything, endpoint: nothing },
      "because no VPC endpoint policy allows the s3:PutObject action",
    ],
    [
      { ...everything, resourceKind: "trust" },
      "because no role trust policy allows the s3:PutObject action",
    ],
    [
      { ...everything, identity: set("identity", "Deny") },
      "with an explicit deny in an identity-based policy",
    ],
    [
      { ...everything, identity: set("identity", "Deny", {}, true) },
      `with an explicit deny in an identity-based policy: arn:aws:iam::${ACCOUNT}:policy/P`,
    ],
    [
      { ...everything, boundary: set("boundary", "Deny", {}, true) },
      `with an explicit deny in a permissions boundary: arn:aws:iam::${ACCOUNT}:policy/P`,
    ],
    [
      { ...everything, session: set("session", "Deny") },
      "with an explicit deny in a session policy",
    ],
    [
      { ...everything, resource: set("resource", "Deny", { Principal: "*" }) },
      "with an explicit deny in a resource-based policy",
    ],
    [
      { ...everything, scpLevels: [set("scp", "Deny")] },
      "with an explicit deny in a service control policy",
    ],
    [
      { ...everything, rcpLevels: [set("rcp", "Deny", { Principal: "*" })] },
      "with an explicit deny in a resource control policy",
    ],
    [
      { ...everything, endpoint: set("endpoint", "Deny", { Principal: "*" }) },
      "with an explicit deny in a VPC endpoint policy",
    ],
    [
      { resource: set("trust", "Deny", { Principal: "*" }), resourceKind: "trust" },
      "with an explicit deny in the role trust policy",
    ],
  ])("%#", (layers, expected) => {
    expect(reason(layers)).toBe(expected);
  });

  it("names the first layer of several that deny", () => {
    const deny = { identity: set("identity", "Deny"), session: set("session", "Deny") };
    expect(reason(deny)).toBe("with an explicit deny in an identity-based policy");
    const missing = { identity: nothing, boundary: nothing, session: nothing };
    expect(reason(missing)).toContain("no identity-based policy");
  });

  it("doesn't show another account whose managed policy denied", () => {
    const layers = { identity: set("identity", "Deny", {}, true) };
    expect(reason(layers, { resourceAccountId: OTHER })).toBe(
      "with an explicit deny in an identity-based policy",
    );
  });

  it("names the statement that allows most directly", () => {
    const text = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Account",
          Effect: "Allow",
          Principal: { AWS: ACCOUNT },
          Action: "*",
          Resource: "*",
        },
        { Sid: "Role", Effect: "Allow", Principal: { AWS: ROLE_ARN }, Action: "*", Resource: "*" },
      ],
    });
    const policy = compilePolicy(text, { kind: "resource", id: "b", managed: false });
    const asked = {
      principal: session,
      action: "s3:GetObject",
      resource: "arn:aws:s3:::b/k",
      resourceAccountId: ACCOUNT,
      context: new Map(),
    };
    const explanation = explain(asked, { resource: new PolicySet([policy]) });
    expect(explanation.statement?.sid).toBe("Role");
    expect(explanation.matched.map((match) => match.sid)).toEqual(["Account", "Role"]);
    expect(explanation.layers).toEqual([{ layer: "resource", effect: "allow" }]);
  });

  it("points at the statement", () => {
    const text =
      '{"Version":"2012-10-17",\n "Statement":[\n  {"Sid":"No","Effect":"Deny",\n   "Action":"*","Resource":"*"}]}';
    const policy = compilePolicy(text, { kind: "identity", id: "inline", managed: false });
    const { statement } = explain(
      {
        principal: user,
        action: "a:B",
        resource: "*",
        resourceAccountId: undefined,
        context: new Map(),
      },
      { identity: new PolicySet([policy]) },
    );
    expect(statement).toEqual({
      policy: { kind: "identity", id: "inline", managed: false },
      sid: "No",
      index: 0,
      position: {
        start: { line: 3, column: 3, offset: 42 },
        end: { line: 4, column: 32, offset: 102 },
      },
    });
  });
});
