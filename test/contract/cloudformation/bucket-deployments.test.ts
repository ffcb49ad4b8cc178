import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketTaggingCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { type ZipFile, zipOf } from "../../support/zip.ts";
import { cloudFormationOf, endedStack, outcomeOf, role, stackOf, template } from "./support.ts";

/*
 * The CDK's BucketDeployment as it synthesises it: a layer with the AWS CLI, a function with a
 * role, and a resource whose service token is the function.
 */
let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 10_000 });
  client = cloudFormationOf(server);
  await server.clients().s3.send(new CreateBucketCommand({ Bucket: "assets" }));
});
afterAll(() => server.close());

const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
const LAMBDA = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
};
const READS = ["s3:GetObject*", "s3:GetBucket*", "s3:List*"];
const ALL = [...READS, "s3:DeleteObject*", "s3:PutObject*", "s3:Abort*"];
const OUTPUTS = {
  Outputs: {
    Key: { Value: { "Fn::Select": [0, { "Fn::GetAtt": ["Deploy", "SourceObjectKeys"] }] } },
    Arn: { Value: { "Fn::GetAtt": ["Deploy", "DestinationBucketArn"] } },
    Id: { Value: { Ref: "Deploy" } },
  },
};

interface Wanted {
  readonly sources: readonly string[];
  readonly into: string;
  readonly actions?: readonly string[];
  readonly more?: object;
}

function deployment({ sources, into, actions = ALL, more = {} }: Wanted, rest: object = {}) {
  const Statement = [{ Effect: "Allow", Action: actions, Resource: "*" }];
  const PolicyDocument = { Version: "2012-10-17", Statement };
  const resources = {
    Layer: {
      Type: "AWS::Lambda::LayerVersion",
      Properties: {
        Content: { S3Bucket: "assets", S3Key: "cli.zip" },
        Description: "/opt/awscli/aws",
      },
    },
    LogGroup: {
      Type: "AWS::Logs::LogGroup",
      Properties: {
        LogGroupName: { "Fn::Join": ["", ["/aws/lambda/", { Ref: "Handler" }]] },
        RetentionInDays: 731,
      },
    },
    Role: role({
      AssumeRolePolicyDocument: LAMBDA,
      Policies: [{ PolicyName: "Inline", PolicyDocument }],
    }),
    Handler: {
      Type: "AWS::Lambda::Function",
      Properties: {
        Code: { S3Bucket: "assets", S3Key: "0.zip" },
        Environment: { Variables: { AWS_CA_BUNDLE: "/etc/pki/ca-trust/extracted/pem/x.pem" } },
        Handler: "index.handler",
        Layers: [{ Ref: "Layer" }],
        Role: { "Fn::GetAtt": ["Role", "Arn"] },
        Runtime: "python3.13",
        Timeout: 900,
      },
      DependsOn: ["Role"],
    },
    Deploy: {
      Type: "Custom::CDKBucketDeployment",
      Properties: {
        ServiceToken: { "Fn::GetAtt": ["Handler", "Arn"] },
        SourceBucketNames: sources.map(() => "assets"),
        SourceObjectKeys: sources,
        DestinationBucketName: into,
        WaitForDistributionInvalidation: true,
        Prune: true,
        OutputObjectKeys: true,
        DestinationBucketArn: `arn:aws:s3:::${into}`,
        ...more,
      },
      UpdateReplacePolicy: "Delete",
      DeletionPolicy: "Delete",
    },
  };
  return template(resources, rest);
}

async function create(StackName: string, wanted: Wanted, rest: object = {}) {
  const TemplateBody = deployment(wanted, rest);
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities }));
  const { StackStatus, Outputs = [] } = await endedStack(client, StackName);
  return { StackStatus, Outputs, reasons: await reasonsOf(StackName) };
}

async function update(StackName: string, wanted: Wanted) {
  const TemplateBody = deployment(wanted);
  await client.send(new UpdateStackCommand({ StackName, TemplateBody, Capabilities }));
  const { StackStatus } = await endedStack(client, StackName);
  return { StackStatus, reasons: await reasonsOf(StackName) };
}

/** Why the deployment failed. */
async function reasonsOf(StackName: string): Promise<readonly string[]> {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith("_FAILED"))
    .filter(({ LogicalResourceId }) => LogicalResourceId === "Deploy")
    .map(({ ResourceStatusReason }) => String(ResourceStatusReason));
}

async function source(Key: string, files: readonly ZipFile[] | Buffer): Promise<void> {
  const Body = Buffer.isBuffer(files) ? files : zipOf(files as readonly ZipFile[]);
  await server.clients().s3.send(new PutObjectCommand({ Bucket: "assets", Key, Body }));
}

async function bucket(Bucket: string, ...keys: readonly string[]): Promise<void> {
  const { s3 } = server.clients();
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: "was there" }));
}

async function keysIn(Bucket: string): Promise<readonly string[]> {
  const { Contents = [] } = await server.clients().s3.send(new ListObjectsV2Command({ Bucket }));
  return Contents.map(({ Key = "" }) => Key);
}

async function objectOf(Bucket: string, Key: string) {
  const answer = await server.clients().s3.send(new GetObjectCommand({ Bucket, Key }));
  const { ContentType, CacheControl, Metadata } = answer;
  const text = await answer.Body?.transformToString();
  return { text, ContentType, CacheControl, Metadata };
}

test("archives' files become objects, with types, markers and metadata", async () => {
  await bucket("site", "web/old.html", "kept.txt");
  await source("site.zip", [
    { name: "index.html", data: "<p>hello" },
    { name: "js/" },
    { name: "js/app.js", data: "x".repeat(300_000) },
    { name: "empty" },
    { name: "config.json", data: '{"a": "first", "n": 12345678901234567890}' },
  ]);
  await source("config.zip", [
    { name: "config.json", data: '{"<<1>>": "at <<1>>", "n": 12345678901234567890}' },
    { name: "plain.txt", data: Buffer.from("caf\xe9 <<1>>", "latin1") },
  ]);
  const more = {
    SourceMarkers: [{}, { "<<1>>": 'the "bucket"' }],
    DestinationBucketKeyPrefix: "web",
    SystemMetadata: { "cache-control": "max-age=60" },
    UserMetadata: { Team: "video" },
  };
  const sources = ["site.zip", "config.zip"];
  const { StackStatus, Outputs, reasons } = await create(
    "site",
    { sources, into: "site", more },
    OUTPUTS,
  );
  expect([StackStatus, reasons]).toEqual(["CREATE_COMPLETE", []]);
  expect(Outputs.map(({ OutputKey, OutputValue }) => `${OutputKey} ${OutputValue}`)).toEqual(
    expect.arrayContaining([
      "Key site.zip",
      "Arn arn:aws:s3:::site",
      expect.stringMatching(/^Id aws\.cdk\.s3deployment\.[\w-]{36}$/),
    ]),
  );
  expect(await keysIn("site")).toEqual([
    "kept.txt",
    "web/config.json",
    "web/empty",
    "web/index.html",
    "web/js/app.js",
    "web/plain.txt",
  ]);
  expect(await objectOf("site", "web/index.html")).toEqual({
    text: "<p>hello",
    ContentType: "text/html",
    CacheControl: "max-age=60",
    Metadata: { team: "video" },
  });
  const script = await objectOf("site", "web/js/app.js");
  expect([script.ContentType, script.text?.length]).toEqual(["text/javascript", 300_000]);
  expect((await objectOf("site", "web/config.json")).text).toBe(
    '{"<<1>>": "at the \\"bucket\\"", "n": 12345678901234567890}',
  );
  const { s3 } = server.clients();
  const plain = await s3.send(new GetObjectCommand({ Bucket: "site", Key: "web/plain.txt" }));
  const bytes = Buffer.from((await plain.Body?.transformToByteArray()) ?? []);
  expect(bytes.toString("latin1")).toBe('caf\xe9 the "bucket"');
});

test("markers' values are written as their encodings say", async () => {
  await bucket("marked");
  const text = "<<1>> <<2>> <<3>> <<4>>";
  await source("marked.zip", [
    { name: "a.txt", data: text },
    { name: "b.json", data: JSON.stringify([text]) },
  ]);
  const value = 'a "b"';
  const markers = { "<<1>>": value, "<<2>>": value, "<<3>>": ["x", 1], "<<4>>": "plain" };
  const markerEncodings = { "<<2>>": "JSON_VALUE", "<<4>>": "YAML_STRING" };
  const more = {
    SourceMarkers: [markers],
    SourceMarkersConfig: [{ jsonEscape: true, markerEncodings }],
  };
  const wanted = { sources: ["marked.zip"], into: "marked", more };
  expect((await create("marked", wanted)).reasons).toEqual([]);
  const written = 'a \\"b\\" "a \\"b\\"" ["x","1"] plain';
  expect((await objectOf("marked", "a.txt")).text).toBe(written);
  expect((await objectOf("marked", "b.json")).text).toBe(`["${written}"]`);
  for (const [config, reason] of [
    [{ markerEncodings: { "<<1>>": "XML" } }, "Unknown marker encoding: XML"],
    [{}, "Expected a string for LITERAL encoding for marker <<3>>"],
    [{ trims: true }, "'SourceMarkersConfig' trims"],
  ] as const) {
    const refused = { ...more, SourceMarkersConfig: [config] };
    const { reasons } = await update("marked", { ...wanted, more: refused });
    expect(reasons[0]).toContain(reason);
  }
});

test("an update prunes unless it shan't, and filters bound what it touches", async () => {
  await bucket("pruned", "a.log", "old.txt");
  await source("one.zip", [{ name: "a.txt" }, { name: "b.tmp" }, { name: "keep.tmp" }]);
  await source("two.zip", [{ name: "c.txt" }]);
  const filters = { Exclude: ["*.tmp", "*.log"], Include: ["keep.*"] };
  const first = { sources: ["one.zip"], into: "pruned", more: filters };
  expect((await create("pruned", first)).reasons).toEqual([]);
  expect(await keysIn("pruned")).toEqual(["a.log", "a.txt", "keep.tmp"]);
  const added = { sources: ["two.zip"], into: "pruned", more: { Prune: false } };
  expect((await update("pruned", added)).StackStatus).toBe("UPDATE_COMPLETE");
  expect(await keysIn("pruned")).toEqual(["a.log", "a.txt", "c.txt", "keep.tmp"]);
  const alone = { sources: ["two.zip"], into: "pruned" };
  expect((await update("pruned", alone)).StackStatus).toBe("UPDATE_COMPLETE");
  expect(await keysIn("pruned")).toEqual(["c.txt"]);
});

test("a destination of more than one page is pruned to its end", async () => {
  await bucket("pages", ...Array.from({ length: 1_001 }, (_, n) => `old/${n}.txt`), "zz.txt");
  await source("page.zip", [{ name: "old/500.txt" }, { name: "zz.txt" }]);
  const wanted = { sources: ["page.zip"], into: "pages" };
  expect((await create("pages", wanted)).reasons).toEqual([]);
  expect(await keysIn("pages")).toEqual(["old/500.txt", "zz.txt"]);
});

test("an archive may stay whole, and a moved deployment removes the old objects", async () => {
  await bucket("whole");
  await bucket("next", "there.txt");
  await source("folder/whole.zip", [{ name: "a.txt" }]);
  const more = { Extract: false, RetainOnDelete: false };
  const wanted = { sources: ["folder/whole.zip"], into: "whole", more };
  expect((await create("whole", wanted)).reasons).toEqual([]);
  expect(await keysIn("whole")).toEqual(["whole.zip"]);
  expect((await objectOf("whole", "whole.zip")).ContentType).toBe("application/zip");
  const moved = { ...wanted, into: "next", more: { ...more, Prune: false } };
  expect((await update("whole", moved)).StackStatus).toBe("UPDATE_COMPLETE");
  expect(await keysIn("whole")).toEqual([]);
  expect(await keysIn("next")).toEqual(["there.txt", "whole.zip"]);
});

test.each([
  [undefined, "shown-one.zip,shown-two.zip"],
  [true, "shown-one.zip,shown-two.zip"],
  [false, ""],
])("with OutputObjectKeys %s the attribute SourceObjectKeys is '%s'", async (shows, keys) => {
  const into = `shown-${shows}`;
  await bucket(into);
  const sources = ["shown-one.zip", "shown-two.zip"];
  for (const key of sources) await source(key, [{ name: key }]);
  const joined = { "Fn::Join": [",", { "Fn::GetAtt": ["Deploy", "SourceObjectKeys"] }] };
  const Outputs = { Keys: { Value: { "Fn::Join": ["", ["Keys: ", joined]] } } };
  const wanted = { sources, into, more: { OutputObjectKeys: shows } };
  const made = await create(into, wanted, { Outputs });
  expect(made).toMatchObject({ reasons: [], Outputs: [{ OutputValue: `Keys: ${keys}` }] });
});

test("deletion keeps objects unless they shan't be retained, or the bucket is owned", async () => {
  await source("gone.zip", [{ name: "a.txt" }]);
  const left = async (Bucket: string, more: object, ownerTag?: string) => {
    await bucket(Bucket);
    await create(Bucket, { sources: ["gone.zip"], into: Bucket, more });
    if (ownerTag !== undefined) {
      const Tagging = { TagSet: [{ Key: ownerTag, Value: "true" }] };
      await server.clients().s3.send(new PutBucketTaggingCommand({ Bucket, Tagging }));
    }
    const { StackId = "" } = await stackOf(client, Bucket);
    await client.send(new DeleteStackCommand({ StackName: Bucket }));
    expect((await endedStack(client, StackId)).StackStatus).toBe("DELETE_COMPLETE");
    return keysIn(Bucket);
  };
  expect(await left("retained", {})).toEqual(["a.txt"]);
  expect(await left("removed", { RetainOnDelete: false })).toEqual([]);
  const below = { RetainOnDelete: false, DestinationBucketKeyPrefix: "web" };
  expect(await left("owned", below, "aws-cdk:cr-owned:web:0a1b2c3d")).toEqual(["web/a.txt"]);
  expect(await left("others", below, "aws-cdk:cr-owned:elsewhere:0a1b2c3d")).toEqual([]);
});

test("the function's role decides, and a failed update goes back to the old files", async () => {
  await bucket("narrow");
  await source("a.zip", [{ name: "a.txt" }]);
  await source("b.zip", [{ name: "b.txt" }]);
  const denied = await create("denied", { sources: ["a.zip"], into: "narrow", actions: READS });
  expect(denied).toMatchObject({ StackStatus: "ROLLBACK_COMPLETE" });
  expect(denied.reasons[0]).toMatch(
    /^Received response status \[FAILED\] from custom resource\. Message returned: AccessDenied: /,
  );
  expect(denied.reasons[0]).toMatch(/denied-Handler-\w+ is not authorized to perform: s3:PutObj/);
  const unread = await create("unread", { sources: ["a.zip"], into: "narrow", actions: ["s3:P*"] });
  expect(unread.StackStatus).toBe("ROLLBACK_COMPLETE");

  const wanted = { sources: ["a.zip"], into: "narrow" };
  expect((await create("back", wanted)).StackStatus).toBe("CREATE_COMPLETE");
  const failed = await update("back", { ...wanted, sources: ["b.zip", "missing.zip"] });
  expect(failed.StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect(failed.reasons[0]).toContain("custom resource. Message returned: ");
  expect(await keysIn("narrow")).toEqual(["a.txt"]);
});

/** An archive in zip64 whose end claims so many files. */
function claimingFiles(count: number): Buffer {
  const record = Buffer.alloc(56);
  record.write("PK\x06\x06", "latin1");
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  const locator = Buffer.alloc(20);
  locator.write("PK\x06\x07", "latin1");
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22, 0xff);
  end.write("PK\x05\x06\0\0\0\0", "latin1");
  end.writeUInt16LE(0, 20);
  return Buffer.concat([record, locator, end]);
}

const LINK = 0o120777;
const REFUSED: readonly (readonly [string, readonly ZipFile[] | Buffer, string])[] = [
  ["outside", [{ name: "../evil.txt" }], "invalid relative path: ../evil.txt"],
  ["absolute", [{ name: "/etc/passwd" }], "absolute path: /etc/passwd"],
  ["dotted", [{ name: "a/./b" }], "invalid file name: a/./b"],
  ["backslash", [{ name: "a\\..\\b" }], "invalid characters in fileName"],
  ["link", [{ name: "link", data: "/etc/passwd", mode: LINK }], "it has a symbolic link: link"],
  [
    "too large",
    Array.from({ length: 3 }, (_, at) => ({ name: `${at}`, sizeBytes: 0xffff_fffe })),
    "its files have more than 10737418240 bytes",
  ],
  ["too many files", claimingFiles(100_001), "it has more than 100000 files"],
  ["smaller than it says", [{ name: "a", data: "b", sizeBytes: 5 }], "not enough bytes"],
  ["larger than it says", [{ name: "a", data: "b".repeat(99), sizeBytes: 5 }], "too many bytes"],
  ["damaged", [{ name: "a", data: "b", crc: 1 }], "its bytes are damaged: a"],
  ["no archive", Buffer.from("no archive at all, but some text of a few bytes"), "not found"],
  ["empty", Buffer.alloc(0), "not found"],
  ["cut off", zipOf([{ name: "a", data: "b" }]).subarray(0, -30), "not found"],
];

test.each(REFUSED)("an archive is refused with a sentence: %s", async (what, files, reason) => {
  const name = `refused-${what.replaceAll(" ", "-")}`;
  await bucket(name);
  await source(`${name}.zip`, files);
  const { StackStatus, reasons } = await create(name, { sources: [`${name}.zip`], into: name });
  expect(reasons.join("\n")).toContain(reason);
  expect(reasons[0]).toContain("The source isn't a zip archive that can be extracted: ");
  expect(StackStatus).toBe("ROLLBACK_COMPLETE");
  expect(await keysIn(name)).toEqual([]);
});

test("properties that aren't here are refused by name, and others' layers and logs", async () => {
  await source("c.zip", [{ name: "zeros", data: Buffer.alloc(16 * 1024 ** 2 + 1) }]);
  await source("e.zip", [{ name: "many", data: Buffer.alloc(10_000_000, "e") }]);
  for (const [more, reason] of [
    [{ DistributionId: "E1" }, "doesn't implement Custom::CDKBucketDeployment's 'DistributionId'"],
    [{ SystemMetadata: { grants: "x" } }, "'SystemMetadata' grants"],
    [{ SystemMetadata: { expires: "soon" } }, "SystemMetadata expires isn't a date: soon"],
    [{ SourceMarkers: [{}, {}] }, "SourceMarkers must have one length"],
    [{ SourceMarkers: [{ "<<1>>": "a" }] }, "markers and has more than 16777216 bytes"],
    [{ SourceMarkers: [{ e: "x".repeat(20_000) }] }, "values make it larger than 16777216 bytes"],
  ] as const) {
    const name = `named-${Object.keys(more)}-${reason.length}`.toLowerCase();
    const sources = [reason.startsWith("values") ? "e.zip" : "c.zip"];
    const { reasons } = await create(name, { sources, into: "assets", more });
    expect(reasons.join("\n")).toContain(reason);
  }
  const { Layer } = JSON.parse(deployment({ sources: [], into: "x" })).Resources;
  const LogGroup = { Type: "AWS::Logs::LogGroup" };
  const TemplateBody = template({ Layer, LogGroup });
  const command = new CreateStackCommand({ StackName: "layer", TemplateBody });
  expect(await outcomeOf(client.send(command))).toMatch(/Rolecast runs no functions\..*\[Layer, L/);
});
