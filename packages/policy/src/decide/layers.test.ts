import { describe, expect, it } from "vitest";
import type { Principal } from "../principal.ts";
import {
  ACCOUNT,
  anonymous,
  boundary,
  FEDERATED_ARN,
  federated,
  identity,
  linked,
  named,
  nothing,
  OTHER,
  outcome,
  ROLE_ARN,
  ROOT_ARN,
  root,
  SESSION_ARN,
  service,
  session,
  sessionPolicy,
  set,
  USER_ARN,
  user,
} from "./layer-fixtures.testing.ts";
import type { PolicyLayers } from "./policy-layers.ts";
import { PolicySet } from "./policy-set.ts";

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

describe("PolicySet", () => {
  it("keeps a bounded number of candidate lists and answers alike beyond it", () => {
    const policies = new PolicySet([...identity.policies]);
    for (let index = 0; index < 2_100; index += 1) {
      expect(policies.candidates(`s3:Invented${index}`).allow).toHaveLength(1);
    }
    expect(policies.cachedActions).toBeLessThanOrEqual(2_048);
  });
});
