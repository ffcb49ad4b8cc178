import { describe, expect, test } from "vitest";
import { decodeSession, encodeSession, type Session, type SessionIdentity } from "./session.ts";

const accountId = "000000000000";
const session = (identity: SessionIdentity): Session => ({
  identity,
  issuedAtMs: 1000,
  expiresAtMs: 901_000,
  policy: "{}",
  policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
  tags: [{ key: "team", value: "a" }],
  transitiveTagKeys: ["team"],
  sourceIdentity: "ann",
  multiFactorAuth: true,
  context: [
    ["issuer.example:sub", "repo:me/app"],
    ["issuer.example:amr", ["a", "b"]],
  ],
});

describe("a session in its token", () => {
  test.each<SessionIdentity>([
    {
      kind: "role",
      accountId,
      roleArn: `arn:aws:iam::${accountId}:role/app`,
      roleId: "AROAONE",
      roleName: "app",
      sessionName: "job",
    },
    {
      kind: "user",
      accountId,
      arn: `arn:aws:iam::${accountId}:user/ann`,
      id: "AIDAONE",
      userName: "ann",
    },
    { kind: "federated-user", accountId, userId: "AIDAONE", name: "bob" },
    { kind: "federated-user", accountId, userId: undefined, name: "bob" },
    { kind: "root", accountId },
  ])("of $kind says again what was said", (identity) => {
    expect(decodeSession(encodeSession(session(identity)))).toEqual(session(identity));
  });

  test("of an earlier version is one without MFA and without an identity provider", () => {
    const text = encodeSession(session({ kind: "root", accountId }));
    const earlier = JSON.stringify((JSON.parse(text) as unknown[]).slice(0, 8));
    expect(decodeSession(earlier)).toMatchObject({ multiFactorAuth: false, context: [] });
  });
});
