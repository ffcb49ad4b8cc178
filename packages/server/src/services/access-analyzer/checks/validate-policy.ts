import type * as analyzer from "@aws-sdk/client-accessanalyzer";
import { CHECKED_POLICY_TYPES, CHECKED_RESOURCE_TYPES, checkPolicy } from "@rolecast/policy";
import type { Checked } from "../../../kernel/checked.ts";
import { markOf, pageToken, readPageToken } from "../../../kernel/page-token.ts";
import { readAuthorizationData } from "../authorization-data.ts";
import { invalidField } from "../errors.ts";

/** The most characters of a policy; the largest of AWS's quotas is below it. */
const POLICY_CHARS_MAX = 65_536;
/** Findings of one answer, which AWS doesn't publish. */
const PAGE_SIZE_MAX = 100;

type Validation = Pick<analyzer.ValidatePolicyCommandOutput, "findings" | "nextToken">;

/** ValidatePolicy: AWS's published policy checks, in English whatever the locale. */
export async function validatePolicy(
  input: Checked<analyzer.ValidatePolicyCommandInput>,
): Promise<Validation> {
  const { policyDocument, maxResults = PAGE_SIZE_MAX, nextToken } = input;
  const policyType = CHECKED_POLICY_TYPES.find((type) => type === input.policyType);
  const resourceType = CHECKED_RESOURCE_TYPES.find(
    (type) => type === input.validatePolicyResourceType,
  );
  if (!policyType) throw invalidField("policyType", "Invalid policy type");
  if (resourceType && policyType !== "RESOURCE_POLICY")
    throw invalidField("validatePolicyResourceType", "InvalidInput");
  if (policyDocument.length > POLICY_CHARS_MAX) {
    const message = `The policy has more than ${POLICY_CHARS_MAX} characters`;
    throw invalidField("policyDocument", message);
  }
  if (maxResults < 1) throw invalidField("maxResults", "maxResults must be at least 1");
  const mark = markOf([policyDocument, policyType, resourceType]);
  const start = nextToken === undefined ? 0 : placeIn(nextToken, mark);
  const end = start + Math.min(maxResults, PAGE_SIZE_MAX);
  const data = await readAuthorizationData();
  const all = checkPolicy(policyDocument, {
    policyType,
    data,
    ...(resourceType && { resourceType }),
  });
  return {
    findings: all.slice(start, end).map(findingOf),
    ...(end < all.length && { nextToken: pageToken(mark, [end]) }),
  };
}

function placeIn(token: string, mark: string): number {
  const place = readPageToken(token, mark, ["number"]);
  if (!place) throw invalidField("nextToken", "Invalid token");
  return place[0];
}

type Finding = ReturnType<typeof checkPolicy>[number];

/** The SDK's types have lists that may be changed. */
function findingOf({ locations, ...finding }: Finding): analyzer.ValidatePolicyFinding {
  return {
    ...finding,
    locations: locations.map(({ path, span }) => ({ path: [...path], span })),
  };
}
