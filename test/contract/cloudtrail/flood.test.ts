import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateUserCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { lookupRecords } from "../../support/event-records.ts";
import { createUser } from "../../support/principals.ts";
import { send, sign } from "../../support/signed-request.ts";
import { startTestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

/** The least that the setting takes. */
const auditEventsMax = 1_000;
const AT_A_TIME = 25;

/** Makes as many calls as the history keeps of one kind, and some more. */
async function flood(call: () => Promise<unknown>): Promise<void> {
  for (let from = 0; from < auditEventsMax + 100; from += AT_A_TIME)
    await Promise.all(Array.from({ length: AT_A_TIME }, call));
}

// Other accounts' floods are a matter of rows: retention.test.ts of CloudTrail makes them there.
test("no stranger's or refused principal's flood drives out an account's changes", {
  // More than two thousand requests: CloudTrail keeps no fewer events.
  timeout: 120_000,
}, async () => {
  const data = await mkdtemp(join(tmpdir(), "rolecast-flood-"));
  const settings = { data, auditEventsMax };
  const server = await startTestServer(settings);
  const { iam, s3 } = server.clients();
  await s3.send(new CreateBucketCommand({ Bucket: "flooded" }));
  await iam.send(new CreateUserCommand({ UserName: "early" }));
  const powerless = await createUser(iam, "powerless");
  const put = { method: "PUT", path: "/flooded", query: { policy: "" }, body: "{}" };
  const create = {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "Action=CreateUser&Version=2010-05-08&UserName=denied",
  };
  // The SDK's client would take as long as the server, for the same bytes each time.
  const headers = await sign(server.endpoint, create, { key: powerless });
  for (const request of [put, { ...create, headers }])
    await flood(async () => expect((await send(server.endpoint, request)).status).toBe(403));
  await server.close();

  // Excess events are removed once in a while, and when a server starts.
  const again = await startTestServer(settings);
  const { cloudtrail } = again.clients();
  const kept = async (EventName: string) =>
    (
      await lookupRecords(cloudtrail, {
        LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: EventName }],
      })
    ).length;
  await again.clients().iam.send(new CreateUserCommand({ UserName: "late" }));
  await until(async () => (await kept("PutBucketPolicy")) <= auditEventsMax, "the first pruning");
  expect(await kept("CreateBucket")).toBe(1);
  const made = await lookupRecords(cloudtrail, {
    LookupAttributes: [{ AttributeKey: "ResourceName", AttributeValue: "early" }],
  });
  expect(made.map(({ eventName }) => eventName)).toEqual(["CreateUser"]);
  await again.close();
  await rm(data, { recursive: true, force: true });
});
