import { createHash } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send } from "../../support/signed-request.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const Bucket = "unsigned-deletions";

let server: TestServer;
let client: Clients["s3"];
beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket, ObjectOwnership: "ObjectWriter" }));
  await client.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
});
afterAll(() => server?.close());

/** DeleteObjects of `open/a` and `closed/b` by nobody. */
async function remove() {
  for (const Key of ["open/a", "closed/b"])
    await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: Key }));
  const body =
    "<Delete><Object><Key>open/a</Key></Object><Object><Key>closed/b</Key></Object></Delete>";
  const headers = { "content-md5": createHash("md5").update(body).digest("base64") };
  const answer = await send(server.endpoint, { path: `/${Bucket}?delete`, headers, body });
  const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket }));
  return { ...answer, left: Contents.map(({ Key }) => Key) };
}

describe("DeleteObjects without a signature", () => {
  test("is refused for each key while nothing allows it", async () => {
    const { status, body, left } = await remove();
    expect({ status, left }).toEqual({ status: 200, left: ["closed/b", "open/a"] });
    expect(body.match(/<Code>AccessDenied<\/Code>/g)).toHaveLength(2);
  });

  test("deletes what the bucket's policy allows", async () => {
    const Statement = {
      Effect: "Allow",
      Principal: "*",
      Action: "s3:DeleteObject",
      Resource: `arn:aws:s3:::${Bucket}/open/*`,
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    const { status, body, left } = await remove();
    expect({ status, left }).toEqual({ status: 200, left: ["closed/b"] });
    expect(body).toContain("<Deleted><Key>open/a</Key></Deleted>");
    expect(body).toContain("<Error><Key>closed/b</Key><Code>AccessDenied</Code>");
    await client.send(new s3.DeleteBucketPolicyCommand({ Bucket }));
  });

  test("deletes by the bucket's access control list what nobody signed for", async () => {
    await client.send(new s3.PutBucketAclCommand({ Bucket, ACL: "public-read-write" }));
    const open = { method: "PUT", path: `/${Bucket}/nobodys`, body: "content" };
    expect((await send(server.endpoint, open)).status).toBe(200);
    await client.send(new s3.PutObjectCommand({ Bucket, Key: "owners", Body: "content" }));
    const objects = ["nobodys", "owners"].map((key) => `<Object><Key>${key}</Key></Object>`);
    // As clients write it by hand: what comes before the declaration is left aside.
    const body = `\n  <?xml version="1.0" encoding="UTF-8"?>\n<Delete>${objects.join("\n")}</Delete>\n`;
    const headers = { "content-md5": createHash("md5").update(body).digest("base64") };
    const answer = await send(server.endpoint, { path: `/${Bucket}?delete`, headers, body });
    expect(answer).toMatchObject({
      status: 200,
      body: expect.stringContaining("<Deleted><Key>nobodys</Key></Deleted>"),
    });
    expect(answer.body).toContain("<Error><Key>owners</Key><Code>AccessDenied</Code>");
    expect((await send(server.endpoint, open)).status).toBe(200);
    const remove = async (key: string) =>
      (await send(server.endpoint, { method: "DELETE", path: `/${Bucket}/${key}` })).status;
    expect([await remove("nobodys"), await remove("owners"), await remove("none")]).toEqual([
      204, 403, 403,
    ]);
    await client.send(new s3.PutBucketAclCommand({ Bucket, ACL: "public-read" }));
    expect(await remove("nobodys")).toBe(403);
  });
});
