import { generateKeyPairSync } from "node:crypto";
import { s3Samples } from "./bucket-samples.ts";
import { eventsSamples } from "./events-samples.ts";
import { iamSamples } from "./iam-samples.ts";
import { realTimeSamples } from "./real-time-samples.ts";
import { OTHER_TAGS, type Sample, TAGS, TRUST } from "./sample-words.ts";

/** Calls an operation as the account's root user, and resolves to its answer. */
export type Act = <Output>(
  service: string,
  operation: string,
  input: object,
  region?: string,
) => Promise<Output>;

/** The resources that the samples refer to. */
export interface Surroundings {
  readonly accountId: string;
  readonly channelArn: string;
  readonly stageArn: string;
  readonly storageArn: string;
  /** A public key of the curve P-384. */
  readonly pem: string;
  readonly keyIds: readonly [string, string];
  readonly primaryKeyArn: string;
  readonly connectionArn: string;
  readonly defaultBusArn: string;
}

interface KeyNames {
  readonly KeyId: string;
  readonly Arn: string;
}

export async function makeSurroundings(act: Act, accountId: string): Promise<Surroundings> {
  const trust = JSON.stringify(TRUST);
  await act("iam", "CreateRole", { RoleName: "stage", AssumeRolePolicyDocument: trust });
  await act("iam", "CreateRole", { RoleName: "hall", AssumeRolePolicyDocument: trust });
  await act("iam", "CreateUser", { UserName: "ada" });
  await act("iam", "CreateGroup", { GroupName: "crew" });
  for (const Bucket of ["recordings", "logs", "copies"])
    await act("s3", "CreateBucket", { Bucket });
  await act("s3", "PutBucketVersioning", {
    Bucket: "copies",
    VersioningConfiguration: { Status: "Enabled" },
  });
  await act("s3", "PutBucketPolicy", { Bucket: "logs", Policy: JSON.stringify(LOG_DELIVERY) });
  const { channel } = await act<{ channel: { arn: string } }>("ivs", "CreateChannel", {});
  const { streamKeys } = await act<{ streamKeys: { arn: string }[] }>("ivs", "ListStreamKeys", {
    channelArn: channel.arn,
  });
  for (const { arn } of streamKeys) await act("ivs", "DeleteStreamKey", { arn });
  const { stage } = await act<{ stage: { arn: string } }>("ivs-realtime", "CreateStage", {});
  const { storageConfiguration } = await act<{ storageConfiguration: { arn: string } }>(
    ...(["ivs-realtime", "CreateStorageConfiguration"] as const),
    { s3: { bucketName: "recordings" } },
  );
  await act("accessanalyzer", "CreateAnalyzer", { analyzerName: "rules", type: "ACCOUNT" });
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
  const makeKey = async (input: object) =>
    (await act<{ KeyMetadata: KeyNames }>("kms", "CreateKey", input)).KeyMetadata;
  const [key, otherKey] = [await makeKey({}), await makeKey({})];
  const connection = await act<{ ConnectionArn: string }>("events", "CreateConnection", {
    Name: "hook",
    AuthorizationType: "API_KEY",
    AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: "key", ApiKeyValue: "value" } },
  });
  return {
    accountId,
    channelArn: channel.arn,
    stageArn: stage.arn,
    storageArn: storageConfiguration.arn,
    pem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    keyIds: [key.KeyId, otherKey.KeyId],
    primaryKeyArn: await anotherPrimaryKey(act),
    connectionArn: connection.ConnectionArn,
    defaultBusArn: `arn:aws:events:us-east-1:${accountId}:event-bus/default`,
  };
}

/** A key of another Region that can be replicated. */
export async function anotherPrimaryKey(act: Act): Promise<string> {
  const input = { MultiRegion: true };
  const made = await act<{ KeyMetadata: KeyNames }>("kms", "CreateKey", input, "us-west-2");
  return made.KeyMetadata.Arn;
}

const WATCHED = {
  Namespace: "AWS/IVS",
  MetricName: "IngestFramerate",
  Dimensions: [{ Name: "Channel", Value: "one" }],
  Period: 60,
  EvaluationPeriods: 2,
  ComparisonOperator: "LessThanThreshold",
};
const ALARM = { ...WATCHED, Statistic: "Minimum" };

const LOG_DELIVERY = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: ["s3:GetBucketAcl", "s3:PutObject"],
      Resource: ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
    },
  ],
};

export async function resourceSamples(around: Surroundings): Promise<readonly Sample[]> {
  return [
    ...(await iamSamples()),
    ...ivsSamples(around),
    ...chatSamples(),
    ...realTimeSamples(around),
    ...s3Samples(around.accountId),
    ...eventsSamples(around),
    ...otherSamples(around),
  ];
}

function ivsSamples({ channelArn, pem }: Surroundings): readonly Sample[] {
  const destination = { S3: { BucketName: "recordings" } };
  return [
    {
      typeName: "AWS::IVS::Channel",
      create: { Name: "one", LatencyMode: "NORMAL", Authorized: true, Tags: TAGS },
      update: { Name: "two", Type: "BASIC", Tags: OTHER_TAGS },
    },
    {
      typeName: "AWS::IVS::RecordingConfiguration",
      create: {
        Name: "keep",
        DestinationConfiguration: destination,
        RecordingReconnectWindowSeconds: 60,
        ThumbnailConfiguration: { RecordingMode: "INTERVAL", TargetIntervalSeconds: 30 },
        RenditionConfiguration: { RenditionSelection: "CUSTOM", Renditions: ["HD"] },
      },
      update: {
        Name: "keep",
        DestinationConfiguration: destination,
        RecordingReconnectWindowSeconds: 60,
        ThumbnailConfiguration: { RecordingMode: "INTERVAL", TargetIntervalSeconds: 30 },
        RenditionConfiguration: { RenditionSelection: "CUSTOM", Renditions: ["HD"] },
        Tags: TAGS,
      },
    },
    {
      typeName: "AWS::IVS::StreamKey",
      create: { ChannelArn: channelArn },
      update: { ChannelArn: channelArn, Tags: TAGS },
    },
    {
      typeName: "AWS::IVS::PlaybackKeyPair",
      create: { Name: "viewers", PublicKeyMaterial: pem, Tags: TAGS },
      update: { Name: "viewers", PublicKeyMaterial: pem },
      unread: ["PublicKeyMaterial"],
    },
    {
      typeName: "AWS::IVS::PlaybackRestrictionPolicy",
      create: { AllowedCountries: ["DE"], AllowedOrigins: ["https://studio.example"] },
      update: { AllowedCountries: ["AT"], EnableStrictOriginEnforcement: true, Name: "at" },
    },
  ];
}

function chatSamples(): readonly Sample[] {
  const DestinationConfiguration = { S3: { BucketName: "recordings" } };
  return [
    {
      typeName: "AWS::IVSChat::Room",
      create: { Name: "hall", MaximumMessageLength: 200, Tags: TAGS },
      update: { Name: "stage", MaximumMessageRatePerSecond: 5, Tags: OTHER_TAGS },
    },
    {
      typeName: "AWS::IVSChat::LoggingConfiguration",
      create: { Name: "kept", DestinationConfiguration },
      update: { Name: "held", DestinationConfiguration, Tags: TAGS },
    },
  ];
}

function otherSamples(around: Surroundings): readonly Sample[] {
  const trail = { TrailName: "audit", S3BucketName: "logs" };
  const keyPolicy = (Sid: string) => ({
    Version: "2012-10-17",
    Statement: [
      {
        Sid,
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${around.accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  });
  const internalAccess = (inclusion: object) => ({
    InternalAccessConfiguration: { InternalAccessAnalysisRule: { Inclusions: [inclusion] } },
  });
  return [
    {
      typeName: "AWS::AccessAnalyzer::ArchiveRule",
      create: {
        ...{ AnalyzerName: "rules", RuleName: "known" },
        Filter: { isPublic: { Eq: ["false"] }, resource: { Contains: ["x"] } },
      },
      update: {
        ...{ AnalyzerName: "rules", RuleName: "known" },
        Filter: { "condition.aws:PrincipalOrgID": { Exists: false } },
      },
    },
    {
      typeName: "AWS::AccessAnalyzer::Analyzer",
      create: {
        AnalyzerName: "inside",
        Type: "ACCOUNT_INTERNAL_ACCESS",
        AnalyzerConfiguration: internalAccess({ ResourceTypes: ["AWS::S3::Bucket"] }),
        ArchiveRules: [
          { RuleName: "gone", Filter: [{ Property: "resource", Contains: ["x"] }] },
          { RuleName: "known", Filter: [{ Property: "isPublic", Eq: ["false"] }] },
        ],
        Tags: TAGS,
      },
      update: {
        AnalyzerName: "inside",
        Type: "ACCOUNT_INTERNAL_ACCESS",
        AnalyzerConfiguration: internalAccess({ ResourceArns: ["arn:aws:s3:::pictures"] }),
        ArchiveRules: [{ RuleName: "known", Filter: [{ Property: "isPublic", Eq: ["true"] }] }],
        Tags: OTHER_TAGS,
      },
    },
    {
      typeName: "AWS::KMS::Key",
      create: { Description: "seals", EnableKeyRotation: true, Tags: TAGS },
      update: {
        Description: "sealed",
        Enabled: false,
        KeyPolicy: keyPolicy("all"),
        PendingWindowInDays: 7,
      },
      unread: ["PendingWindowInDays"],
    },
    {
      typeName: "AWS::KMS::ReplicaKey",
      create: { PrimaryKeyArn: around.primaryKeyArn, KeyPolicy: keyPolicy("one") },
      update: {
        PrimaryKeyArn: around.primaryKeyArn,
        KeyPolicy: keyPolicy("two"),
        Description: "copy",
      },
    },
    {
      typeName: "AWS::KMS::Alias",
      create: { AliasName: "alias/seal", TargetKeyId: around.keyIds[0] },
      update: {
        AliasName: "alias/seal",
        TargetKeyId: around.keyIds[1],
      },
    },
    {
      typeName: "AWS::CloudTrail::Trail",
      create: { ...trail, IsLogging: true, Tags: TAGS },
      update: {
        ...trail,
        IsLogging: false,
        S3KeyPrefix: "trail",
        IsMultiRegionTrail: true,
        EventSelectors: [{ ReadWriteType: "WriteOnly", IncludeManagementEvents: true }],
      },
    },
    {
      typeName: "AWS::CloudWatch::Alarm",
      create: { ...ALARM, AlarmName: "dropped", Threshold: 2, Tags: TAGS },
      update: {
        ...{ ...WATCHED, AlarmName: "dropped", Threshold: 2.5, TreatMissingData: "breaching" },
        ...{ ExtendedStatistic: "p90", EvaluateLowSampleCountPercentile: "evaluate" },
        ...{ ActionsEnabled: false, AlarmActions: ["arn:aws:sns:us-east-1:123456789012:ops"] },
        Tags: OTHER_TAGS,
      },
    },
    {
      typeName: "AWS::CloudWatch::CompositeAlarm",
      create: { AlarmName: "any", AlarmRule: "TRUE", Tags: TAGS },
      update: { AlarmName: "any", AlarmRule: "FALSE", AlarmDescription: "never" },
    },
    {
      typeName: "AWS::CloudWatch::Dashboard",
      create: { DashboardName: "live", DashboardBody: '{"widgets":[]}', Tags: TAGS },
      update: { DashboardName: "live", DashboardBody: '{"start":"-PT1H","widgets":[]}' },
    },
    {
      typeName: "AWS::SSM::Parameter",
      create: {
        ...{ Name: "/studio/bucket", Type: "String", Value: "recordings" },
        ...{ Description: "d", AllowedPattern: "[a-z]+", Tags: { team: "studio" } },
      },
      update: { Name: "/studio/bucket", Type: "StringList", Value: "A,B", Tags: { stage: "beta" } },
      unread: ["Description", "AllowedPattern", "Tags"],
    },
    {
      typeName: "AWS::ECR::Repository",
      create: {
        RepositoryName: "studio",
        ...{ ImageTagMutability: "IMMUTABLE", Tags: TAGS },
        LifecyclePolicy: { LifecyclePolicyText: JSON.stringify(EXPIRE_UNTAGGED) },
        RepositoryPolicyText: repositoryPolicy("lambda"),
      },
      update: {
        RepositoryName: "studio",
        ...{ ImageScanningConfiguration: { ScanOnPush: true }, Tags: OTHER_TAGS },
        ImageTagMutability: "MUTABLE_WITH_EXCLUSION",
        ImageTagMutabilityExclusionFilters: [
          {
            ImageTagMutabilityExclusionFilterType: "WILDCARD",
            ImageTagMutabilityExclusionFilterValue: "v*",
          },
        ],
        RepositoryPolicyText: repositoryPolicy("ecs-tasks"),
        EmptyOnDelete: true,
      },
      unread: ["EmptyOnDelete"],
    },
  ];
}

const EXPIRE_UNTAGGED = {
  rules: [
    {
      ...{ rulePriority: 1, action: { type: "expire" } },
      selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 10 },
    },
  ],
};

function repositoryPolicy(service: string) {
  const Principal = { Service: `${service}.amazonaws.com` };
  const Statement = [{ Effect: "Allow", Principal, Action: "ecr:BatchGetImage" }];
  return { Version: "2012-10-17", Statement };
}
