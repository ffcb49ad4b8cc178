import { createHash, createHmac } from "node:crypto";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SERVICES } from "../../../packages/server/src/services/index.ts";
import { presignV2, presignV4, signV2 } from "../../support/presigned-url.ts";
import { allow, createUser } from "../../support/principals.ts";
import {
  type RawRequest,
  type RawResponse,
  send,
  sendSigned,
} from "../../support/signed-request.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * Whatever the protocol: a denied answer's header has the id by which the denial is explained, and
 * by that id the explanation of this very decision is found.
 */

let server: TestServer;
let host: string;
/** A user without any policy. */
let stranger: Key;
/** A user who may do everything with objects, but nothing with keys. */
let writer: Key;
/** A user who may read objects, but not list them. */
let reader: Key;
let keyId: string;

beforeAll(async () => {
  server = await startTestServer();
  host = new URL(server.endpoint).host;
  const { iam, s3 } = server.clients();
  const kms = new KMSClient({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: ROOT,
  });
  stranger = await createUser(iam, "stranger");
  writer = await createUser(iam, "writer", [allow(["s3:*", "ivs:*"])]);
  reader = await createUser(iam, "reader", [allow("s3:GetObject")]);
  await s3.send(new CreateBucketCommand({ Bucket: "denied" }));
  await s3.send(new PutObjectCommand({ Bucket: "denied", Key: "a", Body: "a" }));
  keyId = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId ?? "";
});
afterAll(() => server.close());

const form = (members: Record<string, string>): RawRequest => ({
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams(members).toString(),
});
const json = (target: string, version = "1.1"): RawRequest => ({
  headers: { "content-type": `application/x-amz-json-${version}`, "x-amz-target": target },
  body: "{}",
});
const signedBy = (key: () => Key, service: string, raw: RawRequest) => () =>
  sendSigned(server.endpoint, raw, { key: key(), service });
const asStranger = (service: string, raw: RawRequest) => signedBy(() => stranger, service, raw);
const get = (path: string) => send(server.endpoint, { method: "GET", path });

type Denied = () => Promise<RawResponse>;
const OBJECT = "s3:GetObject on arn:aws:s3:::denied/a";
const LIST = "s3:ListBucket on arn:aws:s3:::denied";
const cases: readonly (readonly [service: string, how: string, decided: string, Denied])[] = [
  [
    ...(["iam", "a form", "iam:ListUsers on arn:aws:iam::000000000000:user/"] as const),
    asStranger("iam", form({ Action: "ListUsers", Version: "2010-05-08" })),
  ],
  [
    ...(["iam-toolbox", "REST and JSON", "iam:GetRequestAuthorizationDetails on *"] as const),
    asStranger("iam", { method: "GET", path: "/authorization-details/a1" }),
  ],
  [
    ...(["accessanalyzer", "REST and JSON", "access-analyzer:CheckNoPublicAccess on *"] as const),
    asStranger("access-analyzer", {
      method: "POST",
      path: "/policy/check-no-public-access",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ policyDocument: "{}", resourceType: "AWS::S3::Bucket" }),
    }),
  ],
  [
    ...(["organizations", "JSON", "organizations:ListAccounts on *"] as const),
    asStranger("organizations", json("AWSOrganizationsV20161128.ListAccounts")),
  ],
  [
    ...(["sts", "a form", "sts:GetFederationToken on "] as const),
    asStranger("sts", form({ Action: "GetFederationToken", Version: "2011-06-15", Name: "eve" })),
  ],
  [
    ...(["events", "JSON", "events:ListEventBuses on "] as const),
    asStranger("events", json("AWSEvents.ListEventBuses")),
  ],
  [
    ...(["cloudtrail", "JSON", "cloudtrail:LookupEvents on *"] as const),
    asStranger(
      "cloudtrail",
      json("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"),
    ),
  ],
  [
    ...(["cloudwatch", "a form", "cloudwatch:ListMetrics on *"] as const),
    asStranger("monitoring", form({ Action: "ListMetrics", Version: "2010-08-01" })),
  ],
  [
    ...(["cloudwatch-json", "JSON", "cloudwatch:ListMetrics on *"] as const),
    asStranger("monitoring", json("GraniteServiceVersion20100801.ListMetrics", "1.0")),
  ],
  [
    ...(["cloudwatch-cbor", "CBOR", "cloudwatch:ListMetrics on *"] as const),
    asStranger("monitoring", {
      path: "/service/GraniteServiceVersion20100801/operation/ListMetrics",
      headers: { "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" },
    }),
  ],
  [
    ...(["kms", "JSON", "kms:ListKeys on *"] as const),
    asStranger("kms", json("TrentService.ListKeys")),
  ],
  [
    ...(["ecr", "JSON", "ecr:DescribeRepositories on arn:aws:ecr:"] as const),
    asStranger("ecr", json("AmazonEC2ContainerRegistry_V20150921.DescribeRepositories")),
  ],
  [
    ...(["ivschat", "REST and JSON", "ivschat:ListRooms on arn:aws:ivschat:"] as const),
    asStranger("ivschat", { path: "/ListRooms", ...bodyOf({}) }),
  ],
  [
    ...(["cloudformation", "a form", "cloudformation:ListStacks on *"] as const),
    asStranger("cloudformation", form({ Action: "ListStacks", Version: "2010-05-15" })),
  ],
  [
    ...(["cloudcontrol", "JSON", "cloudformation:ListResourceRequests on arn:"] as const),
    asStranger("cloudcontrolapi", json("CloudApiService.ListResourceRequests", "1.0")),
  ],
  [
    ...(["ssm", "JSON", "ssm:DescribeParameters on *"] as const),
    asStranger("ssm", json("AmazonSSM.DescribeParameters")),
  ],
  [
    ...(["s3", "REST and XML", "s3:ListAllMyBuckets on "] as const),
    asStranger("s3", { method: "GET", path: "/" }),
  ],
  ["s3", "HEAD, without a body", LIST, asStranger("s3", { method: "HEAD", path: "/denied" })],
  [
    ...(["s3", "a bucket's own host name", OBJECT] as const),
    () => {
      const headers = { host: `denied.s3.localhost:${new URL(server.endpoint).port}` };
      const path = presignV4(headers.host, { path: "/a", key: stranger });
      return send(server.endpoint, { method: "GET", path, headers });
    },
  ],
  [
    ...(["s3", "a presigned URL", OBJECT] as const),
    () => get(presignV4(host, { path: "/denied/a", key: stranger })),
  ],
  [
    ...(["s3", "a presigned URL of version 2", OBJECT] as const),
    () => get(presignV2({ path: "/denied/a", key: stranger })),
  ],
  [
    ...(["s3", "a signature of version 2", OBJECT] as const),
    () => {
      const headers = signV2({ path: "/denied/a", key: stranger });
      return send(server.endpoint, { method: "GET", path: "/denied/a", headers });
    },
  ],
  [
    ...(["s3", "a missing key that may not be known to miss", LIST] as const),
    () => get(presignV4(host, { path: "/denied/none", key: reader })),
  ],
  [
    ...(["s3", "an uploaded form", "s3:PutObject on arn:aws:s3:::denied/form"] as const),
    () => send(server.endpoint, { path: "/denied", ...uploadForm(stranger) }),
  ],
  [
    ...(["s3", "a key that S3 asks KMS for", "kms:GenerateDataKey on "] as const),
    () => {
      const headers = {
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": keyId,
      };
      const raw = { method: "PUT", path: "/denied/sealed", headers, body: "x" };
      return sendSigned(server.endpoint, raw, { key: writer, service: "s3" });
    },
  ],
  [
    ...(["s3control", "REST and XML", "s3:GetAccountPublicAccessBlock on "] as const),
    asStranger("s3", {
      method: "GET",
      path: "/v20180820/configuration/publicAccessBlock",
      headers: { "x-amz-account-id": "000000000000" },
    }),
  ],
  [
    ...(["ivs", "REST and JSON", "ivs:ListChannels on "] as const),
    asStranger("ivs", { path: "/ListChannels", ...bodyOf({}) }),
  ],
  [
    ...(["ivs-realtime", "REST and JSON", "ivs:ListStages on "] as const),
    asStranger("ivs", { path: "/ListStages", ...bodyOf({}) }),
  ],
  [
    ...(["ivs", "a bucket that IVS asks S3 for", "s3:GetBucketLocation on "] as const),
    async () => {
      const streamer = await createUser(server.clients().iam, "streamer", [allow("ivs:*")]);
      const destinationConfiguration = { s3: { bucketName: "denied" } };
      const raw = {
        path: "/CreateRecordingConfiguration",
        ...bodyOf({ destinationConfiguration }),
      };
      return sendSigned(server.endpoint, raw, { key: streamer, service: "ivs" });
    },
  ],
  [
    ...(["accessanalyzer", "REST and JSON", "access-analyzer:CheckNoPublicAccess on *"] as const),
    asStranger("access-analyzer", {
      path: "/policy/check-no-public-access",
      ...bodyOf({ policyDocument: "{}", resourceType: "AWS::S3::Bucket" }),
    }),
  ],
  ["s3", "an unsigned request", OBJECT, () => get("/denied/a")],
  ["s3", "several keys to delete", "s3:DeleteObject on ", () => deleteTwo(stranger)],
  ["s3", "several keys to delete, unsigned", "s3:DeleteObject on ", () => deleteTwo(undefined)],
  [
    ...(["rolecast", "the server's own routes", "rolecast:ReadDecisions on "] as const),
    asStranger("rolecast", { method: "GET", path: "/_rolecast/decisions" }),
  ],
];

function deleteTwo(key: Key | undefined): Promise<RawResponse> {
  const objects = ["a", "b"].map((name) => `<Object><Key>${name}</Key></Object>`).join("");
  const body = `<Delete>${objects}</Delete>`;
  const headers = { "content-md5": createHash("md5").update(body).digest("base64") };
  const raw = { method: "POST", path: "/denied", query: { delete: "" }, headers, body };
  return key
    ? sendSigned(server.endpoint, raw, { key, service: "s3" })
    : send(server.endpoint, raw);
}

function bodyOf(input: object): RawRequest {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(input) };
}

/** A form that uploads to `form`, signed with version 4. */
function uploadForm(key: Key): RawRequest {
  const amzDate = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = [amzDate.slice(0, 8), "us-east-1", "s3", "aws4_request"];
  const fields = {
    key: "form",
    "x-amz-algorithm": "AWS4-HMAC-SHA256",
    "x-amz-credential": [key.accessKeyId, ...scope].join("/"),
    "x-amz-date": amzDate,
  };
  const conditions = [
    { bucket: "denied" },
    ...Object.entries(fields).map(([k, v]) => ({ [k]: v })),
  ];
  const expiration = new Date(Date.now() + 60_000).toISOString();
  const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString("base64");
  let signing: string | Buffer = `AWS4${key.secretAccessKey}`;
  for (const part of [...scope, policy])
    signing = createHmac("sha256", signing).update(part).digest();
  const sent = { ...fields, policy, "x-amz-signature": signing.toString("hex"), file: "x" };
  const parts = Object.entries(sent).map(
    ([name, value]) => `--B\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const headers = { "content-type": "multipart/form-data; boundary=B" };
  return { headers, body: `${parts.join("")}--B--\r\n` };
}

test.each(cases)("%s, %s: %s", async (_service, _how, decided, denied) => {
  const { headers } = await denied();
  const id = headers["x-rolecast-authorization-id"];
  const path = `/authorization-details/${id}`;
  const found = await sendSigned(server.endpoint, { method: "GET", path }, { service: "iam" });
  const [{ action, resource }] = JSON.parse(found.body).evaluations;
  expect(`${action} on ${resource}`).toContain(decided);
});

test("the id of DeleteObjects' request leads to the decision on each key", async () => {
  const { headers } = await deleteTwo(stranger);
  const path = `/authorization-details/${headers["x-amz-request-id"]}`;
  const found = await sendSigned(server.endpoint, { method: "GET", path }, { service: "iam" });
  const { requestContext, evaluations } = JSON.parse(found.body);
  expect(requestContext.requestId).toBe(headers["x-amz-request-id"]);
  const decided = evaluations.map(({ resource }: { resource: string }) => resource);
  expect(decided.sort()).toEqual(["arn:aws:s3:::denied/a", "arn:aws:s3:::denied/b"]);
});

test("the table has every service in each of its protocols", () => {
  const names = SERVICES.flatMap(({ definition, furtherProtocols = [] }) =>
    [definition, ...furtherProtocols].map(({ name }) => name),
  );
  expect(new Set(cases.map(([service]) => service))).toEqual(new Set(names));
});
