import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as s3 from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { presignV4 } from "../../support/presigned-url.ts";
import { startTestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

const Bucket = "reset-in-flight";
const HALF = Buffer.alloc(4 * 2 ** 20, "h");

/** The bytes of all files of objects and parts. */
function storedBytes(data: string): number {
  return readdirSync(join(data, "s3"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

test("a reset while uploads are in flight leaves neither objects nor files of them", async () => {
  const data = mkdtempSync(join(tmpdir(), "rolecast-reset-"));
  const server = await startTestServer({ data });
  const { s3: client } = server.clients();
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  const { UploadId = "" } = await client.send(
    new s3.CreateMultipartUploadCommand({ Bucket, Key: "parts" }),
  );
  const { host, hostname, port } = new URL(server.endpoint);
  const begin = async (key: string, query = "") => {
    const path = presignV4(host, { method: "PUT", path: `/${Bucket}/${key}`, query });
    const headers = { "content-length": 2 * HALF.length };
    const upload = request({ hostname, port, method: "PUT", path, headers });
    upload.write(HALF);
    const status = once(upload, "response").then(
      ([response]) => {
        response.resume();
        return response.statusCode as number;
      },
      () => 0,
    );
    return { upload, status };
  };
  const uploads = [
    await begin("object"),
    await begin("parts", `partNumber=1&uploadId=${UploadId}`),
  ];
  await until(() => storedBytes(data) > HALF.length, "the beginnings of both bodies");

  const reset = await fetch(`${server.endpoint}/_rolecast/state/reset`, { method: "POST" });
  expect(reset.status).toBe(200);
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  for (const { upload } of uploads) upload.end(HALF);
  // The bucket has the same name, and is another one: clients try again, and find out.
  expect(await Promise.all(uploads.map(({ status }) => status))).toEqual([503, 503]);
  expect((await client.send(new s3.ListObjectVersionsCommand({ Bucket }))).Versions).toBe(
    undefined,
  );
  expect((await client.send(new s3.ListMultipartUploadsCommand({ Bucket }))).Uploads).toBe(
    undefined,
  );
  await until(() => storedBytes(data) === 0, "the end of both bodies' files");

  await client.send(new s3.PutObjectCommand({ Bucket, Key: "later", Body: "later" }));
  const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key: "later" }));
  expect(await Body?.transformToString()).toBe("later");
  await server.close();
  rmSync(data, { recursive: true, force: true });
});
