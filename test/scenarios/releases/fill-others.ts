import { policyOf } from "../../support/principals.ts";
import { ACCOUNT, RECEIVER_PORT, REGION, type ReleaseClients } from "./release-clients.ts";

/** Puts a trail with a bucket, rules with an event that hasn't been received yet, and metrics. */
export async function fillOthers(clients: ReleaseClients): Promise<void> {
  await fillTrail(clients);
  await fillEvents(clients);
  const metric = { MetricName: "Dropped", Unit: "Count" as const };
  const Dimensions = [{ Name: "C", Value: "1" }];
  const MetricData = [3, 5].map((Value) => ({ ...metric, Dimensions, Value }));
  await clients.cloudwatch.putMetricData({ Namespace: "Studio", MetricData });
  // Listed metrics are in the database.
  await clients.cloudwatch.listMetrics({ Namespace: "Studio" });
}

async function fillTrail({ cloudtrail, s3 }: ReleaseClients): Promise<void> {
  const Bucket = "trail-files";
  const Principal = { Service: "cloudtrail.amazonaws.com" };
  await s3.createBucket({ Bucket });
  await s3.putBucketPolicy({
    Bucket,
    Policy: policyOf([
      { Effect: "Allow", Principal, Action: "s3:GetBucketAcl", Resource: `arn:aws:s3:::${Bucket}` },
      { Effect: "Allow", Principal, Action: "s3:PutObject", Resource: `arn:aws:s3:::${Bucket}/*` },
    ]),
  });
  const TagsList = [{ Key: "team", Value: "video" }];
  await cloudtrail.createTrail({ Name: "audit", S3BucketName: Bucket, TagsList });
  await cloudtrail.putEventSelectors({
    TrailName: "audit",
    EventSelectors: [{ ReadWriteType: "WriteOnly", IncludeManagementEvents: true }],
  });
  await cloudtrail.startLogging({ Name: "audit" });
}

async function fillEvents({ events, iam }: ReleaseClients): Promise<void> {
  const Principal = { Service: "events.amazonaws.com" };
  const { Role } = await iam.createRole({
    RoleName: "deliver",
    AssumeRolePolicyDocument: policyOf([{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }]),
  });
  await iam.putRolePolicy({
    ...{ RoleName: "deliver", PolicyName: "own" },
    PolicyDocument: policyOf([
      { Effect: "Allow", Action: "events:InvokeApiDestination", Resource: "*" },
    ]),
  });
  const { ConnectionArn } = await events.createConnection({
    ...{ Name: "outside", AuthorizationType: "API_KEY" },
    AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: "x-key", ApiKeyValue: "of-a-fixture" } },
  });
  const { ApiDestinationArn } = await events.createApiDestination({
    ...{ Name: "outside", ConnectionArn, HttpMethod: "POST" },
    InvocationEndpoint: `http://127.0.0.1:${RECEIVER_PORT}/hooks`,
  });
  const EventPattern = JSON.stringify({ source: ["studio.app"] });
  const Tags = [{ Key: "team", Value: "video" }];
  await events.putRule({ Name: "outside", EventPattern, Description: "Leads outside", Tags });
  const targets = [
    { Id: "outside", Arn: ApiDestinationArn, RoleArn: Role?.Arn },
    { Id: "log", Arn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/studio` },
  ];
  await events.putTargets({ Rule: "outside", Targets: targets });
  const bus = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default`;
  await events.tagResource({ ResourceARN: bus, Tags });
  await events.putEvents({
    Entries: [{ Source: "studio.app", DetailType: "Went live", Detail: '{"from":"a release"}' }],
  });
}
