/** A policy with the findings that AWS was recorded to answer: code and path of the first place. */
export interface RecordedPolicy {
  readonly name: string;
  readonly version: string;
  readonly findings: readonly (readonly [
    code: string,
    path: string,
    start?: number,
    end?: number,
  ])[];
}

const SIZE = "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA";
const PASS_ROLE = "PASS_ROLE_WITH_STAR_IN_RESOURCE";
const NULL_FALSE = "EQUIVALENT_TO_NULL_FALSE";
const ARN_OPERATOR = "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS";
const DETAIL_TYPE = "Condition.StringEquals.[events:detail-type]";

/**
 * AWS's answers about its own managed policies, as published beside them, in which each policy is
 * one line. Where a policy's text has changed only its offsets since, they are left out.
 */
export const RECORDED: readonly RecordedPolicy[] = [
  {
    name: "AIDevOpsAgentAccessPolicy",
    version: "v10",
    findings: [
      [SIZE, "", 0, 26_920],
      ["REDUNDANT_RESOURCE", "Statement.2.Resource.1", 26_135, 26_170],
      ["REDUNDANT_RESOURCE", "Statement.2.Resource.9", 26_539, 26_570],
    ],
  },
  {
    name: "AWSConfigServiceRolePolicy",
    version: "v32",
    findings: [
      [SIZE, "", 0, 12_138],
      ["REDUNDANT_ACTION", "Statement.0.Action.82", 2_552, 2_567],
    ],
  },
  {
    name: "PowerUserAccess",
    version: "v5",
    findings: [["CREATE_SLR_WITH_STAR_IN_RESOURCE", "Statement.1.Action.0", 165, 194]],
  },
  {
    name: "AdministratorAccess-AWSElasticBeanstalk",
    version: "v2",
    findings: [[ARN_OPERATOR, "Statement.12.Condition.StringLike.[iam:PolicyArn]", 4_684, 4_699]],
  },
  {
    name: "AmazonCodeGuruReviewerFullAccess",
    version: "v3",
    findings: [
      [
        "FORALLVALUES_WITH_SINGLE_VALUED_KEY",
        "Statement.6.Condition.ForAllValues:StringEquals.[codestar-connections:ProviderAction]",
        ...([1_619, 1_656] as const),
      ],
    ],
  },
  {
    name: "AIOpsAssistantPolicy",
    version: "v2",
    findings: [
      [SIZE, ""],
      ["TYPE_MISMATCH", "Statement.1.Condition.StringEquals.[aws:ViaAWSService]"],
      ["REDUNDANT_RESOURCE", "Statement.2.Resource.1"],
      ["REDUNDANT_RESOURCE", "Statement.2.Resource.9"],
    ],
  },
  {
    name: "AWSElasticBeanstalkService",
    version: "v17",
    findings: [
      ["REDUNDANT_RESOURCE", "Statement.3.Resource.0"],
      [PASS_ROLE, "Statement.6.Action.73"],
    ],
  },
  {
    name: "AWSEC2VssSnapshotPolicy",
    version: "v2",
    findings: [
      [NULL_FALSE, "Statement.1.Condition.StringLike.aws:RequestTag/AwsVssConfig"],
      [NULL_FALSE, "Statement.4.Condition.StringLike.aws:RequestTag/AwsVssConfig"],
      [NULL_FALSE, "Statement.7.Condition.StringLike.ec2:ResourceTag/AwsVssConfig"],
    ],
  },
  {
    name: "AWSCodeBuildAdminAccess",
    version: "v12",
    findings: [
      [
        ARN_OPERATOR,
        "Statement.5.Condition.StringLike.[codestar-notifications:NotificationsForResource]",
      ],
    ],
  },
  {
    name: "AWSDeepRacerFullAccess",
    version: "v1",
    findings: [
      ["REDUNDANT_RESOURCE", "Statement.1.Resource.0"],
      ["REDUNDANT_RESOURCE", "Statement.1.Resource.1"],
      ["REDUNDANT_RESOURCE", "Statement.1.Resource.2"],
      ["REDUNDANT_RESOURCE", "Statement.1.Resource.3"],
    ],
  },
  {
    name: "AWSGlueConsoleFullAccess",
    version: "v14",
    findings: [["REDUNDANT_RESOURCE", "Statement.1.Resource.0"]],
  },
  {
    name: "AWSBatchFullAccess",
    version: "v7",
    findings: [["REDUNDANT_ACTION", "Statement.0.Action.9"]],
  },
  {
    name: "AWSAuditManagerAdministratorAccess",
    version: "v3",
    findings: [["MISSING_QUALIFIER", `Statement.10.${DETAIL_TYPE}`]],
  },
  {
    name: "AWSControlTowerAccountServiceRolePolicy",
    version: "v3",
    findings: [["MISSING_QUALIFIER", `Statement.0.${DETAIL_TYPE}`]],
  },
  {
    name: "AWSQuickSetupPatchPolicyDeploymentRolePolicy",
    version: "v1",
    findings: [
      [NULL_FALSE, "Statement.16.Condition.StringLike.aws:ResourceTag/QuickSetupID"],
      [NULL_FALSE, "Statement.17.Condition.StringLike.aws:ResourceTag/QuickSetupID"],
    ],
  },
];
