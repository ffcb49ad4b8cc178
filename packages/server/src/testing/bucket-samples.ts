import { OTHER_TAGS, type Sample, TAGS } from "./sample-words.ts";

export function s3Samples(accountId: string): readonly Sample[] {
  const BucketName = "studio-takes";
  const filtered = { Id: "takes", Prefix: "takes/", TagFilters: TAGS };
  const policy = (Effect: string) => ({
    Version: "2012-10-17",
    Statement: [
      {
        Effect,
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: "s3:GetObject",
        Resource: "arn:aws:s3:::recordings/*",
      },
    ],
  });
  return [
    {
      typeName: "AWS::S3::Bucket",
      create: {
        BucketName,
        AccessControl: "Private",
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false },
          ],
        },
        CorsConfiguration: {
          CorsRules: [
            {
              Id: "all",
              AllowedMethods: ["GET"],
              AllowedOrigins: ["*"],
              ExposedHeaders: ["ETag"],
              MaxAge: 60,
            },
          ],
        },
        LifecycleConfiguration: {
          Rules: [
            {
              Id: "old",
              Status: "Enabled",
              NoncurrentVersionExpiration: { NoncurrentDays: 30 },
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            },
            { Id: "takes", Status: "Disabled", Prefix: "takes/", ExpirationInDays: 9 },
          ],
        },
        LoggingConfiguration: { DestinationBucketName: "logs", LogFilePrefix: "studio/" },
        MetricsConfigurations: [filtered],
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        Tags: TAGS,
        VersioningConfiguration: { Status: "Enabled" },
        WebsiteConfiguration: { IndexDocument: "index.html", ErrorDocument: "error.html" },
      },
      update: {
        BucketName,
        AccelerateConfiguration: { AccelerationStatus: "Enabled" },
        AnalyticsConfigurations: [
          {
            ...filtered,
            StorageClassAnalysis: {
              DataExport: {
                OutputSchemaVersion: "V_1",
                Destination: { BucketArn: "arn:aws:s3:::logs", Format: "CSV" },
              },
            },
          },
        ],
        IntelligentTieringConfigurations: [
          {
            ...filtered,
            Status: "Enabled",
            Tierings: [{ AccessTier: "ARCHIVE_ACCESS", Days: 90 }],
          },
        ],
        InventoryConfigurations: [
          {
            Id: "weekly",
            Enabled: true,
            IncludedObjectVersions: "All",
            ScheduleFrequency: "Weekly",
            Destination: {
              BucketArn: "arn:aws:s3:::logs",
              BucketAccountId: accountId,
              Format: "CSV",
            },
          },
        ],
        ReplicationConfiguration: {
          Role: `arn:aws:iam::${accountId}:role/stage`,
          Rules: [
            {
              Id: "copy",
              Priority: 1,
              Status: "Enabled",
              Filter: { Prefix: "takes/" },
              DeleteMarkerReplication: { Status: "Disabled" },
              Destination: { Bucket: "arn:aws:s3:::copies", StorageClass: "STANDARD" },
            },
          ],
        },
        Tags: OTHER_TAGS,
        VersioningConfiguration: { Status: "Enabled" },
        WebsiteConfiguration: {
          IndexDocument: "index.html",
          RoutingRules: [
            {
              RoutingRuleCondition: { KeyPrefixEquals: "old/" },
              RedirectRule: { ReplaceKeyPrefixWith: "new/" },
            },
          ],
        },
      },
      unread: ["AccessControl"],
    },
    {
      typeName: "AWS::S3::BucketPolicy",
      create: { Bucket: "recordings", PolicyDocument: policy("Allow") },
      update: { Bucket: "recordings", PolicyDocument: policy("Deny") },
    },
  ];
}
