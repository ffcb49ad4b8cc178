/**
 * Quotas in characters without white space, except for bucket policies, which are counted whole.
 * IAM User Guide, "IAM and AWS STS quotas"; S3 User Guide, "Bucket policies".
 */
export const POLICY_SIZE_LIMITS = {
  managedPolicy: 6_144,
  /** All inline policies of one user together, and likewise for groups and roles. */
  inlineOfUser: 2_048,
  inlineOfGroup: 5_120,
  inlineOfRole: 10_240,
  trustPolicy: 2_048,
  inlineSessionPolicy: 2_048,
  bucketPolicyBytes: 20_480,
} as const;

/** The size that IAM holds against its quotas. */
export function policySizeWithoutWhitespace(text: string): number {
  let size = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) {
      size += 1;
    }
  }
  return size;
}
