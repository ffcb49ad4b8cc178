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

const NAME = { min: 1, max: 255, pattern: "[A-Za-z][A-Za-z0-9_.-]*" };
const TYPES = [
  ...["ACCOUNT", "ORGANIZATION", "ACCOUNT_UNUSED_ACCESS", "ORGANIZATION_UNUSED_ACCESS"],
  ...["ACCOUNT_INTERNAL_ACCESS", "ORGANIZATION_INTERNAL_ACCESS"],
];
const ANALYZED_TYPES = [
  ...["AWS::S3::Bucket", "AWS::IAM::Role", "AWS::SQS::Queue", "AWS::Lambda::Function"],
  ...["AWS::Lambda::LayerVersion", "AWS::KMS::Key", "AWS::SecretsManager::Secret"],
  ...["AWS::EFS::FileSystem", "AWS::EC2::Snapshot", "AWS::ECR::Repository"],
  ...["AWS::RDS::DBSnapshot", "AWS::RDS::DBClusterSnapshot", "AWS::SNS::Topic"],
  ...["AWS::S3Express::DirectoryBucket", "AWS::DynamoDB::Table", "AWS::DynamoDB::Stream"],
  "AWS::IAM::User",
];

/** Limits of the public service model. */
export const accessAnalyzerConstraints: ServiceConstraints = {
  errorCode: "ValidationException",
  showsValues: true,
  members: {
    policyType: { values: POLICY_TYPES },
    "ValidatePolicy.policyType": { values: CHECKED_POLICY_TYPES },
    validatePolicyResourceType: { values: CHECKED_RESOURCE_TYPES },
    analyzerName: NAME,
    ruleName: NAME,
    "CreateAnalyzer.type": { values: TYPES },
    "ListAnalyzers.type": { values: TYPES },
    analyzerArn: { pattern: "[^:]*:[^:]*:[^:]*:[^:]*:[^:]*:analyzer/.{1,255}" },
    resourceArn: { pattern: "arn:[^:]*:[^:]*:[^:]*:[^:]*:.*" },
    "TagResource.resourceArn": {},
    "UntagResource.resourceArn": {},
    "ListTagsForResource.resourceArn": {},
    status: { values: ["ACTIVE", "ARCHIVED"] },
    orderBy: { values: ["ASC", "DESC"] },
    "GenerateFindingRecommendation.id": { min: 1, max: 2_048 },
    "GetFindingRecommendation.id": { min: 1, max: 2_048 },
    "GetFindingRecommendation.maxResults": { min: 1, max: 1_000 },
    accessPreviewId: {
      pattern: "[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}",
    },
    principalArn: { pattern: "arn:[^:]*:iam::[^:]*:(role|user)/.{1,576}" },
    accessRole: { pattern: "arn:[^:]*:iam::[^:]*:role/.{1,576}" },
    cloudTrailArn: { pattern: "arn:[^:]*:cloudtrail:[^:]*:[^:]*:trail/.{1,576}" },
    "ListPolicyGenerations.maxResults": { min: 1 },
    permission: { values: ["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"] },
    topicPolicy: { max: 30_720 },
    accessPoints: {
      entries: { key: { pattern: "arn:[^:]*:s3:[^:]*:[^:]*:accesspoint/.*" }, value: {} },
    },
    vpcId: { pattern: "vpc-([0-9a-f]){8}(([0-9a-f]){9})?" },
    "ListAnalyzedResources.resourceType": { values: ANALYZED_TYPES },
    eq: { min: 1, max: 20 },
    neq: { min: 1, max: 20 },
    contains: { min: 1, max: 20 },
    locale: { values: LOCALES },
    resourceType: { values: RESOURCE_TYPES },
    access: { min: 0, max: 1 },
    actions: { min: 0, max: 100 },
    resources: { min: 0, max: 100 },
    "resources.member": { min: 0, max: 2_048 },
  },
};
