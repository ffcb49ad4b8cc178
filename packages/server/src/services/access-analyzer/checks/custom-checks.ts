import type * as analyzer from "@aws-sdk/client-accessanalyzer";
import {
  type CompiledPolicy,
  compilePolicy,
  type Grant,
  listedAccess,
  newAccess,
  PolicyCompileError,
  publicAccess,
} from "@rolecast/policy";
import type { Checked } from "../../../kernel/checked.ts";
import { invalidField, invalidParameter, invalidRequest } from "../errors.ts";

export type CheckResult = Pick<
  analyzer.CheckNoNewAccessCommandOutput,
  "result" | "message" | "reasons"
>;
type PolicyType = "IDENTITY_POLICY" | "RESOURCE_POLICY";

/** AWS's sentences of one check. Source: AWS CLI's examples of the operations. */
interface Words {
  readonly pass: string;
  readonly fail: string;
  readonly reason: string;
}

const NEW_ACCESS: Words = {
  pass: "The modified permissions do not grant new access compared to your existing policy.",
  fail: "The modified permissions grant new access compared to your existing policy.",
  reason: "New access in the statement with",
};
const ACCESS_GRANTED: Words = {
  pass: "The policy document does not grant access to perform the listed actions or resources.",
  fail:
    "The policy document grants access to perform one or more of the listed actions " +
    "or resources.",
  reason: "One or more of the listed actions or resources in the statement with",
};
const PUBLIC_ACCESS: Words = {
  pass: "The resource policy does not grant public access for the given resource type.",
  fail: "The resource policy grants public access for the given resource type.",
  reason: "Public access granted in the following statement with",
};

/** The most characters of a policy that is compared; the largest of AWS's quotas is below it. */
const POLICY_CHARS_MAX = 65_536;
const TRUST = "AWS::IAM::AssumeRolePolicyDocument";

/*
 * CheckNoNewAccess, CheckAccessNotGranted, CheckNoPublicAccess. What isn't proven counts as access,
 * as with AWS.
 */

export function checkNoNewAccess({
  newPolicyDocument,
  existingPolicyDocument,
  policyType,
}: Checked<analyzer.CheckNoNewAccessCommandInput>): CheckResult {
  const candidate = policyOf("newPolicyDocument", newPolicyDocument, policyType);
  const existing = policyOf("existingPolicyDocument", existingPolicyDocument, policyType);
  return resultOf(newAccess(candidate, existing), NEW_ACCESS);
}

export function checkAccessNotGranted({
  policyDocument,
  access,
  policyType,
}: Checked<analyzer.CheckAccessNotGrantedCommandInput>): CheckResult {
  const policy = policyOf("policyDocument", policyDocument, policyType);
  const grants = access.flatMap(({ actions = [], resources = [] }, index) => {
    const place = `access.${index + 1}.member`;
    for (const resource of resources) requireArn(resource);
    if (actions.length === 0 && resources.length === 0) {
      throw invalidField(place, "Access must list actions, resources, or both");
    }
    return listedAccess(policy, {
      ...(actions.length > 0 && { actions }),
      ...(resources.length > 0 && { resources }),
    });
  });
  return resultOf(grants, ACCESS_GRANTED);
}

export function checkNoPublicAccess({
  policyDocument,
  resourceType,
}: Checked<analyzer.CheckNoPublicAccessCommandInput>): CheckResult {
  const kind = resourceType === TRUST ? "trust" : "resource";
  return resultOf(publicAccess(compiled("policyDocument", policyDocument, kind)), PUBLIC_ACCESS);
}

/** @throws ValidationException */
function requireArn(resource: string): void {
  if (!/^arn:[^:]*:[^:]*:[^:]*:[^:]*:.+/s.test(resource) && resource !== "*")
    throw invalidRequest("Invalid ARN", "fieldValidationFailed");
}

/** A policy of a resource may be a role's trust policy, which has no resource. */
function policyOf(name: string, text: string, type: string): readonly CompiledPolicy[] {
  return (type as PolicyType) === "RESOURCE_POLICY"
    ? compiled(name, text, hasResource(text) ? "resource" : "trust")
    : compiled(name, text, "identity");
}

function hasResource(text: string): boolean {
  return /"(?:Not)?Resource"\s*:/.test(text);
}

/** @throws InvalidParameterException */
function compiled(
  name: string,
  text: string,
  kind: "identity" | "resource" | "trust",
): readonly CompiledPolicy[] {
  if (text.length > POLICY_CHARS_MAX) {
    throw invalidParameter(`${name} has more than ${POLICY_CHARS_MAX} characters.`);
  }
  try {
    return [compilePolicy(text, { kind, id: name, managed: false })];
  } catch (error) {
    if (!(error instanceof PolicyCompileError)) throw error;
    const before = text.slice(0, error.offset).split("\n");
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw invalidParameter(`${name} isn't a valid policy: ${error.message} (${place}).`);
  }
}

function resultOf(grants: readonly Grant[], words: Words): CheckResult {
  if (grants.length === 0) return { result: "PASS", message: words.pass };
  const statements = [...new Set(grants.map(({ statement }) => statement))];
  return {
    result: "FAIL",
    message: words.fail,
    // An empty Sid, as Terraform writes it, is none.
    reasons: statements.map(({ index, sid = "" }) => ({
      description: `${words.reason} ${sid === "" ? `index: ${index}` : `sid: ${sid}`}.`,
      statementIndex: index,
      ...(sid !== "" && { statementId: sid }),
    })),
  };
}
