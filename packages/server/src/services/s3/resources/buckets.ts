import { AwsError } from "../../../kernel/aws-error.ts";
import { declareType, type Part } from "../../../kernel/resource-types/declare-type.ts";
import {
  fromOperation,
  type Mapping,
  toOperation,
} from "../../../kernel/resource-types/mapping.ts";
import {
  documentOf,
  documentText,
  listed,
  listOf,
} from "../../../kernel/resource-types/members.ts";
import {
  type ResourceCall,
  ResourceError,
  type ResourceModel,
  type ResourceType,
} from "../../../kernel/resources.ts";
import {
  ANALYTICS,
  CORS,
  ENCRYPTION,
  INVENTORY,
  LOGGING,
  NOTIFICATIONS,
  OBJECT_LOCK,
  OWNERSHIP,
  PUBLIC_ACCESS,
  REPLICATION,
  TIERING,
  WEBSITE,
} from "./bucket-mappings.ts";
import {
  type Answer,
  configuration,
  configurationPart,
  listedPart,
  mappedPart,
  s3,
} from "./bucket-parts.ts";
import { type Conditions, conditionsOf, type Filter, filterOf } from "./filters.ts";
import { lifecyclePart } from "./lifecycle-part.ts";

/** `PublicReadWrite` → `public-read-write`. */
function cannedAcl(value: string): string {
  return value.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

/** The ACL isn't read back: it has become grants. */
const accessControl: Part = {
  properties: ["AccessControl"],
  isCreated: true,
  async write({ id: { BucketName: Bucket }, want: { AccessControl = "Private" } }, call) {
    await s3(call, "PutBucketAcl", { Bucket, ACL: cannedAcl(String(AccessControl)) });
  },
};

/** Configurations whose conditions are a filter in operations. */
function filtered(property: string, noun: string, mapping: Mapping): Part {
  return listedPart({
    property,
    noun,
    input: ({ Prefix, TagFilters, AccessPointArn, ...rest }: Conditions) => {
      const Filter = filterOf({
        ...(Prefix !== undefined && { Prefix }),
        ...(TagFilters && { TagFilters }),
        ...(AccessPointArn !== undefined && { AccessPointArn }),
      });
      return { ...(toOperation(mapping, rest) as object), ...(Filter && { Filter }) };
    },
    value: (found) => ({
      ...(fromOperation(mapping, found) as object),
      ...conditionsOf(found.Filter as Filter | undefined),
    }),
  });
}

interface Notifications {
  readonly EventBridgeConfiguration?: { readonly EventBridgeEnabled: boolean };
}

const notifications = configurationPart({
  property: "NotificationConfiguration",
  put: "PutBucketNotificationConfiguration",
  input: ({ EventBridgeConfiguration, ...rest }: Notifications) => ({
    NotificationConfiguration: {
      ...(toOperation(NOTIFICATIONS, rest) as object),
      ...(EventBridgeConfiguration?.EventBridgeEnabled && { EventBridgeConfiguration: {} }),
    },
  }),
  get: "GetBucketNotificationConfiguration",
  value: (answer) => {
    const read = {
      ...(fromOperation(NOTIFICATIONS, answer) as object),
      ...(answer.EventBridgeConfiguration !== undefined && {
        EventBridgeConfiguration: { EventBridgeEnabled: true },
      }),
    };
    return Object.keys(read).length > 0 ? read : undefined;
  },
  remove: { value: {} },
});

const logging: Part = configurationPart({
  property: "LoggingConfiguration",
  put: "PutBucketLogging",
  input: (value: object | undefined) => ({
    BucketLoggingStatus: value ? { LoggingEnabled: toOperation(LOGGING, value) } : {},
  }),
  get: "GetBucketLogging",
  value: ({ LoggingEnabled }) => LoggingEnabled && fromOperation(LOGGING, LoggingEnabled),
  remove: { value: undefined },
});

/** A property that is one word: `VersioningConfiguration.Status`. */
function statusPart(
  property: string,
  operation: string,
  inputMember: string,
  member?: string,
): Part {
  return configurationPart({
    property,
    put: `Put${operation}`,
    input: (value: unknown) => ({
      [inputMember]: {
        Status: member === undefined ? value : (value as Record<string, unknown>)[member],
      },
    }),
    get: `Get${operation}`,
    value: (answer) => {
      const inner = (answer[inputMember] ?? answer) as Answer;
      const status = inner.Status;
      if (status === undefined) return undefined;
      return member === undefined ? status : { [member]: status };
    },
    remove: {
      value: property === "AbacStatus" ? "Disabled" : { [member ?? "Status"]: "Suspended" },
    },
  });
}

const tags: Part = {
  ...configurationPart({
    property: "Tags",
    put: "PutBucketTagging",
    input: (TagSet: readonly unknown[]) => ({ Tagging: { TagSet } }),
    get: "GetBucketTagging",
    value: ({ TagSet }) => listed(listOf(TagSet)),
    remove: "DeleteBucketTagging",
  }),
  isTags: true,
};

const parts: readonly Part[] = [
  mappedPart({
    property: "OwnershipControls",
    put: "PutBucketOwnershipControls",
    member: "OwnershipControls",
    get: "GetBucketOwnershipControls",
    answerMember: "OwnershipControls",
    mapping: OWNERSHIP,
    remove: "DeleteBucketOwnershipControls",
  }),
  accessControl,
  mappedPart({
    property: "PublicAccessBlockConfiguration",
    put: "PutPublicAccessBlock",
    member: "PublicAccessBlockConfiguration",
    get: "GetPublicAccessBlock",
    answerMember: "PublicAccessBlockConfiguration",
    mapping: PUBLIC_ACCESS,
    remove: "DeletePublicAccessBlock",
  }),
  statusPart("VersioningConfiguration", "BucketVersioning", "VersioningConfiguration", "Status"),
  mappedPart({
    property: "BucketEncryption",
    put: "PutBucketEncryption",
    member: "ServerSideEncryptionConfiguration",
    get: "GetBucketEncryption",
    answerMember: "ServerSideEncryptionConfiguration",
    mapping: ENCRYPTION,
    remove: "DeleteBucketEncryption",
  }),
  mappedPart({
    property: "ObjectLockConfiguration",
    put: "PutObjectLockConfiguration",
    member: "ObjectLockConfiguration",
    get: "GetObjectLockConfiguration",
    answerMember: "ObjectLockConfiguration",
    mapping: OBJECT_LOCK,
    remove: { value: { ObjectLockEnabled: "Enabled" } },
  }),
  mappedPart({
    property: "CorsConfiguration",
    put: "PutBucketCors",
    member: "CORSConfiguration",
    get: "GetBucketCors",
    mapping: CORS,
    remove: "DeleteBucketCors",
  }),
  mappedPart({
    property: "WebsiteConfiguration",
    put: "PutBucketWebsite",
    member: "WebsiteConfiguration",
    get: "GetBucketWebsite",
    mapping: WEBSITE,
    remove: "DeleteBucketWebsite",
  }),
  mappedPart({
    property: "ReplicationConfiguration",
    put: "PutBucketReplication",
    member: "ReplicationConfiguration",
    get: "GetBucketReplication",
    answerMember: "ReplicationConfiguration",
    mapping: REPLICATION,
    remove: "DeleteBucketReplication",
  }),
  statusPart(
    "AccelerateConfiguration",
    "BucketAccelerateConfiguration",
    "AccelerateConfiguration",
    "AccelerationStatus",
  ),
  lifecyclePart,
  logging,
  notifications,
  filtered("AnalyticsConfigurations", "Analytics", ANALYTICS),
  filtered("IntelligentTieringConfigurations", "IntelligentTiering", TIERING),
  filtered("MetricsConfigurations", "Metrics", { Id: "same" }),
  listedPart({
    property: "InventoryConfigurations",
    noun: "Inventory",
    input: (value) => toOperation(INVENTORY, value) as object,
    value: (found) => fromOperation(INVENTORY, found) as ResourceModel,
  }),
  tags,
  // Last: with it PutBucketTagging is refused.
  statusPart("AbacStatus", "BucketAbac", "AbacStatus"),
];

function attributesOf(BucketName: unknown, { region, partition }: ResourceCall): ResourceModel {
  // Regions of before 2014 have a dash there. Source: AWS general reference, "Amazon S3 website
  // endpoints".
  const website = DASHED.includes(region) ? `s3-website-${region}` : `s3-website.${region}`;
  return {
    BucketName,
    Arn: `arn:${partition}:s3:::${BucketName}`,
    DomainName: `${BucketName}.s3.amazonaws.com`,
    DualStackDomainName: `${BucketName}.s3.dualstack.${region}.amazonaws.com`,
    RegionalDomainName: `${BucketName}.s3.${region}.amazonaws.com`,
    WebsiteURL: `http://${BucketName}.${website}.amazonaws.com`,
  };
}

const DASHED = [
  ...["us-east-1", "us-west-1", "us-west-2", "ap-southeast-1", "ap-southeast-2"],
  ...["ap-northeast-1", "eu-west-1", "sa-east-1"],
];

/** In us-east-1 the operation that creates a bucket is content with one's own. */
async function refuseExisting(Bucket: unknown, call: ResourceCall): Promise<void> {
  try {
    await s3(call, "HeadBucket", { Bucket });
  } catch (error) {
    if (error instanceof AwsError && error.status < 500) return;
    throw error;
  }
  throw new ResourceError("AlreadyExists", `${Bucket} already exists`);
}

/** The names of the account's buckets, or of those in one Region. */
async function* bucketNames(call: ResourceCall, region?: string): AsyncIterable<string> {
  const place = region === undefined ? {} : { BucketRegion: region };
  let ContinuationToken: string | undefined;
  do {
    const page = await s3<{ Buckets?: readonly { Name: string }[]; ContinuationToken?: string }>(
      call,
      "ListBuckets",
      {
        ...{ MaxBuckets: 1000, ...place },
        ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
      },
    );
    for (const { Name } of page.Buckets ?? []) yield Name;
    ContinuationToken = page.ContinuationToken;
  } while (ContinuationToken !== undefined);
}

const bucketType = declareType({
  typeName: "AWS::S3::Bucket",
  naming: { property: "BucketName", lengthMax: 63, form: "lower-case" },
  fixed: ["BucketName", "ObjectLockEnabled"],
  parts,
  async create(want, call) {
    const { BucketName: Bucket, ObjectLockEnabled, AccessControl, OwnershipControls } = want;
    await refuseExisting(Bucket, call);
    const [rule] = listOf<{ ObjectOwnership?: string }>(
      (OwnershipControls as { Rules?: unknown } | undefined)?.Rules,
    );
    await s3(call, "CreateBucket", {
      Bucket,
      ...(AccessControl !== undefined && { ACL: cannedAcl(String(AccessControl)) }),
      ...(rule?.ObjectOwnership !== undefined && { ObjectOwnership: rule.ObjectOwnership }),
      ...(ObjectLockEnabled === true && { ObjectLockEnabledForBucket: true }),
      ...(call.region !== "us-east-1" && {
        CreateBucketConfiguration: { LocationConstraint: call.region },
      }),
    });
    return attributesOf(Bucket, call);
  },
  async read({ BucketName: Bucket }, call) {
    await s3(call, "HeadBucket", { Bucket });
    const lock = await configuration<{ ObjectLockConfiguration?: object }>(
      call,
      "GetObjectLockConfiguration",
      { Bucket },
    );
    const attributes = attributesOf(Bucket, call);
    return lock?.ObjectLockConfiguration ? { ...attributes, ObjectLockEnabled: true } : attributes;
  },
  async delete({ BucketName: Bucket }, call) {
    await s3(call, "DeleteBucket", { Bucket });
    return undefined;
  },
  async *list(_model, call) {
    for await (const BucketName of bucketNames(call)) yield { BucketName };
  },
});

const bucketPolicyType = declareType({
  typeName: "AWS::S3::BucketPolicy",
  fixed: ["Bucket"],
  parts: [
    {
      properties: ["PolicyDocument"],
      async write({ id: { Bucket }, want }, call) {
        const Policy = documentText(want.PolicyDocument);
        await s3(call, "PutBucketPolicy", { Bucket, Policy });
      },
    },
  ],
  create: async ({ Bucket }) => ({ Bucket }),
  async read({ Bucket }, call) {
    const { Policy } = await s3<{ Policy: string }>(call, "GetBucketPolicy", { Bucket });
    return { Bucket, PolicyDocument: documentOf(Policy) };
  },
  async delete({ Bucket }, call) {
    await s3(call, "DeleteBucketPolicy", { Bucket });
    return undefined;
  },
  async *list(_model, call) {
    // A policy is read where its bucket is.
    for await (const Bucket of bucketNames(call, call.region))
      if (await configuration(call, "GetBucketPolicy", { Bucket })) yield { Bucket };
  },
});

export const s3Resources: readonly ResourceType[] = [bucketPolicyType, bucketType];
