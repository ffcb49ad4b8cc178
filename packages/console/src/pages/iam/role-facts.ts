import type { Role } from "@aws-sdk/client-iam";
import { principalsOf } from "@rolecast/policy";
import { pretty } from "../../shared/pretty-json.ts";

const LINKED_PATH = /^\/aws-service-role\/([^/]+)\//;

export function isServiceLinked({ Path = "" }: Role): boolean {
  return LINKED_PATH.test(Path);
}

/** The service that a service-linked role belongs to: `ivs.amazonaws.com`. */
export function linkedService({ Path = "" }: Role): string | undefined {
  return LINKED_PATH.exec(Path)?.[1];
}

export function trustPolicyOf({ AssumeRolePolicyDocument = "" }: Role): string {
  return pretty(decodeURIComponent(AssumeRolePolicyDocument));
}

/** The principals that the trust policy names. */
export function trustedBy(role: Role): readonly string[] {
  return principalsOf(trustPolicyOf(role)).map(({ value }) => value);
}

/** The account that a role is in. */
export function accountOfRole({ Arn = "" }: Role): string {
  return Arn.split(":")[4] ?? "";
}

interface PrincipalPlace {
  readonly pattern: string;
  readonly params: { readonly name: string };
  /** `user/ann`. */
  readonly name: string;
}

/** The page of a principal, where it is a user or role of this account. */
export function principalPlace(principal: string, account: string): PrincipalPlace | undefined {
  const [, owner, kind, path] = /^arn:aws:iam::(\d+):(user|role)\/(.+)$/.exec(principal) ?? [];
  if (owner !== account || kind === undefined || path === undefined) return undefined;
  const name = path.split("/").at(-1) ?? path;
  return { pattern: `/iam/${kind}s/:name`, params: { name }, name: `${kind}/${name}` };
}
