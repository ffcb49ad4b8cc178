import type { Constraint, ServiceConstraints } from "../../kernel/constraints.ts";
import { invalidMember } from "./errors.ts";
import { POLICY_TYPE_NAMES } from "./policy-type.ts";

const ROOT_ID = "r-[0-9a-z]{4,32}";
const UNIT_ID = "ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}";
const ACCOUNT_ID = "\\d{12}";
const accountId: Constraint = { max: 12, pattern: `^${ACCOUNT_ID}$` };
const parentId: Constraint = { max: 100, pattern: `^(${ROOT_ID})|(${UNIT_ID})$` };
const unitId: Constraint = { max: 68, pattern: `^${UNIT_ID}$` };
const email: Constraint = {
  ...{ min: 6, max: 64, secret: true },
  pattern: "[^\\s@]+@[^\\s@]+\\.[^\\s@]+",
};
const tagText = "^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$";
const tagKey: Constraint = { min: 1, max: 128, pattern: tagText };
const anything = "[\\s\\S]*";
const EFFECTIVE_TYPES = POLICY_TYPE_NAMES.filter((type) => !type.endsWith("CONTROL_POLICY"));

/** Source: the public service model. Lengths of policies depend on their types. */
export const organizationsConstraints: ServiceConstraints = {
  errorCode: "ValidationException",
  refuse: invalidMember,
  members: {
    AccountId: accountId,
    ParentId: parentId,
    SourceParentId: parentId,
    DestinationParentId: parentId,
    ChildId: { max: 100, pattern: `^(${ACCOUNT_ID})|(${UNIT_ID})$` },
    ChildType: { values: ["ACCOUNT", "ORGANIZATIONAL_UNIT"] },
    OrganizationalUnitId: unitId,
    RootId: { max: 34, pattern: `^${ROOT_ID}$` },
    TargetId: { max: 100, pattern: `^(${ROOT_ID})|(${ACCOUNT_ID})|(${UNIT_ID})$` },
    PolicyId: { max: 130, pattern: "^p-[0-9a-zA-Z_]{8,128}$" },
    ResourceId: {
      max: 130,
      pattern:
        `^(${ROOT_ID})|(${ACCOUNT_ID})|(${UNIT_ID})|(^p-[0-9a-zA-Z_]{8,128})` +
        "|(^rp-[0-9a-zA-Z_]{4,128})|(^rt-[0-9a-zA-Z_]{8,32})$",
    },
    HandshakeId: { max: 34, pattern: "^h-[0-9a-z]{8,32}$" },
    CreateAccountRequestId: { max: 36, pattern: "^car-[a-z0-9]{8,32}$" },
    FeatureSet: { values: ["ALL", "CONSOLIDATED_BILLING"] },
    Email: email,
    AccountName: { min: 1, max: 50, pattern: "[\\u0020-\\u007E]+", secret: true },
    RoleName: { max: 64, pattern: "[\\w+=,.@-]{1,64}" },
    IamUserAccessToBilling: { values: ["ALLOW", "DENY"] },
    "States.member": { values: ["IN_PROGRESS", "SUCCEEDED", "FAILED"] },
    Name: { min: 1, max: 128, pattern: anything },
    Description: { max: 512, pattern: anything },
    Content: { min: 1, pattern: anything },
    "PutResourcePolicy.Content": { min: 1, max: 40_000, pattern: anything },
    Type: { values: POLICY_TYPE_NAMES },
    PolicyType: { values: POLICY_TYPE_NAMES },
    "DescribeEffectivePolicy.PolicyType": { values: EFFECTIVE_TYPES },
    "ListAccountsWithInvalidEffectivePolicy.PolicyType": { values: EFFECTIVE_TYPES },
    "ListEffectivePolicyValidationErrors.PolicyType": { values: EFFECTIVE_TYPES },
    Filter: { values: POLICY_TYPE_NAMES },
    "InviteAccountToOrganization.Type": { values: ["ACCOUNT", "ORGANIZATION", "EMAIL"] },
    Id: { min: 1, max: 64, pattern: anything, secret: true },
    Notes: { max: 1_024, pattern: anything, secret: true },
    ActionType: {
      values: [
        ...["INVITE", "ENABLE_ALL_FEATURES", "APPROVE_ALL_FEATURES"],
        ...["ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE", "TRANSFER_RESPONSIBILITY"],
      ],
    },
    ParentHandshakeId: { max: 34, pattern: "^h-[0-9a-z]{8,32}$" },
    ServicePrincipal: { min: 1, max: 128, pattern: "[\\w+=,.@-]*" },
    Key: tagKey,
    Value: { min: 0, max: 256, pattern: tagText },
    "TagKeys.member": tagKey,
    NextToken: { max: 100_000, pattern: anything },
    MaxResults: { min: 1, max: 20, whole: true },
  },
};
