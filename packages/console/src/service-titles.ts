/** Every service's title, by its name. Written by `npm run docs` from the server's list. */
export const SERVICE_TITLES: Readonly<Record<string, string>> = {
  iam: "IAM",
  organizations: "Organizations",
  "iam-toolbox": "IAM authorization details",
  sts: "STS",
  accessanalyzer: "Access Analyzer",
  events: "EventBridge",
  cloudwatch: "CloudWatch",
  kms: "KMS",
  s3: "S3",
  s3control: "S3 Control",
  ssm: "SSM",
  ecr: "ECR",
  cloudtrail: "CloudTrail",
  ivs: "IVS",
  cloudformation: "CloudFormation",
  rolecast: "Rolecast",
};
