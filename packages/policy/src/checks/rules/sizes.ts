import { POLICY_SIZE_LIMITS, policySizeWithoutWhitespace } from "../../document/policy-size.ts";
import type { Report } from "../finding.ts";
import type { Subject } from "../subject.ts";

/**
 * Characters of a whole control policy. Source: AWS Organizations User Guide, "Quotas and service
 * limits".
 */
const SCP_CHARS_MAX = 10_240;
const RCP_CHARS_MAX = 5_120;

/** The quotas of policies' sizes. An identity policy is held to the largest, that of roles. */
export function* checkSize({ text, policyType, isTrust }: Subject): Iterable<Report> {
  const places = [{ start: 0, end: text.length }];
  const exceeds = (code: Report["code"], policySize: number, policySizeQuota: number) =>
    policySize > policySizeQuota ? [{ code, places, words: { policySize, policySizeQuota } }] : [];
  switch (policyType) {
    case "IDENTITY_POLICY":
      yield* exceeds(
        "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
        policySizeWithoutWhitespace(text),
        POLICY_SIZE_LIMITS.inlineOfRole,
      );
      return;
    case "RESOURCE_POLICY":
      if (isTrust) {
        yield* exceeds(
          "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
          policySizeWithoutWhitespace(text),
          POLICY_SIZE_LIMITS.trustPolicy,
        );
      } else {
        yield* exceeds(
          "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
          text.length,
          POLICY_SIZE_LIMITS.bucketPolicyBytes,
        );
      }
      return;
    case "SERVICE_CONTROL_POLICY":
      yield* exceeds("POLICY_SIZE_EXCEEDS_SCP_QUOTA", text.length, SCP_CHARS_MAX);
      return;
    case "RESOURCE_CONTROL_POLICY":
      yield* exceeds("POLICY_SIZE_EXCEEDS_RCP_QUOTA", text.length, RCP_CHARS_MAX);
      return;
    default:
      return policyType satisfies never;
  }
}
