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
