import { CreateTrailCommand } from "@aws-sdk/client-cloudtrail";
import { CloudWatchClient, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { CreateConnectionCommand, EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { PutObjectRetentionCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * What this server can't honour of a request is refused by its name, in every protocol. Which
 * members those are is in the services' constraints; test/tidy/unread-inputs.test.ts holds that
 * there are no others.
 */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const options = () => ({
  endpoint: server.endpoint,
  region: "us-east-1",
  credentials: ROOT,
  maxAttempts: 1,
});

const rows: readonly (readonly [string, () => Promise<unknown>])[] = [
  [
    "PolicyExclusionList of SimulatePrincipalPolicy",
    () =>
      server.clients().iam.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: "arn:aws:iam::000000000000:user/alice",
          ActionNames: ["s3:GetObject"],
          PolicyExclusionList: [{ PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }],
        }),
      ),
  ],
  [
    "Retention.EventHold of PutObjectRetention",
    () =>
      server.clients().s3.send(
        new PutObjectRetentionCommand({
          Bucket: "any",
          Key: "any",
          Retention: { Mode: "GOVERNANCE", EventHold: "ON" as never },
        }),
      ),
  ],
  [
    "RecursiveLogging of CreateTrail",
    () =>
      server
        .clients()
        .cloudtrail.send(
          new CreateTrailCommand({ Name: "any", S3BucketName: "any", RecursiveLogging: false }),
        ),
  ],
  [
    "OwningAccount of ListMetrics",
    () =>
      new CloudWatchClient(options()).send(
        new ListMetricsCommand({ OwningAccount: "111122223333" }),
      ),
  ],
  [
    "AuthParameters.ConnectivityParameters of CreateConnection",
    () =>
      new EventBridgeClient(options()).send(
        new CreateConnectionCommand({
          Name: "private",
          AuthorizationType: "API_KEY",
          AuthParameters: {
            ApiKeyAuthParameters: { ApiKeyName: "x-key", ApiKeyValue: "hidden" },
            ConnectivityParameters: {
              ResourceParameters: { ResourceConfigurationArn: "arn:aws:vpc-lattice:any" },
            },
          },
        }),
      ),
  ],
];

test.each(rows)("%s is refused", async (what, call) => {
  await expect(call()).rejects.toMatchObject({
    name: "NotImplemented",
    message: `Rolecast doesn't implement ${what}.`,
    $metadata: { httpStatusCode: 501 },
  });
});
