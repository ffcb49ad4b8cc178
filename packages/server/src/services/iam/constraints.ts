import type { Constraint, ServiceConstraints } from "../../kernel/constraints.ts";

/*
 * Source: the IAM API reference, "Actions" and "Data types": the length, value and pattern of each
 * parameter.
 */

/** Names of entities are refused in AWS's words, other values with the pattern. */
const name = (max: number): Constraint => ({
  min: 1,
  max,
  pattern: "[\\w+=,.@-]+",
  advice: "It must contain only alphanumeric characters and/or the following: +=,.@_-",
});
const serviceName = (max: number): Constraint => ({ min: 1, max, pattern: "[\\w+=,.@-]+" });
const pathAdvice =
  "It must begin and end with / and contain only alphanumeric characters and/or / characters.";
const text = "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*";
const path: Constraint = {
  min: 1,
  max: 512,
  pattern: "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)",
  advice: pathAdvice,
};
const pathPrefix: Constraint = { min: 1, max: 512, pattern: "\\u002F[\\u0021-\\u007F]*" };
const policyPath: Constraint = {
  min: 1,
  max: 512,
  pattern: "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/",
};
const latin = "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+";
const arn: Constraint = { min: 20, max: 2048 };
const document: Constraint = {
  min: 1,
  max: 131_072,
  pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
};
const password: Constraint = {
  min: 1,
  max: 128,
  pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
};
const accessKeyId: Constraint = { min: 16, max: 128, pattern: "[\\w]+" };
/** Read operations take names of up to 128 characters, as those of other kinds may be. */
const existingUserName = name(128);

/** Source: ContextEntry, `ContextKeyType`. */
const CONTEXT_KEY_TYPES = ["string", "numeric", "boolean", "ip", "binary", "date"].flatMap(
  (type) => [type, `${type}List`],
);

export const iamConstraints: ServiceConstraints = {
  errorCode: "ValidationError",
  keepsValuesToItself: true,
  inHashOrder: true,
  unsupported: ["SimulatePrincipalPolicy.PolicyExclusionList"],
  members: {
    UserName: existingUserName,
    "CreateUser.UserName": name(64),
    "UpdateUser.NewUserName": name(64),
    GroupName: name(128),
    NewGroupName: name(128),
    RoleName: name(64),
    PolicyName: name(128),
    InstanceProfileName: name(128),
    AWSServiceName: serviceName(128),
    CustomSuffix: serviceName(64),
    Path: path,
    NewPath: path,
    PathPrefix: pathPrefix,
    "CreatePolicy.Path": { ...policyPath, advice: pathAdvice },
    "ListPolicies.PathPrefix": policyPath,
    "ListAttachedUserPolicies.PathPrefix": policyPath,
    "ListAttachedGroupPolicies.PathPrefix": policyPath,
    "ListAttachedRolePolicies.PathPrefix": policyPath,
    "ListEntitiesForPolicy.PathPrefix": path,
    PolicyArn: arn,
    PermissionsBoundary: arn,
    AssumeRolePolicyDocument: document,
    PolicyDocument: document,
    Description: { max: 1000, pattern: text },
    "CreatePolicy.Description": { max: 1000 },
    MaxSessionDuration: { min: 3600, max: 43_200 },
    VersionId: { pattern: "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?" },
    AccessKeyId: accessKeyId,
    Status: { values: ["Active", "Inactive", "Expired"] },
    DeletionTaskId: { min: 1, max: 1000 },
    MaxItems: { min: 1, max: 1000 },
    Marker: { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    Tags: { max: 50 },
    Key: { min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" },
    Value: { max: 256, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*" },
    TagKeys: { max: 50 },
    "TagKeys.member": {
      min: 1,
      max: 128,
      pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+",
      notNull: true,
    },
    AccountAlias: { min: 3, max: 63, pattern: "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$" },
    Password: password,
    OldPassword: password,
    NewPassword: password,
    MinimumPasswordLength: { min: 6, max: 128 },
    MaxPasswordAge: { min: 1, max: 1095 },
    PasswordReusePrevention: { min: 1, max: 24 },
    PolicySourceArn: arn,
    Arn: arn,
    "PolicyInputList.member": document,
    "PermissionsBoundaryPolicyInputList.member": document,
    "ServiceControlPolicyInputList.member": document,
    ResourcePolicy: document,
    "ActionNames.member": { min: 3, max: 128 },
    "ResourceArns.member": { min: 1, max: 2048 },
    ResourceOwner: { min: 1, max: 2048 },
    CallerArn: { min: 1, max: 2048 },
    ResourceHandlingOption: { min: 1, max: 64 },
    ContextKeyName: { min: 5, max: 256 },
    ContextKeyType: { values: CONTEXT_KEY_TYPES },
    ServiceNamespaces: { min: 1, max: 200 },
    "ServiceNamespaces.member": { min: 1, max: 64, pattern: "[\\w-]*" },
    ServiceNamespace: { min: 1, max: 64, pattern: "[\\w-]*" },
    JobId: { min: 36, max: 36 },
    EntityPath: {
      ...{ min: 19, max: 427 },
      pattern: "^o-[0-9a-z]{10,32}\\/r-[0-9a-z]{4,32}[0-9a-z-\\/]*",
    },
    OrganizationsPolicyId: { pattern: "^p-[0-9a-zA-Z_]{8,128}$" },
    SortKey: {
      values: [
        ...["SERVICE_NAMESPACE_ASCENDING", "SERVICE_NAMESPACE_DESCENDING"],
        ...["LAST_AUTHENTICATED_TIME_ASCENDING", "LAST_AUTHENTICATED_TIME_DESCENDING"],
      ],
    },
    Granularity: { values: ["SERVICE_LEVEL", "ACTION_LEVEL"] },
    ServerCertificateName: name(128),
    NewServerCertificateName: name(128),
    CertificateBody: { min: 1, max: 16_384, pattern: latin },
    CertificateChain: { min: 1, max: 2_097_152, pattern: latin },
    PrivateKey: { min: 1, max: 16_384, pattern: latin },
    CertificateId: { min: 24, max: 128, pattern: "[\\w]+" },
    SSHPublicKeyBody: { min: 1, max: 16_384, pattern: latin },
    SSHPublicKeyId: { min: 20, max: 128, pattern: "[\\w]+" },
    Encoding: { values: ["SSH", "PEM"] },
    ServiceSpecificCredentialId: { min: 20, max: 128, pattern: "[\\w]+" },
    CredentialAgeDays: { min: 1, max: 36_600 },
    SAMLMetadataDocument: { min: 1000, max: 10_000_000 },
    "CreateSAMLProvider.Name": { min: 1, max: 128, pattern: "[\\w._-]+" },
    SAMLProviderArn: arn,
    AssertionEncryptionMode: { values: ["Required", "Allowed"] },
    AddPrivateKey: { min: 1, max: 16_384, pattern: latin },
    RemovePrivateKey: { min: 22, max: 64, pattern: "[A-Z0-9]+" },
    Url: { min: 1, max: 255 },
    SerialNumber: { min: 9, max: 256, pattern: "[\\w+=/:,.@-]+" },
    // Source: the schema of AWS::IAM::VirtualMFADevice. An ARN with more is no serial number.
    VirtualMFADeviceName: { min: 1, max: 226, pattern: "[\\w+=,.@-]+" },
    AuthenticationCode1: { min: 6, max: 6, pattern: "[\\d]+" },
    AuthenticationCode2: { min: 6, max: 6, pattern: "[\\d]+" },
    AssignmentStatus: { values: ["Assigned", "Unassigned", "Any"] },
    ClientID: { min: 1, max: 255 },
    "ClientIDList.member": { min: 1, max: 255 },
    "ThumbprintList.member": { min: 40, max: 40 },
    OpenIDConnectProviderArn: arn,
    Scope: { values: ["All", "AWS", "Local"] },
    PolicyUsageFilter: { values: ["PermissionsPolicy", "PermissionsBoundary"] },
    EntityFilter: { values: ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"] },
    "Filter.member": {
      values: ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"],
    },
  },
};
