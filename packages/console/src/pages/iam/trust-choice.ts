import { pretty } from "../../shared/pretty-json.ts";
import { words } from "../../shared/typed-lists.ts";

/** The answer to "Who may assume it?", of which a trust policy is written. */
export interface TrustChoice {
  readonly kind: "service" | "principals" | "account" | "provider";
  /** `ec2.amazonaws.com`, or several. */
  readonly services: string;
  /** ARNs of users and roles of this account; empty: whoever its own policies allow to. */
  readonly principals: string;
  /** The other account's twelve digits. */
  readonly account: string;
  /** A word that the other account has to say; empty: none. */
  readonly externalId: string;
  readonly requiresMfa: boolean;
  /** The ARN of an OpenID Connect provider. */
  readonly provider: string;
  /** The client that the provider's tokens have to be for. */
  readonly audience: string;
}

export const NEW_TRUST: TrustChoice = {
  kind: "service",
  services: "ec2.amazonaws.com",
  principals: "",
  account: "",
  externalId: "",
  requiresMfa: false,
  provider: "",
  audience: "",
};

/** The trust policy that says so. */
export function trustPolicy(choice: TrustChoice, ownAccount: string): string {
  return pretty(
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", ...statementOf(choice, ownAccount) }],
    }),
  );
}

function statementOf(choice: TrustChoice, ownAccount: string): object {
  switch (choice.kind) {
    case "service":
      return { Principal: { Service: oneOrMore(choice.services) }, Action: "sts:AssumeRole" };
    case "principals": {
      const named = words(choice.principals);
      const AWS = named.length === 0 ? rootOf(ownAccount) : oneOrMore(choice.principals);
      return { Principal: { AWS }, Action: "sts:AssumeRole", ...conditions(mfa(choice)) };
    }
    case "account": {
      const { externalId } = choice;
      const said = externalId === "" ? {} : { StringEquals: { "sts:ExternalId": externalId } };
      return {
        Principal: { AWS: rootOf(choice.account) },
        Action: "sts:AssumeRole",
        ...conditions({ ...said, ...mfa(choice) }),
      };
    }
    case "provider": {
      const { provider, audience } = choice;
      const issuer = provider.split(":oidc-provider/")[1] ?? provider;
      return {
        Principal: { Federated: provider },
        Action: "sts:AssumeRoleWithWebIdentity",
        ...conditions(audience === "" ? {} : { StringEquals: { [`${issuer}:aud`]: audience } }),
      };
    }
  }
}

function mfa({ requiresMfa }: TrustChoice): object {
  return requiresMfa ? { Bool: { "aws:MultiFactorAuthPresent": "true" } } : {};
}

function conditions(Condition: object): object {
  return Object.keys(Condition).length === 0 ? {} : { Condition };
}

function rootOf(account: string): string {
  return `arn:aws:iam::${account}:root`;
}

function oneOrMore(text: string): string | readonly string[] {
  const all = words(text);
  return all.length === 1 ? (all[0] ?? "") : all;
}
