import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { QueueRole } from "./queue-role.js";
import { createForwardAccessSession } from "./rolecast-api.js";

/*
 * A queue service of a platform team, as small as can be: its queues live in memory, its messages
 * in buckets of its callers, written as AWSServiceRoleForInternalQueue.
 */

const endpoint = process.env.AWS_ENDPOINT_URL ?? "http://127.0.0.1:4566";
const region = "us-east-1";
const rolecast = {
  endpoint,
  region,
  // From AWS_SHARED_CREDENTIALS_FILE: the service's registered key.
  credentials: new STSClient({ endpoint, region }).config.credentials,
};
const role = new QueueRole(rolecast);

/** By account and name. What is here uses the role. */
const queues = new Map();
const arnOf = ({ accountId, name }) => `arn:aws:queue:${region}:${accountId}:queue/${name}`;

const routes = [
  { method: "PUT", path: /^\/queues\/(\w+)$/, run: createQueue },
  { method: "DELETE", path: /^\/queues\/(\w+)$/, run: deleteQueue },
  { method: "POST", path: /^\/queues\/(\w+)\/messages$/, run: sendMessage },
];

async function createQueue(session, name, { searchParams }) {
  const queue = { accountId: session.accountId, name, bucket: searchParams.get("bucket") };
  const arn = arnOf(queue);
  // Recorded before the role is taken: from now on our usage endpoint names it.
  queues.set(arn, queue);
  try {
    await role.take(session);
  } catch (error) {
    queues.delete(arn);
    throw error;
  }
  return { arn };
}

async function deleteQueue({ accountId }, name) {
  queues.delete(arnOf({ accountId, name }));
  return {};
}

async function sendMessage({ accountId }, name, _url, body) {
  const queue = queues.get(arnOf({ accountId, name }));
  if (!queue) throw Object.assign(new Error(`There is no queue ${name}.`), { status: 404 });
  const s3 = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: await role.assume(accountId),
  });
  const Key = `queues/${name}/${randomUUID()}`;
  await s3.send(new PutObjectCommand({ Bucket: queue.bucket, Key, Body: body }));
  return { key: Key };
}

/** What Rolecast asks of every Region before it deletes the role. */
function roleUsage({ searchParams }) {
  const account = searchParams.get("account");
  const resources = [...queues.values()]
    .filter((queue) => queue.accountId === account && searchParams.get("region") === region)
    .map(arnOf);
  return { resources };
}

async function answer(request) {
  const url = new URL(request.url, "http://queue");
  if (request.method === "GET" && url.pathname === "/role-usage") return roleUsage(url);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  for (const { method, path, run } of routes) {
    const [, name] = (request.method === method && path.exec(url.pathname)) || [];
    if (name === undefined) continue;
    const session = await createForwardAccessSession(rolecast, {
      method,
      path: url.pathname,
      query: url.search.slice(1),
      headers: request.headers,
      body,
    });
    return run(session, name, url, body);
  }
  throw Object.assign(new Error("Nothing is here."), { status: 404 });
}

const server = createServer((request, response) => {
  answer(request).then(
    (value) => response.end(JSON.stringify(value)),
    (error) => {
      response.statusCode = error.status ?? error.$metadata?.httpStatusCode ?? 500;
      response.end(JSON.stringify({ message: error.message }));
    },
  );
});
server.listen(Number(process.env.PORT ?? 7070), "127.0.0.1", () => {
  process.stdout.write(`The queue listens on http://127.0.0.1:${server.address().port}\n`);
});
