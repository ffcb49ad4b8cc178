/**
 * Descriptions of AWS's most used policies, by the ARN after `policy/`.
 * The package of the build lacks them. Source: AWS Managed Policy Reference Guide.
 */
export const awsPolicyDescriptions: ReadonlyMap<string, string> = new Map([
  ["AdministratorAccess", "Provides full access to AWS services and resources."],
  ["AmazonS3FullAccess", "Provides full access to all buckets via the AWS Management Console."],
  [
    "AmazonS3ReadOnlyAccess",
    "Provides read only access to all buckets via the AWS Management Console.",
  ],
  ["IAMFullAccess", "Provides full access to IAM via the AWS Management Console."],
  ["IAMReadOnlyAccess", "Provides read only access to IAM via the AWS Management Console."],
  ["IAMUserChangePassword", "Provides the ability for an IAM user to change their own password."],
  [
    "PowerUserAccess",
    "Provides full access to AWS services and resources, but does not allow management of Users and groups.",
  ],
  ["ReadOnlyAccess", "Provides read-only access to AWS services and resources."],
  [
    "SecurityAudit",
    "The security audit template grants access to read security configuration metadata. It is useful for software that audits the configuration of an AWS account.",
  ],
  [
    "aws-service-role/IVSRecordToS3",
    "Service Linked Role to perform S3 PutObject to recording IVS live streams",
  ],
  [
    "job-function/SystemAdministrator",
    "Grants full access permissions necessary for resources required for application and development operations.",
  ],
  ["service-role/AWSLambdaBasicExecutionRole", "Provides write permissions to CloudWatch Logs."],
]);
