import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { CreateUserCommand, ListUserTagsCommand } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { SSM } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RawRequest, sign } from "../../support/signed-request.ts";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * Names that every plain object inherits, where callers choose names. The SDK for JavaScript loses
 * some of them itself: those requests are made by hand.
 */

const NAMES = ["__proto__", "constructor", "toString", "valueOf", "hasOwnProperty"] as const;
const Bucket = "inherited-names";

let server: TestServer;
let config: {
  endpoint: string;
  region: string;
  credentials: typeof ROOT;
  maxAttempts: number;
};

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 20_000 });
  const { endpoint } = server;
  config = { endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 };
  await server.clients().s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => server?.close());

async function send(service: string, raw: RawRequest) {
  const headers = await sign(server.endpoint, raw, { service });
  const { method = "POST", path = "/", body } = raw;
  return fetch(server.endpoint + path, { method, headers, ...(body && { body }) });
}

/** A target of JSON 1.1, called with a body that is written out. */
async function call(service: string, target: string, body: string) {
  const headers = { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" };
  const response = await send(service, { headers, body });
  return { status: response.status, answer: await response.text() };
}

describe.each(NAMES)("%s", (name) => {
  const id = name.replaceAll("_", "");
  const Tags = [{ Key: name, Value: "v" }];

  test("is a tag's key", async () => {
    const { iam, s3 } = server.clients();
    await iam.send(new CreateUserCommand({ UserName: id, Tags }));
    expect((await iam.send(new ListUserTagsCommand({ UserName: id }))).Tags).toEqual(Tags);
    await s3.send(new PutObjectCommand({ Bucket, Key: id, Body: "x" }));
    const Tagging = { TagSet: Tags };
    await s3.send(new PutObjectTaggingCommand({ Bucket, Key: id, Tagging }));
    const read = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: id }));
    expect(read.TagSet).toEqual(Tags);
    const kms = new KMS(config);
    const { KeyMetadata } = await kms.createKey({
      Tags: Tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })),
    });
    const kept = await kms.listResourceTags({ KeyId: KeyMetadata?.KeyId });
    expect(kept.Tags).toEqual([{ TagKey: name, TagValue: "v" }]);
  });

  test("is a tag's key in a map", async () => {
    const body = `{"name":"${id}","tags":{"${name}":"v"}}`;
    const headers = { "content-type": "application/json" };
    const made = await send("ivs", { path: "/CreateChannel", headers, body });
    expect([made.status, await made.text()]).toEqual([
      200,
      expect.stringContaining(`"tags":{"${name}":"v"}`),
    ]);
  });

  test("is an object's metadata", async () => {
    const path = `/${Bucket}/metadata-${id}`;
    const header = `x-amz-meta-${name.toLowerCase()}`;
    const put = await send("s3", { method: "PUT", path, headers: { [header]: "v" }, body: "x" });
    expect(put.status).toBe(200);
    const head = await send("s3", { method: "HEAD", path });
    expect(head.headers.get(header)).toBe("v");
  });

  test("is a parameter's tag, which others haven't", async () => {
    const ssm = new SSM(config);
    await ssm.putParameter({ Name: `with-${id}`, Value: "x", Type: "String", Tags });
    await ssm.putParameter({ Name: `without-${id}`, Value: "x", Type: "String" });
    const filter = { Key: `tag:${name}`, Option: "Equals", Values: ["v"] };
    const { Parameters = [] } = await ssm.describeParameters({ ParameterFilters: [filter] });
    expect(Parameters.map(({ Name }) => Name)).toEqual([`with-${id}`]);
  });

  test("is a metric's dimension", async () => {
    const cloudwatch = new CloudWatch(config);
    const Dimensions = [{ Name: name, Value: "v" }];
    const MetricData = [{ MetricName: id, Dimensions, Value: 1 }];
    await cloudwatch.putMetricData({ Namespace: "Names", MetricData });
    const { Metrics } = await cloudwatch.listMetrics({ Namespace: "Names", MetricName: id });
    expect(Metrics?.[0]?.Dimensions).toEqual(Dimensions);
    const others = { Namespace: "Names", Dimensions: [{ Name: name, Value: "other" }] };
    expect((await cloudwatch.listMetrics(others)).Metrics).toEqual([]);
  });

  test("is a name in an encryption context", async () => {
    const kms = new KMS(config);
    const KeyId = (await kms.createKey({})).KeyMetadata?.KeyId ?? "";
    const context = `"EncryptionContext":{"${name}":"v"}`;
    const sealed = await call(
      "kms",
      "TrentService.Encrypt",
      `{"KeyId":"${KeyId}","Plaintext":"eA==",${context}}`,
    );
    expect(sealed.status).toBe(200);
    const blob = `"CiphertextBlob":"${JSON.parse(sealed.answer).CiphertextBlob}"`;
    const target = "TrentService.Decrypt";
    expect((await call("kms", target, `{${blob},${context}}`)).status).toBe(200);
    expect((await call("kms", target, `{${blob}}`)).status).toBe(400);
  });

  test("is a field of events", async () => {
    const events = new EventBridge(config);
    const EventPattern = `{"detail":{"${name}":["v"]}}`;
    const result = async (detail: string) => {
      const Event =
        `{"id":"1","account":"000000000000","source":"a","time":"2026-12-01T00:00:00Z",` +
        `"region":"us-east-1","resources":[],"detail-type":"t","detail":${detail}}`;
      return (await events.testEventPattern({ EventPattern, Event })).Result;
    };
    expect([await result(`{"${name}":"v"}`), await result("{}")]).toEqual([true, false]);
  });

  test("is a name in a template", async () => {
    const client = new CloudFormationClient(config);
    const TemplateBody =
      `{"Parameters":{"${id}":{"Type":"String","Default":"v"}},` +
      `"Mappings":{"${id}":{"${id}":{"${id}":"mapped"}}},` +
      `"Resources":{"${id}x":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String",` +
      `"Name":"made-${id}","Value":{"Fn::FindInMap":["${id}","${id}","${id}"]},` +
      `"Tags":{"${name}":{"Ref":"${id}"}}}}},` +
      `"Outputs":{"${id}":{"Value":{"Fn::GetAtt":["${id}x","Value"]}}}}`;
    const StackName = `names-${id}`;
    await client.send(new CreateStackCommand({ StackName, TemplateBody }));
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    expect(Stacks?.[0]?.StackStatus).toBe("CREATE_COMPLETE");
    expect(Stacks?.[0]?.Outputs?.[0]).toMatchObject({ OutputKey: id, OutputValue: "mapped" });
  });
});
