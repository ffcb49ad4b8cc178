import { validatePolicy } from "@rolecast/policy";
import { expect, test } from "vitest";
import { NEW_TRUST, type TrustChoice, trustPolicy } from "./trust-choice.ts";

const PROVIDER = "arn:aws:iam::000000000000:oidc-provider/token.example.com/v1";

function statement(choice: Partial<TrustChoice>) {
  const text = trustPolicy({ ...NEW_TRUST, ...choice }, "000000000000");
  expect(validatePolicy(text, "trust")).toEqual([]);
  const policy = JSON.parse(text) as { readonly Statement: readonly [object] };
  return policy.Statement[0];
}

test.each<[Partial<TrustChoice>, object]>([
  [{}, { Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
  [
    { services: "ec2.amazonaws.com, lambda.amazonaws.com" },
    { Principal: { Service: ["ec2.amazonaws.com", "lambda.amazonaws.com"] } },
  ],
  [{ kind: "principals" }, { Principal: { AWS: "arn:aws:iam::000000000000:root" } }],
  [
    { kind: "principals", principals: "arn:aws:iam::000000000000:user/ann", requiresMfa: true },
    {
      Principal: { AWS: "arn:aws:iam::000000000000:user/ann" },
      Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
    },
  ],
  [
    { kind: "account", account: "111122223333", externalId: "x1", requiresMfa: true },
    {
      Principal: { AWS: "arn:aws:iam::111122223333:root" },
      Condition: {
        StringEquals: { "sts:ExternalId": "x1" },
        Bool: { "aws:MultiFactorAuthPresent": "true" },
      },
    },
  ],
  [
    { kind: "provider", provider: PROVIDER, audience: "app" },
    {
      Principal: { Federated: PROVIDER },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: { StringEquals: { "token.example.com/v1:aud": "app" } },
    },
  ],
])("%j becomes a valid trust policy", (choice, expected) => {
  expect(statement(choice)).toMatchObject({ Effect: "Allow", ...expected });
});

test("a condition stands there only where something is asked for", () => {
  const choices = [
    {},
    { kind: "account", account: "111122223333" },
    { kind: "principals" },
  ] as const;
  for (const choice of choices) expect(statement(choice)).not.toHaveProperty("Condition");
});
