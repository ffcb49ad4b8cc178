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
import type { ServiceConstraints } from "../../packages/server/src/kernel/constraints.ts";
import * as aaLimits from "../../packages/server/src/services/access-analyzer/constraints.ts";
import * as aaWire from "../../packages/server/src/services/access-analyzer/schema.ts";
import * as controlLimits from "../../packages/server/src/services/cloudcontrol/constraints.ts";
import { cloudControlSchemas } from "../../packages/server/src/services/cloudcontrol/schema.ts";
import * as stackLimits from "../../packages/server/src/services/cloudformation/constraints.ts";
import { cloudFormationSchemas } from "../../packages/server/src/services/cloudformation/schema.ts";
import * as cloudTrailLimits from "../../packages/server/src/services/cloudtrail/constraints.ts";
import { cloudTrailSchemas } from "../../packages/server/src/services/cloudtrail/schema.ts";
import * as cloudwatchLimits from "../../packages/server/src/services/cloudwatch/constraints.ts";
import { cloudwatchSchemas } from "../../packages/server/src/services/cloudwatch/schema.ts";
import { ecrConstraints } from "../../packages/server/src/services/ecr/constraints.ts";
import { ecrSchemas } from "../../packages/server/src/services/ecr/schema.ts";
import { eventsConstraints } from "../../packages/server/src/services/events/constraints.ts";
import { eventsSchemas } from "../../packages/server/src/services/events/schema.ts";
import { iamConstraints } from "../../packages/server/src/services/iam/constraints.ts";
import { iamSchemas } from "../../packages/server/src/services/iam/schema.ts";
import { ivsConstraints } from "../../packages/server/src/services/ivs/constraints.ts";
import { ivsSchemas } from "../../packages/server/src/services/ivs/schema.ts";
import { ivsChatConstraints } from "../../packages/server/src/services/ivs-chat/constraints.ts";
import { ivsChatSchemas } from "../../packages/server/src/services/ivs-chat/schema.ts";
import * as realTimeLimits from "../../packages/server/src/services/ivs-realtime/constraints.ts";
import { realTimeSchemas } from "../../packages/server/src/services/ivs-realtime/schema.ts";
import { kmsConstraints } from "../../packages/server/src/services/kms/constraints.ts";
import { kmsSchemas } from "../../packages/server/src/services/kms/schema.ts";
import * as orgLimits from "../../packages/server/src/services/organizations/constraints.ts";
import { organizationsSchemas } from "../../packages/server/src/services/organizations/schema.ts";
import { s3Constraints } from "../../packages/server/src/services/s3/constraints.ts";
import { s3ControlSchemas } from "../../packages/server/src/services/s3/control/schema.ts";
import { s3Schemas } from "../../packages/server/src/services/s3/schema.ts";
import { ssmConstraints } from "../../packages/server/src/services/ssm/constraints.ts";
import { ssmSchemas } from "../../packages/server/src/services/ssm/schema.ts";
import { stsConstraints } from "../../packages/server/src/services/sts/constraints.ts";
import { stsSchemas } from "../../packages/server/src/services/sts/schema.ts";

export interface Called {
  readonly schemas: Readonly<Record<string, unknown>>;
  readonly module: Readonly<Record<string, unknown>>;
  readonly client: string;
  readonly constraints: ServiceConstraints;
}

/** By the titles of docs/operations.md. */
export const CALLED: Readonly<Record<string, Called>> = {
  "Access Analyzer": {
    schemas: aaWire.accessAnalyzerSchemas,
    module: accessanalyzer,
    client: "AccessAnalyzerClient",
    constraints: aaLimits.accessAnalyzerConstraints,
  },
  CloudControl: {
    schemas: cloudControlSchemas,
    module: cloudcontrol,
    client: "CloudControlClient",
    constraints: controlLimits.cloudControlConstraints,
  },
  CloudFormation: {
    schemas: cloudFormationSchemas,
    module: cloudformation,
    client: "CloudFormationClient",
    constraints: stackLimits.cloudFormationConstraints,
  },
  CloudTrail: {
    schemas: cloudTrailSchemas,
    module: cloudtrail,
    client: "CloudTrailClient",
    constraints: cloudTrailLimits.cloudTrailConstraints,
  },
  CloudWatch: {
    schemas: cloudwatchSchemas,
    module: cloudwatch,
    client: "CloudWatchClient",
    constraints: cloudwatchLimits.cloudwatchConstraints,
  },
  ECR: { schemas: ecrSchemas, module: ecr, client: "ECRClient", constraints: ecrConstraints },
  EventBridge: {
    schemas: eventsSchemas,
    module: events,
    client: "EventBridgeClient",
    constraints: eventsConstraints,
  },
  IAM: { schemas: iamSchemas, module: iam, client: "IAMClient", constraints: iamConstraints },
  IVS: { schemas: ivsSchemas, module: ivs, client: "IvsClient", constraints: ivsConstraints },
  "IVS Chat": {
    schemas: ivsChatSchemas,
    module: ivschat,
    client: "IvschatClient",
    constraints: ivsChatConstraints,
  },
  "IVS Real-Time": {
    schemas: realTimeSchemas,
    module: ivsRealTime,
    client: "IVSRealTimeClient",
    constraints: realTimeLimits.realTimeConstraints,
  },
  KMS: { schemas: kmsSchemas, module: kms, client: "KMSClient", constraints: kmsConstraints },
  Organizations: {
    schemas: organizationsSchemas,
    module: organizations,
    client: "OrganizationsClient",
    constraints: orgLimits.organizationsConstraints,
  },
  S3: { schemas: s3Schemas, module: s3, client: "S3Client", constraints: s3Constraints },
  "S3 Control": {
    schemas: s3ControlSchemas,
    module: s3Control,
    client: "S3ControlClient",
    constraints: s3Constraints,
  },
  SSM: { schemas: ssmSchemas, module: ssm, client: "SSMClient", constraints: ssmConstraints },
  STS: { schemas: stsSchemas, module: sts, client: "STSClient", constraints: stsConstraints },
};
