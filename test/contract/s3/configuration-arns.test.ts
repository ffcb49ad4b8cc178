import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, refusalOf } from "../../support/s3-refusals.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

/** Configurations that name something by its ARN: a malformed one comes before all else. */
const B = "/configuration-arns";
const VERSIONED = "/configuration-arns-versioned";
const PLAIN = "configuration-arns-plain";
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  const client = server.clients().s3;
  for (const Bucket of [B.slice(1), VERSIONED.slice(1), PLAIN])
    await client.send(new s3.CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: "Enabled" } as const;
  const versioned = { Bucket: VERSIONED.slice(1), VersioningConfiguration };
  await client.send(new s3.PutBucketVersioningCommand(versioned));
});
afterAll(() => server?.close());

const inside = (element: string, xml: string) => `<${element}>${xml}</${element}>`;
const CREATED = "<Event>s3:ObjectCreated:*</Event>";
const rule = (element: string, name: string, arn: string, more = CREATED) =>
  inside("NotificationConfiguration", inside(element, `${inside(name, arn)}${more}`));
const BETWEEN = "</NotificationConfiguration><NotificationConfiguration>";
const topic = (arn: string) => rule("TopicConfiguration", "Topic", arn);
const queue = (arn: string, more?: string) => rule("QueueConfiguration", "Queue", arn, more);
const lambda = (arn: string) => rule("CloudFunctionConfiguration", "CloudFunction", arn);
const argument = (message: string, name: string, value: string) =>
  `400 InvalidArgument | ${message} | ArgumentName=${name} | ArgumentValue=${value}`;
const constraint = (pattern: string) =>
  [
    "The ARN failed to satisfy constraint: Member must satisfy regular expression pattern:",
    pattern,
  ].join(" ");
const UNPARSED = "The ARN could not be parsed";
const SQS = "arn:aws:sqs:us-east-1:000000000000:q";
const SNS = SQS.replace("sqs", "sns");
const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f:live";
const missing = (...destinations: readonly (readonly [name: string, value: string])[]) =>
  [
    "400 InvalidArgument | Unable to validate the following destination configurations",
    ...destinations.flatMap(([name, value], index) => [
      `ArgumentName${index + 1}=${name}`,
      `ArgumentValue${index + 1}=${value}`,
    ]),
  ].join(" | ");
const ELSEWHERE = SQS.replace("us-east-1", "us-west-2");
const ROLE = "arn:aws:iam::000000000000:role/r";
const filter = (name: string) =>
  [
    `${CREATED}<Filter><S3Key><FilterRule><Name>${name}</Name><Value>a</Value>`,
    "</FilterRule></S3Key></Filter>",
  ].join("");
const notImplemented = (kind: string) =>
  [
    "501 NotImplemented | A header you provided implies functionality that is not implemented:",
    `${kind} | Header=${kind}`,
  ].join(" ");

test.each([
  ["a topic that is no ARN", topic("t"), argument(UNPARSED, "Topic", "t")],
  ["a queue that is no ARN", queue("invalid-queue"), argument(UNPARSED, "Queue", "invalid-queue")],
  ["a function that is no ARN", lambda("f"), argument(UNPARSED, "CloudFunction", "f")],
  [
    "a queue's ARN as a topic",
    topic(SQS),
    argument(
      constraint(
        "^arn:aws[\\p{Alpha}\\-]*:sns:[\\p{Alnum}\\-]+:[\\p{Digit}]{12}:[\\p{Alnum}\\-_]{1,256}$",
      ),
      "Topic",
      SQS,
    ),
  ],
  [
    "a queue with a path",
    queue(`${SQS}/a`),
    argument(
      constraint(
        "^arn:aws[\\p{Alpha}\\-]*:sqs:[\\p{Alnum}\\-]+:[\\p{Digit}]{12}:[\\p{Alnum}\\-_]{1,80}$",
      ),
      "Queue",
      `${SQS}/a`,
    ),
  ],
  [
    "a FIFO queue",
    queue(`${SQS}.fifo`),
    argument("FIFO SQS queues are not supported.", "Queue", `${SQS}.fifo`),
  ],
  [
    "a queue in another Region",
    queue(ELSEWHERE),
    argument(
      [
        "The notification destination service region is not valid for the bucket location",
        "constraint",
      ].join(" "),
      "Queue",
      ELSEWHERE,
    ),
  ],
  [
    "an event that isn't there",
    queue(SQS, "<Event>s3:ObjectCreated:Fax</Event>"),
    "400 InvalidArgument | The event is not supported for notifications",
  ],
  [
    "a filter by something else",
    queue(SQS, filter("INVALID")),
    argument("filter rule name must be either prefix or suffix", "FilterRule.Name", "INVALID"),
  ],
  [
    "a queue that S3 would look for",
    queue(SQS, filter("Prefix")),
    missing([SQS, "The destination queue does not exist"]),
  ],
  [
    "two queues and a topic",
    [topic(SNS), queue(SQS), queue(`${SQS}-2`)].join("").replaceAll(BETWEEN, ""),
    missing(
      [SNS, "The destination topic does not exist"],
      [SQS, "The destination queue does not exist"],
      [`${SQS}-2`, "The destination queue does not exist"],
    ),
  ],
  [
    "a function and its alias",
    lambda(FUNCTION),
    missing([`${FUNCTION}, null`, `Not authorized to invoke function [${FUNCTION}]`]),
  ],
])("notifications to %s", async (_what, body, expected) => {
  expect(await refusalOf(server.endpoint, ask(`PUT ${B}?notification`, body))).toBe(expected);
});

test.each([
  ["TopicConfigurations", topic(SNS)],
  ["QueueConfigurations", queue(SQS)],
  ["LambdaFunctionConfigurations", lambda(FUNCTION)],
])("%s that S3 needn't look at are refused by name", async (kind, body) => {
  const headers = { "x-amz-skip-destination-validation": "true" };
  const request = ask(`PUT ${B}?notification`, body, headers);
  expect(await refusalOf(server.endpoint, request)).toBe(notImplemented(kind));
});

const replication = (role: string, destination: string) =>
  [
    `<ReplicationConfiguration><Role>${role}</Role><Rule><ID>a</ID><Status>Enabled</Status>`,
    `<Prefix></Prefix><Destination>${destination}</Destination></Rule></ReplicationConfiguration>`,
  ].join("");
const to = (bucket: string) => replication(ROLE, `<Bucket>${bucket}</Bucket>`);
const arnOf = (name: string) => `arn:aws:s3:::${name}`;
const keyed = (key: string) =>
  [
    inside("Bucket", arnOf(PLAIN)),
    inside("EncryptionConfiguration", inside("ReplicaKmsKeyID", key)),
  ].join("");

test.each([
  [
    "from a bucket without versions",
    B,
    to("a-bucket"),
    [
      "400 InvalidRequest | Versioning must be 'Enabled' on the bucket to apply a replication",
      "configuration",
    ].join(" "),
  ],
  [
    "as a role that is no ARN",
    VERSIONED,
    replication("role", `<Bucket>${arnOf("a")}</Bucket>`),
    argument("Invalid Role specified in replication configuration", "Role", "role"),
  ],
  [
    "as a user",
    VERSIONED,
    replication("arn:aws:iam::000000000000:user/u", `<Bucket>${arnOf("a")}</Bucket>`),
    argument("The relative id should start with role", "Role", "arn:aws:iam::000000000000:user/u"),
  ],
  ["to a name", VERSIONED, to("a-bucket"), argument("Invalid bucket ARN", "Bucket", "a-bucket")],
  [
    "to what can't be a bucket",
    VERSIONED,
    to(arnOf("A_B")),
    argument("The specified bucket is not valid.", "Bucket", arnOf("A_B")),
  ],
  [
    "to itself",
    VERSIONED,
    to(arnOf(VERSIONED.slice(1))),
    "400 InvalidRequest | Destination bucket cannot be the same as the source bucket.",
  ],
  [
    "to a bucket that isn't there",
    VERSIONED,
    to(arnOf("configuration-arns-nobody")),
    "400 InvalidRequest | Destination bucket must have versioning enabled.",
  ],
  [
    "to a bucket without versions",
    VERSIONED,
    to(arnOf(PLAIN)),
    "400 InvalidRequest | Destination bucket must have versioning enabled.",
  ],
  [
    "under a key that is no ARN",
    VERSIONED,
    replication(ROLE, keyed("k")),
    argument("Invalid ReplicaKmsKeyID ARN.", "ReplicaKmsKeyID", "k"),
  ],
])("replication %s", async (_what, path, body, expected) => {
  expect(await refusalOf(server.endpoint, ask(`PUT ${path}?replication`, body))).toBe(expected);
});

const inventory = (bucket: string, encryption = "") =>
  [
    "<InventoryConfiguration><Id>a</Id><IsEnabled>true</IsEnabled><Destination>",
    `<S3BucketDestination><Bucket>${bucket}</Bucket><Format>CSV</Format>${encryption}`,
    "</S3BucketDestination></Destination><Schedule><Frequency>Daily</Frequency></Schedule>",
    "<IncludedObjectVersions>All</IncludedObjectVersions></InventoryConfiguration>",
  ].join("");
const sseKms = (key: string) => `<Encryption><SSE-KMS><KeyId>${key}</KeyId></SSE-KMS></Encryption>`;
const analytics = (bucket: string) =>
  [
    "<AnalyticsConfiguration><Id>a</Id><StorageClassAnalysis><DataExport>",
    "<OutputSchemaVersion>V_1</OutputSchemaVersion><Destination><S3BucketDestination>",
    `<Format>CSV</Format><Bucket>${bucket}</Bucket></S3BucketDestination></Destination>`,
    "</DataExport></StorageClassAnalysis></AnalyticsConfiguration>",
  ].join("");

test.each([
  [
    "an inventory to a name",
    "inventory&id=a",
    inventory("a-bucket"),
    "400 InvalidS3DestinationBucket | Invalid bucket ARN.",
  ],
  [
    "an inventory to an object",
    "inventory&id=a",
    inventory(arnOf("a/b")),
    "400 InvalidS3DestinationBucket | Invalid bucket ARN.",
  ],
  [
    "an inventory under a key that is no ARN",
    "inventory&id=a",
    inventory(arnOf(PLAIN), sseKms("alias/k")),
    "400 InvalidKmskeyId | The KMS key ID is invalid.",
  ],
  [
    "an analysis to a name",
    "analytics&id=a",
    analytics("a-bucket"),
    "400 InvalidDestination | Invalid bucket ARN.",
  ],
  [
    "logs to an ARN",
    "logging",
    inside(
      "BucketLoggingStatus",
      inside("LoggingEnabled", `${inside("TargetBucket", arnOf(PLAIN))}<TargetPrefix/>`),
    ),
    [
      "400 InvalidTargetBucketForLogging | The target bucket for logging does not exist |",
      `TargetBucket=${arnOf(PLAIN)}`,
    ].join(" "),
  ],
])("%s", async (_what, query, body, expected) => {
  expect(await refusalOf(server.endpoint, ask(`PUT ${B}?${query}`, body))).toBe(expected);
});
