import { type Mapping, same } from "../../../kernel/resource-types/mapping.ts";

const NOTIFICATION: Mapping = {
  Event: { to: "Events", asList: true },
  Filter: {
    to: "Filter",
    of: { S3Key: { to: "Key", of: { Rules: { to: "FilterRules", of: same("Name", "Value") } } } },
  },
};

export const NOTIFICATIONS: Mapping = {
  // One notification as operations have it may have several events, and several as models do.
  LambdaConfigurations: {
    to: "LambdaFunctionConfigurations",
    of: { ...NOTIFICATION, Function: "LambdaFunctionArn" },
  },
  QueueConfigurations: { to: "QueueConfigurations", of: { ...NOTIFICATION, Queue: "QueueArn" } },
  TopicConfigurations: { to: "TopicConfigurations", of: { ...NOTIFICATION, Topic: "TopicArn" } },
};

export const ENCRYPTION: Mapping = {
  ServerSideEncryptionConfiguration: {
    to: "Rules",
    of: {
      BucketKeyEnabled: "same",
      ServerSideEncryptionByDefault: {
        to: "ApplyServerSideEncryptionByDefault",
        of: same("KMSMasterKeyID", "SSEAlgorithm"),
      },
      BlockedEncryptionTypes: { to: "BlockedEncryptionTypes", of: same("EncryptionType") },
    },
  },
};

export const CORS: Mapping = {
  CorsRules: {
    to: "CORSRules",
    of: {
      ...same("AllowedHeaders", "AllowedMethods", "AllowedOrigins"),
      ExposedHeaders: "ExposeHeaders",
      Id: "ID",
      MaxAge: "MaxAgeSeconds",
    },
  },
};

export const LOGGING: Mapping = {
  DestinationBucketName: "TargetBucket",
  LogFilePrefix: "TargetPrefix",
  TargetObjectKeyFormat: {
    to: "TargetObjectKeyFormat",
    of: {
      SimplePrefix: "same",
      PartitionedPrefix: { to: "PartitionedPrefix", of: same("PartitionDateSource") },
    },
  },
};

export const OBJECT_LOCK: Mapping = {
  ObjectLockEnabled: "same",
  Rule: {
    to: "Rule",
    of: { DefaultRetention: { to: "DefaultRetention", of: same("Days", "Mode", "Years") } },
  },
};

export const OWNERSHIP: Mapping = { Rules: { to: "Rules", of: same("ObjectOwnership") } };

export const PUBLIC_ACCESS: Mapping = same(
  ...["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"],
);

const status = same("Status");

const MINUTES: Mapping = same("Minutes");

const DESTINATION: Mapping = {
  AccessControlTranslation: { to: "AccessControlTranslation", of: same("Owner") },
  ...same("Account", "Bucket", "StorageClass"),
  EncryptionConfiguration: { to: "EncryptionConfiguration", of: same("ReplicaKmsKeyID") },
  Metrics: {
    to: "Metrics",
    of: { ...status, EventThreshold: { to: "EventThreshold", of: MINUTES } },
  },
  ReplicationTime: { to: "ReplicationTime", of: { ...status, Time: { to: "Time", of: MINUTES } } },
};

export const REPLICATION: Mapping = {
  Role: "same",
  Rules: {
    to: "Rules",
    of: {
      DeleteMarkerReplication: { to: "DeleteMarkerReplication", of: status },
      Destination: { to: "Destination", of: DESTINATION },
      Filter: {
        to: "Filter",
        of: {
          And: {
            to: "And",
            of: { Prefix: "same", TagFilters: { to: "Tags", of: same("Key", "Value") } },
          },
          Prefix: "same",
          TagFilter: { to: "Tag", of: same("Key", "Value") },
        },
      },
      Id: "ID",
      ...same("Prefix", "Priority", "Status"),
      SourceSelectionCriteria: {
        to: "SourceSelectionCriteria",
        of: {
          ReplicaModifications: { to: "ReplicaModifications", of: status },
          SseKmsEncryptedObjects: { to: "SseKmsEncryptedObjects", of: status },
        },
      },
    },
  },
};

export const WEBSITE: Mapping = {
  ErrorDocument: "ErrorDocument.Key",
  IndexDocument: "IndexDocument.Suffix",
  RedirectAllRequestsTo: { to: "RedirectAllRequestsTo", of: same("HostName", "Protocol") },
  RoutingRules: {
    to: "RoutingRules",
    of: {
      RedirectRule: {
        to: "Redirect",
        of: same(
          ...["HostName", "HttpRedirectCode", "Protocol", "ReplaceKeyPrefixWith", "ReplaceKeyWith"],
        ),
      },
      RoutingRuleCondition: {
        to: "Condition",
        of: same("HttpErrorCodeReturnedEquals", "KeyPrefixEquals"),
      },
    },
  },
};

const EXPORT: Mapping = {
  BucketAccountId: "BucketAccountId",
  ...same("Format", "Prefix"),
  BucketArn: "Bucket",
};

export const ANALYTICS: Mapping = {
  Id: "same",
  StorageClassAnalysis: {
    to: "StorageClassAnalysis",
    of: {
      DataExport: {
        to: "DataExport",
        of: {
          OutputSchemaVersion: "same",
          Destination: { to: "Destination.S3BucketDestination", of: EXPORT },
        },
      },
    },
  },
};

export const INVENTORY: Mapping = {
  Destination: {
    to: "Destination.S3BucketDestination",
    of: { ...same("Format", "Prefix"), BucketAccountId: "AccountId", BucketArn: "Bucket" },
  },
  Enabled: "IsEnabled",
  ...same("Id", "IncludedObjectVersions", "OptionalFields"),
  Prefix: "Filter.Prefix",
  ScheduleFrequency: "Schedule.Frequency",
};

export const TIERING: Mapping = {
  ...same("Id", "Status"),
  Tierings: { to: "Tierings", of: same("AccessTier", "Days") },
};
