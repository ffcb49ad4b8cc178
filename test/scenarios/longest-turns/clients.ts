import * as accessanalyzer from "@aws-sdk/client-accessanalyzer";
import * as cloudcontrol from "@aws-sdk/client-cloudcontrol";
import * as cloudformation from "@aws-sdk/client-cloudformation";
import * as cloudtrail from "@aws-sdk/client-cloudtrail";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as ecr from "@aws-sdk/client-ecr";
import * as events from "@aws-sdk/client-eventbridge";
import * as iam from "@aws-sdk/client-iam";
import * as ivs from "@aws-sdk/client-ivs";
import * as ivsRealTime from "@aws-sdk/client-ivs-realtime";
import * as ivschat from "@aws-sdk/client-ivschat";
import * as kms from "@aws-sdk/client-kms";
import * as organizations from "@aws-sdk/client-organizations";
import * as s3 from "@aws-sdk/client-s3";
import * as s3Control from "@aws-sdk/client-s3-control";
import * as ssm from "@aws-sdk/client-ssm";
import * as sts from "@aws-sdk/client-sts";

/** An SDK's module and its client's name. */
export interface Sdk {
  readonly module: Readonly<Record<string, unknown>>;
  readonly client: string;
}

/** By the services' titles. Those without one are Rolecast's own. */
export const SDKS: Readonly<Record<string, Sdk>> = {
  "Access Analyzer": { module: accessanalyzer, client: "AccessAnalyzerClient" },
  CloudControl: { module: cloudcontrol, client: "CloudControlClient" },
  CloudFormation: { module: cloudformation, client: "CloudFormationClient" },
  CloudTrail: { module: cloudtrail, client: "CloudTrailClient" },
  CloudWatch: { module: cloudwatch, client: "CloudWatchClient" },
  ECR: { module: ecr, client: "ECRClient" },
  EventBridge: { module: events, client: "EventBridgeClient" },
  IAM: { module: iam, client: "IAMClient" },
  IVS: { module: ivs, client: "IvsClient" },
  "IVS Chat": { module: ivschat, client: "IvschatClient" },
  "IVS Real-Time": { module: ivsRealTime, client: "IVSRealTimeClient" },
  KMS: { module: kms, client: "KMSClient" },
  Organizations: { module: organizations, client: "OrganizationsClient" },
  S3: { module: s3, client: "S3Client" },
  "S3 Control": { module: s3Control, client: "S3ControlClient" },
  SSM: { module: ssm, client: "SSMClient" },
  STS: { module: sts, client: "STSClient" },
};
