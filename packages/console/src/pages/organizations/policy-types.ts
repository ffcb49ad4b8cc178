import type { PolicyType } from "@aws-sdk/client-organizations";

/** The types of policies as people call them. Source: Organizations API reference, PolicyType. */
export const TYPE_TITLES: Readonly<Record<PolicyType, string>> = {
  SERVICE_CONTROL_POLICY: "Service control policy",
  RESOURCE_CONTROL_POLICY: "Resource control policy",
  TAG_POLICY: "Tag policy",
  BACKUP_POLICY: "Backup policy",
  AISERVICES_OPT_OUT_POLICY: "AI services opt-out policy",
  CHATBOT_POLICY: "Chat applications policy",
  DECLARATIVE_POLICY_EC2: "Declarative policy for EC2",
  SECURITYHUB_POLICY: "Security Hub policy",
  SECURITYHUB_CSPM_POLICY: "Security Hub CSPM policy",
  INSPECTOR_POLICY: "Inspector policy",
  GUARDDUTY_POLICY: "GuardDuty policy",
  UPGRADE_ROLLOUT_POLICY: "Upgrade rollout policy",
  BEDROCK_POLICY: "Bedrock policy",
  S3_POLICY: "S3 policy",
  NETWORK_SECURITY_DIRECTOR_POLICY: "Network security director policy",
};

export const POLICY_TYPES = Object.keys(TYPE_TITLES) as readonly PolicyType[];

/** Types that decide requests; the others are settings, which merge to one. */
export const CONTROL_TYPES: readonly PolicyType[] = [
  "SERVICE_CONTROL_POLICY",
  "RESOURCE_CONTROL_POLICY",
];

/** The document that a new policy begins with. */
export const NEW_DOCUMENTS: Readonly<Partial<Record<PolicyType, object>>> = {
  SERVICE_CONTROL_POLICY: {
    Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Action: "iam:DeleteServiceLinkedRole", Resource: "*" }],
  },
  RESOURCE_CONTROL_POLICY: {
    Version: "2012-10-17",
    Statement: [
      {
        ...{ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" },
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  },
  TAG_POLICY: { tags: { team: { tag_key: { "@@assign": "team" } } } },
};
