import { PolicyJsonError, parseJson } from "@rolecast/policy";
import { findControlPolicyProblem } from "../../../kernel/control-policy.ts";
import { constraintViolation, malformedPolicy } from "../errors.ts";
import { controlKindOf, POLICY_TYPES, type PolicyType } from "../policy-type.ts";

/**
 * The document as it is stored: as it was sent. @throws MalformedPolicyDocument, and
 * ConstraintViolation for one that is too long
 */
export function checkContent(content: string, type: PolicyType): string {
  if (content.length > POLICY_TYPES[type].charsMax)
    throw constraintViolation(
      "POLICY_CONTENT_LIMIT_EXCEEDED",
      "You have exceeded the maximum policy size.",
    );
  const kind = controlKindOf(type);
  const problem = kind ? findControlPolicyProblem(content, kind) : objectProblem(content);
  if (problem) {
    const before = content.slice(0, problem.offset).split("\n");
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw malformedPolicy(
      "The provided policy document does not meet the requirements of the specified " +
        `policy type: ${problem.message} (${place}).`,
    );
  }
  return content;
}

/** Management policies are objects of settings. */
function objectProblem(content: string) {
  try {
    const node = parseJson(content);
    return node.type === "object" ? undefined : { message: "it is no JSON object", offset: 0 };
  } catch (error) {
    if (!(error instanceof PolicyJsonError)) throw error;
    return { message: error.message, offset: error.offset };
  }
}
