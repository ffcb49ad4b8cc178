import { describe, expect, it } from "vitest";
import { compilePolicy } from "../compile/compile-policy.ts";
import { explain } from "../explain/explain.ts";
import type { Principal } from "../principal.ts";
import type { DecisionRequest, PolicySource } from "../request.ts";
import type { PolicyLayers } from "./policy-layers.ts";
import { PolicySet } from "./policy-set.ts";

const ACCOUNT = "111111111111";
const OTHER = "222222222222";
const USER_ARN = `arn:aws:iam::${ACCOUNT}:user/u`;
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/path/r`;
const SESSION_ARN = `arn:aws:sts::${ACCOUNT}:assumed-role/r/s`;
const FEDERATED_ARN = `arn:aws:sts::${ACCOUNT}:federated-user/f`;
const ROOT_ARN = `arn:aws:iam::${ACCOUNT}:root`;

const user: Principal = {
  kind: "user",
  accountId: ACCOUNT,
  arn: USER_ARN,
  id: "AIDAUUUUUUUUUUUUUUUU",
  userName: "u",
};
const session: Principal = {
  kind: "role-session",
  accountId: ACCOUNT,
  arn: SESSION_ARN,
  roleArn: ROLE_ARN,
  roleId: "AROARRRRRRRRRRRRRRRR",
  roleName: "r",
  sessionName: "s",
  serviceLinked: false,
};
const linked: Principal = { ...session, serviceLinked: true };
const federated: Principal = {
  kind: "federated-user",
  accountId: ACCOUNT,
  arn: FEDERATED_ARN,
  userArn: USER_ARN,
  name: "f",
};
const root: Principal = { kind: "root", accountId: ACCOUNT, arn: ROOT_ARN };
const service: Principal = { kind: "service", serviceName: "ivs.amazonaws.com" };
const anonymous: Principal = { kind: "anonymous" };

type Kind = PolicySource["kind"];

function set(
  kind: Kind,
  effect: "Allow" | "Deny",
  element: object = {},
  managed = false,
): PolicySet {
  const statement = { Effect: effect, Action: "*", ...element };
  const resource = kind === "trust" ? {} : { Resource: "*" };
  const text = JSON.stringify({ Version: "2012-10-17", Statement: { ...statement, ...resource } });
  const id = managed ? `arn:aws:iam::${ACCOUNT}:policy/P` : "inline";
  return new PolicySet([compilePolicy(text, { kind, id, managed })]);
}

const nothing = new PolicySet([]);
const identity = set("identity", "Allow");
const boundary = set("boundary", "Allow");
const sessionPolicy = set("session", "Allow");
const named = (principal: unknown, kind: "resource" | "trust" = "resource") =>
  set(kind, "Allow", { Principal: principal });

function outcome(
  principal: Principal,
  layers: PolicyLayers,
  more: Partial<DecisionRequest> = {},
): string {
  const { effect, layer } = explain(
    {
      principal,
      action: "s3:GetObject",
      resource: "arn:aws:s3:::b/k",
      resourceAccountId: ACCOUNT,
      context: new Map(),
      ...more,
    },
    layers,
  );
  return `${effect} ${layer ?? "-"}`;
}

/** Rows: what blocks when identity, boundary and session policies exist and allow nothing. */
describe("a resource-based policy of the same account", () => {
  it.each<[string, Principal, unknown, string, string, string]>([
    ["a user by its ARN", user, { AWS: USER_ARN }, "-", "-", "n/a"],
    ["a user by its id", user, { AWS: "AIDAUUUUUUUUUUUUUUUU" }, "-", "-", "n/a"],
    ["a user by *", user, "*", "-", "-", "n/a"],
    ["a session by its ARN", session, { AWS: SESSION_ARN }, "-", "-", "-"],
    ["a session by its role", session, { AWS: ROLE_ARN }, "-", "boundary", "session"],
    [
      "a session by its role without the path",
      session,
      { AWS: `arn:aws:iam::${ACCOUNT}:role/r` },
      "-",
      "boundary",
      "session",
    ],
    [
      "a session by its role's id",
      session,
      { AWS: "AROARRRRRRRRRRRRRRRR" },
      "-",
      "boundary",
      "session",
    ],
    ["a session by *", session, { AWS: "*" }, "-", "-", "-"],
    ["a federated user by its ARN", federated, { AWS: FEDERATED_ARN }, "-", "-", "-"],
    ["a federated user by its user", federated, { AWS: USER_ARN }, "-", "boundary", "session"],
    ["a user by its account", user, { AWS: ACCOUNT }, "identity", "boundary", "n/a"],
    ["a session by its account", session, { AWS: ROOT_ARN }, "identity", "boundary", "session"],
    ["nobody", session, { AWS: OTHER }, "identity", "boundary", "session"],
  ])("that names %s", (_name, principal, element, byIdentity, byBoundary, bySession) => {
    const resource = named(element);
    const full = { identity, boundary, session: sessionPolicy, resource };
    const blocked = (layer: string, layers: PolicyLayers): void => {
      if (layer !== "n/a") {
        const expected = layer === "-" ? /^allow / : new RegExp(`^implicitDeny ${layer}$`);
        expect(outcome(principal, layers)).toMatch(expected);
      }
    };
    expect(outcome(principal, full)).toMatch(/^allow /);
    blocked(byIdentity, { ...full, identity: nothing });
    blocked(byBoundary, { ...full, boundary: nothing });
    blocked(bySession, { ...full, session: nothing });
  });
});

describe("across accounts", () => {
  const across = { resourceAccountId: OTHER };

  it.each<[string, Principal, PolicyLayers, string]>([
    ["no resource policy", user, { identity }, "implicitDeny resource"],
    [
      "the caller's side denies",
      user,
      { resource: named({ AWS: USER_ARN }) },
      "implicitDeny identity",
    ],
    ["both sides allow", user, { identity, resource: named({ AWS: USER_ARN }) }, "allow identity"],
    [
      "the account is named",
      user,
      { identity, resource: named({ AWS: ACCOUNT }) },
      "allow identity",
    ],
    [
      "a boundary has its say",
      session,
      { identity, boundary: nothing, resource: named("*") },
      "implicitDeny boundary",
    ],
    [
      "a session policy has its say",
      session,
      { identity, session: nothing, resource: named({ AWS: SESSION_ARN }) },
      "implicitDeny session",
    ],
    ["root is named", root, { resource: named({ AWS: ACCOUNT }) }, "allow -"],
    ["root isn't named", root, {}, "implicitDeny resource"],
  ])("when %s", (_name, principal, layers, expected) => {
    expect(outcome(principal, layers, across)).toBe(expected);
  });
});

describe("a trust policy", () => {
  const trust = (principal: unknown): PolicyLayers => {
    return { resource: named(principal, "trust"), resourceKind: "trust" };
  };
  const request = { action: "sts:AssumeRole", resource: ROLE_ARN };

  it.each<[string, Principal, PolicyLayers, string]>([
    ["doesn't name the caller", user, { identity, ...trust({ AWS: OTHER }) }, "implicitDeny trust"],
    ["is missing", user, { identity, resourceKind: "trust" }, "implicitDeny trust"],
    ["names the user, who needs nothing else", user, trust({ AWS: USER_ARN }), "allow trust"],
    [
      "names the account of a user without rights",
      user,
      trust({ AWS: ACCOUNT }),
      "implicitDeny identity",
    ],
    [
      "names the account of a user with rights",
      user,
      { identity, ...trust({ AWS: ACCOUNT }) },
      "allow identity",
    ],
    ["doesn't name root", root, trust({ Service: "ivs.amazonaws.com" }), "implicitDeny trust"],
    [
      "names the service that calls",
      service,
      trust({ Service: "ivs.amazonaws.com" }),
      "allow trust",
    ],
    [
      "names another service",
      service,
      trust({ Service: "s3.amazonaws.com" }),
      "implicitDeny trust",
    ],
    [
      "names the identity provider",
      { kind: "federated-provider", provider: "accounts.google.com" },
      trust({ Federated: "accounts.google.com" }),
      "allow trust",
    ],
  ])("that %s", (_name, principal, layers, expected) => {
    expect(outcome(principal, layers, request)).toBe(expected);
  });

  it("of another account needs the caller's rights even when it names the user", () => {
    const across = { ...request, resourceAccountId: OTHER };
    expect(outcome(user, trust({ AWS: USER_ARN }), across)).toBe("implicitDeny identity");
    expect(outcome(user, { identity, ...trust({ AWS: USER_ARN }) }, across)).toBe("allow identity");
  });
});

describe("callers without identity-based policies", () => {
  it.each<[string, Principal, PolicyLayers, string]>([
    ["a user has no rights", user, {}, "implicitDeny identity"],
    ["root has all rights", root, {}, "allow -"],
    ["root has no boundary", root, { identity: nothing, boundary: nothing }, "allow -"],
    [
      "root is bound by its task's session policy",
      root,
      { session: nothing },
      "implicitDeny session",
    ],
    ["root is bound by SCPs", root, { scpLevels: [nothing] }, "implicitDeny scp"],
    ["the anonymous need a resource policy", anonymous, { identity }, "implicitDeny resource"],
    ["the anonymous are everyone", anonymous, { resource: named("*") }, "allow resource"],
    [
      "the anonymous are in no account",
      anonymous,
      { resource: named({ AWS: ACCOUNT }) },
      "implicitDeny resource",
    ],
    [
      "SCPs leave services alone",
      service,
      { scpLevels: [nothing], resource: named({ Service: "ivs.amazonaws.com" }) },
      "allow resource",
    ],
    [
      "RCPs bind services",
      service,
      { rcpLevels: [nothing], resource: named({ Service: "ivs.amazonaws.com" }) },
      "implicitDeny rcp",
    ],
    ["a federated user without session policy", federated, { identity }, "implicitDeny session"],
  ])("%s", (_name, principal, layers, expected) => {
    expect(outcome(principal, layers)).toBe(expected);
  });
});

describe("organization policies", () => {
  it("must allow at every level, whoever allows within one", () => {
    const allow = set("scp", "Allow");
    const both = new PolicySet([...allow.policies, ...set("scp", "Allow").policies]);
    expect(outcome(user, { identity, scpLevels: [allow, both] })).toBe("allow identity");
    expect(outcome(user, { identity, scpLevels: [allow, nothing] })).toBe("implicitDeny scp");
  });

  it("leave service-linked roles alone, which no boundary binds either", () => {
    const deny = set("scp", "Deny");
    const rcp = set("rcp", "Deny", { Principal: "*" });
    const layers = { identity, boundary: nothing, scpLevels: [deny], rcpLevels: [rcp] };
    expect(outcome(session, layers)).toBe("explicitDeny rcp");
    expect(outcome(linked, layers)).toBe("allow identity");
  });

  it("are not needed for a bucket policy's deny to stop a service-linked role", () => {
    const resource = set("resource", "Deny", { Principal: { AWS: ROLE_ARN } });
    expect(outcome(linked, { identity, resource })).toBe("explicitDeny resource");
  });
});

describe("Deny with NotPrincipal", () => {
  const others = (principal: unknown): PolicyLayers => {
    return { identity, resource: set("resource", "Deny", { NotPrincipal: principal }) };
  };

  it.each<[string, Principal, unknown, string]>([
    ["spares a listed user", user, { AWS: USER_ARN }, "allow identity"],
    ["spares a session whose role is listed", session, { AWS: ROLE_ARN }, "allow identity"],
    ["spares a session whose account is listed", session, { AWS: ACCOUNT }, "allow identity"],
    ["reaches everyone else", user, { AWS: ROLE_ARN }, "explicitDeny resource"],
    ["reaches the anonymous", anonymous, { AWS: ACCOUNT }, "explicitDeny resource"],
  ])("%s", (_name, principal, element, expected) => {
    expect(outcome(principal, others(element))).toBe(expected);
  });

  it("reaches everyone who has a permissions boundary, listed or not", () => {
    const layers = { ...others({ AWS: USER_ARN }), boundary };
    expect(outcome(user, layers)).toBe("explicitDeny resource");
  });

  it("grants nothing when it says Allow", () => {
    const resource = set("resource", "Allow", { NotPrincipal: { AWS: OTHER } });
    expect(outcome(user, { resource })).toBe("implicitDeny identity");
  });
});

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

describe("PolicySet", () => {
  it("keeps a bounded number of candidate lists and answers alike beyond it", () => {
    const policies = new PolicySet([...identity.policies]);
    for (let index = 0; index < 5_000; index += 1) {
      expect(policies.candidates(`s3:Invented${index}`).allow).toHaveLength(1);
    }
    expect(policies.cachedActions).toBeLessThanOrEqual(2_048);
  });
});
