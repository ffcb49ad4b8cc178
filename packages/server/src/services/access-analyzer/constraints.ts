import { CHECKED_POLICY_TYPES, CHECKED_RESOURCE_TYPES } from "@rolecast/policy";
import type { ServiceConstraints } from "../../kernel/constraints.ts";

const POLICY_TYPES = ["IDENTITY_POLICY", "RESOURCE_POLICY"];
const LOCALES = ["DE", "EN", "ES", "FR", "IT", "JA", "KO", "PT_BR", "ZH_CN", "ZH_TW"];

/** Resources whose policies CheckNoPublicAccess knows. Source: API reference, resourceType. */
const RESOURCE_TYPES = [
  ...["AWS::DynamoDB::Table", "AWS::DynamoDB::Stream", "AWS::EFS::FileSystem"],
  ...["AWS::OpenSearchService::Domain", "AWS::Kinesis::Stream", "AWS::Kinesis::StreamConsumer"],
  ...["AWS::KMS::Key", "AWS::Lambda::Function", "AWS::S3::Bucket", "AWS::S3::AccessPoint"],
  ...["AWS::S3Express::DirectoryBucket", "AWS::S3::Glacier", "AWS::S3Outposts::Bucket"],
  ...["AWS::S3Outposts::AccessPoint", "AWS::SecretsManager::Secret", "AWS::SNS::Topic"],
  ...["AWS::SQS::Queue", "AWS::IAM::AssumeRolePolicyDocument", "AWS::S3Tables::TableBucket"],
  ...["AWS::ApiGateway::RestApi", "AWS::CodeArtifact::Domain", "AWS::Backup::BackupVault"],
  ...["AWS::CloudTrail::Dashboard", "AWS::CloudTrail::EventDataStore", "AWS::S3Tables::Table"],
  "AWS::S3Express::AccessPoint",
];

/** Limits of the public service model. */
export const accessAnalyzerConstraints: ServiceConstraints = {
  errorCode: "ValidationException",
  showsValues: true,
  members: {
    policyType: { values: POLICY_TYPES },
    "ValidatePolicy.policyType": { values: CHECKED_POLICY_TYPES },
    validatePolicyResourceType: { values: CHECKED_RESOURCE_TYPES },
    locale: { values: LOCALES },
    resourceType: { values: RESOURCE_TYPES },
    access: { min: 0, max: 1 },
    actions: { min: 0, max: 100 },
    resources: { min: 0, max: 100 },
    "resources.member": { min: 0, max: 2_048 },
  },
};
