import type * as sdk from "@aws-sdk/client-accessanalyzer";
import { parseArn } from "../../../kernel/arn.ts";
import type {
  ProposedResource,
  ShareableResource,
  ShareableResources,
} from "../../../kernel/ports/shareable-resources.ts";
import type { Reader } from "../../../kernel/store.ts";
import { invalidField, invalidRequest } from "../errors.ts";

/** Resources of services that aren't here, of which a preview judges the proposed policy alone. */
interface PolicyAlone {
  readonly resourceType: sdk.ResourceType;
  /** The service in the resource's ARN. */
  readonly service: string;
  readonly policy: (configuration: sdk.Configuration) => string | undefined;
}

const POLICIES_ALONE: Readonly<Record<string, PolicyAlone>> = {
  sqsQueue: {
    ...{ resourceType: "AWS::SQS::Queue", service: "sqs" },
    policy: ({ sqsQueue }) => sqsQueue?.queuePolicy,
  },
  snsTopic: {
    ...{ resourceType: "AWS::SNS::Topic", service: "sns" },
    policy: ({ snsTopic }) => snsTopic?.topicPolicy,
  },
  secretsManagerSecret: {
    ...{ resourceType: "AWS::SecretsManager::Secret", service: "secretsmanager" },
    // Its key without one is `aws/secretsmanager`, which no other account can use.
    policy: ({ secretsManagerSecret }) =>
      isOwnKey(secretsManagerSecret?.kmsKeyId) ? secretsManagerSecret?.secretPolicy : undefined,
  },
  ecrRepository: {
    ...{ resourceType: "AWS::ECR::Repository", service: "ecr" },
    policy: ({ ecrRepository }) => ecrRepository?.repositoryPolicy,
  },
  efsFileSystem: {
    ...{ resourceType: "AWS::EFS::FileSystem", service: "elasticfilesystem" },
    policy: ({ efsFileSystem }) => efsFileSystem?.fileSystemPolicy,
  },
  dynamodbTable: {
    ...{ resourceType: "AWS::DynamoDB::Table", service: "dynamodb" },
    policy: ({ dynamodbTable }) => dynamodbTable?.tablePolicy,
  },
  dynamodbStream: {
    ...{ resourceType: "AWS::DynamoDB::Stream", service: "dynamodb" },
    policy: ({ dynamodbStream }) => dynamodbStream?.streamPolicy,
  },
};

function isOwnKey(kmsKeyId = ""): boolean {
  return kmsKeyId !== "" && !kmsKeyId.endsWith("alias/aws/secretsmanager");
}

/** Source: API reference, S3BucketConfiguration. */
const ACCESS_POINTS_MAX = 10;

interface Judged {
  readonly services: readonly ShareableResources[];
  readonly reader: Reader;
}

/**
 * The one resource of a preview as it would be; undefined for a configuration that no resource can
 * have. @throws ValidationException for what isn't one resource of a kind that can be judged
 */
export async function proposedResource(
  configurations: Readonly<Record<string, sdk.Configuration>>,
  place: Omit<ProposedResource, "arn" | "configuration">,
  { services, reader }: Judged,
): Promise<ShareableResource | undefined> {
  const [[arn, configuration] = [], ...others] = Object.entries(configurations);
  if (arn === undefined || configuration === undefined || others.length > 0)
    throw invalidField("configurations", "A preview is of exactly one resource");
  const kind = Object.keys(configuration).find((each) => each !== "$unknown");
  if (Object.keys(configuration.s3Bucket?.accessPoints ?? {}).length > ACCESS_POINTS_MAX)
    throw invalidField("configurations", `A bucket has at most ${ACCESS_POINTS_MAX} access points`);
  const service = services.find(({ previewed }) => previewed === kind);
  if (service) return service.propose({ ...place, arn, configuration }, reader);
  const alone = Object.hasOwn(POLICIES_ALONE, kind ?? "") && POLICIES_ALONE[kind ?? ""];
  if (!alone)
    throw invalidRequest(`Rolecast previews no ${kind ?? "such resource"}`, "notSupported");
  const text = alone.policy(configuration) ?? "";
  if (parseArn(arn)?.service !== alone.service) return undefined;
  return {
    arn,
    accountId: place.accountId,
    resourceType: alone.resourceType,
    createdMs: 0,
    sharings: text === "" ? [] : [{ source: "POLICY", kind: "resource", text }],
  };
}
