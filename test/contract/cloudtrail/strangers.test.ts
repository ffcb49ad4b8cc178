import { GetUserCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookupRecords } from "../../support/event-records.ts";
import { send } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

const LONG = "attackers-words ".repeat(400);
const Bucket = "not-for-strangers";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.clients().s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => server.close());

test("of a stranger's refused call its bucket is recorded, and nothing that the stranger chose", async () => {
  const answer = await send(server.endpoint, {
    method: "PUT",
    path: `/${Bucket}`,
    query: { policy: "" },
    headers: {
      "user-agent": LONG,
      referer: "http://attackers-words.example",
      "x-amz-expected-bucket-owner": "000000000000",
      "x-amz-confirm-remove-self-bucket-access": "true",
      "x-forwarded-proto": "https",
      host: "attackers-words.localhost.localstack.cloud",
    },
    body: JSON.stringify({ Id: LONG }),
  });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  const direct = await send(server.endpoint, {
    method: "PUT",
    path: `/${Bucket}`,
    query: { policy: "" },
    headers: { "user-agent": LONG, "x-forwarded-proto": "https" },
    body: JSON.stringify({ Id: LONG }),
  });
  expect(direct.status).toBe(403);
  const records = await lookupRecords(server.clients().cloudtrail, {
    LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "PutBucketPolicy" }],
  });
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({
    userIdentity: { type: "AWSAccount", accountId: "ANONYMOUS_PRINCIPAL" },
    requestParameters: { bucketName: Bucket },
    userAgent: "",
    errorCode: "AccessDenied",
    recipientAccountId: "000000000000",
  });
  expect(JSON.stringify(records[0])).not.toContain("attackers-words");
  expect(JSON.stringify(records[0]).length).toBeLessThan(1_500);
});

test("anybody's user agent is cut where AWS cuts it", async () => {
  const { iam } = server.clients();
  const command = new GetUserCommand({});
  command.middlewareStack.add(
    (next) => (args) => {
      const { request } = args as { request: { headers: Record<string, string> } };
      request.headers["user-agent"] = LONG;
      return next(args);
    },
    { step: "finalizeRequest", priority: "low" },
  );
  await iam.send(command);
  const [record] = await lookupRecords(server.clients().cloudtrail, {
    LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "GetUser" }],
  });
  expect(record).toMatchObject({ userAgent: LONG.slice(0, 1024) });
});
