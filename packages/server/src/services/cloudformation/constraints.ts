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
    "ListStackRefactors.MaxResults": { min: 1, max: 100, whole: true },
    "ListStackRefactorActions.MaxResults": { min: 1, max: 100, whole: true },
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
