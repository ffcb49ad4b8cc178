import { CreateChannelCommand, GetChannelCommand } from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser } from "../../support/principals.ts";
import { sendSigned } from "../../support/signed-request.ts";
import {
  clientsOf,
  type Key,
  ROOT,
  startTestServer,
  type TestServer,
} from "../../support/test-server.ts";

/* Addresses in answers have the host name that the request came to: it is the one that works. */

let server: TestServer;
let stranger: Key;

beforeAll(async () => {
  server = await startTestServer();
  stranger = await createUser(server.clients().iam, "stranger");
});
afterAll(() => server.close());

test.each(["127.0.0.1", "localhost"])("asked as %s", async (host) => {
  const endpoint = server.endpoint.replace("127.0.0.1", host);
  const { ivs } = clientsOf(endpoint, ROOT, "us-east-1");
  const { channel } = await ivs.send(new CreateChannelCommand({}));
  expect(channel?.playbackUrl).toContain(`${endpoint}/api/video/v1/`);
  const again = await ivs.send(new GetChannelCommand({ arn: channel?.arn ?? "" }));
  expect(again.channel?.playbackUrl).toBe(channel?.playbackUrl);

  const headers = {
    host: new URL(endpoint).host,
    "content-type": "application/x-www-form-urlencoded",
  };
  const body = "Action=ListUsers&Version=2010-05-08";
  const denied = await sendSigned(server.endpoint, { headers, body }, { key: stranger });
  expect(denied.body).toContain(`Go to ${endpoint}/#/authorization-details/`);
});

test("an operation that isn't there names its service and the page of those that are", async () => {
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AWSEvents.CreateEndpoint",
  };
  const body = '{"Name":"a","RoutingConfig":{},"EventBuses":[]}';
  const answer = await sendSigned(server.endpoint, { headers, body }, { service: "events" });
  expect(answer.status).toBe(501);
  expect(JSON.parse(answer.body).message ?? JSON.parse(answer.body).Message).toBe(
    [
      "Rolecast doesn't implement EventBridge's CreateEndpoint yet.",
      `${server.endpoint}/_rolecast/docs/operations lists the operations that work.`,
    ].join(" "),
  );
});
