import type { Constraint, ServiceConstraints } from "../../kernel/constraints.ts";

/** As AWS's own messages have it. */
const stackName: Constraint = {
  min: 1,
  pattern: "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*",
};
const changeSetName: Constraint = {
  min: 1,
  max: 1600,
  pattern: "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/]*",
};
const token: Constraint = { min: 1, max: 128, pattern: "[a-zA-Z0-9][-a-zA-Z0-9]*" };
const policyUrl: Constraint = { min: 1, max: 5120 };
const policyBody: Constraint = { min: 1, max: 16_384 };
const onFailure: Constraint = { values: ["DO_NOTHING", "ROLLBACK", "DELETE"] };

const typeKind: Constraint = { values: ["RESOURCE", "MODULE", "HOOK"] };
const publisher: Constraint = { min: 1, max: 40, pattern: "[0-9a-zA-Z]{12,40}" };
const pageSize: Constraint = { min: 1, max: 100, whole: true };
/** The operations whose tags are those of a stack. */
const tags = ["CreateStack", "UpdateStack", "CreateChangeSet"].flatMap(
  (operation): [string, Constraint][] => [
    [`${operation}.Tags.Key`, { min: 1, max: 128 }],
    [`${operation}.Tags.Value`, { min: 1, max: 256 }],
  ],
);

/** Source: CloudFormation API reference, the operations' request parameters. */
export const cloudFormationConstraints: ServiceConstraints = {
  errorCode: "ValidationError",
  showsValues: true,
  unsupported: [
    "CreateStack.Parameters.ResolvedValue",
    "UpdateStack.Parameters.ResolvedValue",
    "CreateChangeSet.Parameters.ResolvedValue",
    "DescribeType.VersionId",
    "DescribeType.PublicVersionNumber",
    "GetTemplateSummary.CallAs",
    "ContinueUpdateRollback.ForceRollback",
  ],
  members: {
    StackName: stackName,
    ChangeSetName: changeSetName,
    "CreateChangeSet.ChangeSetName": { min: 1, max: 128, pattern: "[a-zA-Z][-a-zA-Z0-9]*" },
    TemplateBody: { min: 1, max: 51_200 },
    TemplateURL: { min: 1, max: 5120 },
    RoleARN: { min: 20, max: 2048 },
    NotificationARNs: { max: 5 },
    Tags: { max: 50 },
    "ResourceTypes.member": { min: 1, max: 256 },
    "Capabilities.member": {
      values: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    },
    ClientRequestToken: token,
    ClientToken: { min: 1, max: 128 },
    "CreateChangeSet.Description": { min: 1, max: 1024 },
    ChangeSetType: { values: ["CREATE", "UPDATE", "IMPORT"] },
    DeploymentMode: { values: ["REVERT_DRIFT"] },
    OnStackFailure: onFailure,
    OnFailure: onFailure,
    ResourcesToImport: { max: 200 },
    StackDefinitions: { min: 1, max: 200 },
    "CreateStackRefactor.Description": { min: 1, max: 1024 },
    ...Object.fromEntries(tags),
    "CreateChangeSet.ResourceType": { min: 1, max: 256 },
    ResourceIdentifier: {
      ...{ min: 1, max: 256 },
      entries: { key: { min: 1, max: 2048 }, value: { min: 1, max: 2048 } },
    },
    "ResourcesToSkip.member": {
      pattern: "[a-zA-Z0-9]+|[a-zA-Z][-a-zA-Z0-9]*\\.[a-zA-Z0-9]+",
    },
    StackDriftDetectionId: { min: 1, max: 36 },
    LogicalResourceIds: { min: 1, max: 200 },
    StackResourceDriftStatusFilters: { min: 1, max: 4 },
    "StackResourceDriftStatusFilters.member": {
      values: ["IN_SYNC", "MODIFIED", "DELETED", "NOT_CHECKED", "UNKNOWN", "UNSUPPORTED"],
    },
    "StackStatusFilter.member": {
      values: [
        ...["CREATE_IN_PROGRESS", "CREATE_FAILED", "CREATE_COMPLETE", "ROLLBACK_IN_PROGRESS"],
        ...["ROLLBACK_FAILED", "ROLLBACK_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_FAILED"],
        ...["DELETE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"],
        ...["UPDATE_COMPLETE", "UPDATE_FAILED", "UPDATE_ROLLBACK_IN_PROGRESS"],
        ...["UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"],
        ...["UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS", "IMPORT_IN_PROGRESS"],
        ...["IMPORT_COMPLETE", "IMPORT_ROLLBACK_IN_PROGRESS", "IMPORT_ROLLBACK_FAILED"],
        "IMPORT_ROLLBACK_COMPLETE",
      ],
    },
    "ExecutionStatusFilter.member": {
      values: [
        ...["UNAVAILABLE", "AVAILABLE", "OBSOLETE", "EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE"],
        ...["EXECUTE_FAILED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"],
      ],
    },
    "DescribeType.Type": typeKind,
    "DescribeType.TypeName": {
      ...{ min: 10, max: 204 },
      pattern: "[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}(::MODULE){0,1}",
    },
    "DescribeType.Arn": {
      max: 1024,
      pattern: "arn:aws[A-Za-z0-9-]{0,64}:cloudformation:[A-Za-z0-9-]{1,64}:([0-9]{12})?:type/.+",
    },
    PublisherId: publisher,
    "ListTypes.Type": typeKind,
    Visibility: { values: ["PUBLIC", "PRIVATE"] },
    ProvisioningType: { values: ["NON_PROVISIONABLE", "IMMUTABLE", "FULLY_MUTABLE"] },
    DeprecatedStatus: { values: ["LIVE", "DEPRECATED"] },
    Category: { values: ["REGISTERED", "ACTIVATED", "THIRD_PARTY", "AWS_TYPES"] },
    TypeNamePrefix: {
      ...{ min: 1, max: 204 },
      pattern: "([A-Za-z0-9]{2,64}::){0,2}([A-Za-z0-9]{2,64}:?){0,1}",
    },
    "DescribeStackResourceDrifts.MaxResults": pageSize,
    "ListTypes.MaxResults": pageSize,
    "ListStackRefactors.MaxResults": pageSize,
    "ListStackRefactorActions.MaxResults": pageSize,
    StackPolicyBody: policyBody,
    StackPolicyURL: policyUrl,
    StackPolicyDuringUpdateBody: policyBody,
    StackPolicyDuringUpdateURL: policyUrl,
    TimeoutInMinutes: { min: 1, whole: true },
    MonitoringTimeInMinutes: { min: 0, max: 180, whole: true },
    DeletionMode: { values: ["STANDARD", "FORCE_DELETE_STACK"] },
    UniqueId: { min: 1, max: 64 },
    Status: { values: ["FAILURE", "SUCCESS"] },
    NextToken: { min: 1, max: 1024 },
    TemplateStage: { values: ["Original", "Processed"] },
  },
};
