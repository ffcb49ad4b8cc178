import { validateBucketPolicy } from "./bucket-validator.ts";
import { validateIdentityPolicy, validateSessionPolicy } from "./identity-validator.ts";
import { validateKeyPolicy } from "./key-validator.ts";
import type { PolicyFinding } from "./policy-finding.ts";
import { validateTrustPolicy } from "./trust-validator.ts";

export interface ValidateOptions {
  /** The bucket whose policy this is: resources must lie in it. */
  bucketName?: string;
  /** Which service principals exist; without it, every domain name may be one. */
  isServicePrincipal?: (name: string) => boolean;
}

/**
 * Validates a policy's text with AWS's checks in AWS's order. An empty list means valid; otherwise
 * the first finding is what AWS answers. Sizes and the existence of principals are for the service
 * that saves the policy: `policySizeWithoutWhitespace`, `principalsOf`.
 */
export function validatePolicy(
  text: string,
  kind: "managed" | "inline" | "session" | "trust" | "bucket" | "key",
  options: ValidateOptions = {},
): readonly PolicyFinding[] {
  switch (kind) {
    case "managed":
    case "inline":
      return validateIdentityPolicy(text);
    case "session":
      return validateSessionPolicy(text);
    case "trust":
      return validateTrustPolicy(text, options.isServicePrincipal);
    case "key":
      return validateKeyPolicy(text, options.isServicePrincipal);
    case "bucket":
      return validateBucketPolicy(text, options.bucketName, options.isServicePrincipal);
    default:
      return kind satisfies never;
  }
}
