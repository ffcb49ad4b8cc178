import { createHash, createHmac } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { sendSigned, sign } from "../../support/signed-request.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const BUCKET = "forms-contract";
const OTHER = {
  id: "111122223333",
  rootAccessKeyId: "other",
  rootSecretAccessKey: "other-root-secret",
};
const QUEUE = {
  servicePrincipal: "queue.internal.example",
  roleName: "AWSServiceRoleForInternalQueue",
  policy: { Version: "2012-10-17", Statement: [allow("s3:PutObject")] },
  accessKeyId: "AKIAQUEUEQUEUEQUEUEQ",
  secretAccessKey: "the-queue-services-own-secret-key",
  usage: { url: "http://127.0.0.1:9/usage" },
};
let server: TestServer;
let client: Clients["s3"];
let reader: { accessKeyId: string; secretAccessKey: string };

beforeAll(async () => {
  server = await startTestServer({ accounts: [OTHER], linkedServices: [QUEUE] });
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
  reader = await createUser(server.clients().iam, "form-reader", [allow("s3:GetObject")]);
});
afterAll(() => server?.close());

type Fields = Record<string, string>;
interface Form {
  /** Conditions in addition to the key's and the bucket's. */
  readonly conditions?: readonly unknown[];
  readonly fields?: Fields;
  /** In the place of the signed policy. */
  readonly policy?: unknown;
  readonly expiresInMs?: number;
  readonly content?: string;
  readonly key?: { accessKeyId: string; secretAccessKey: string };
  readonly without?: readonly string[];
  /** Further fields of the form, after all others. */
  readonly more?: readonly (readonly [name: string, value: string])[];
  readonly date?: Date;
  readonly service?: string;
  readonly version?: 2 | 4;
  readonly bucket?: string;
  readonly file?: boolean;
  readonly headers?: Fields;
}

function hmac(key: string | Buffer, text: string) {
  return createHmac("sha256", key).update(text).digest();
}

function signedFields(form: Form): Fields {
  const { conditions = [], fields = {}, version = 4, expiresInMs = 60_000 } = form;
  const { accessKeyId, secretAccessKey } = form.key ?? {
    accessKeyId: "test",
    secretAccessKey: "test",
  };
  const { date = new Date(), service = "s3" } = form;
  const amzDate = date.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = [amzDate.slice(0, 8), "us-east-1", service, "aws4_request"];
  const stamps: Fields =
    version === 2
      ? {}
      : {
          "x-amz-algorithm": "AWS4-HMAC-SHA256",
          "x-amz-credential": `${accessKeyId}/${scope.join("/")}`,
          "x-amz-date": amzDate,
        };
  const document = form.policy ?? {
    expiration: new Date(Date.now() + expiresInMs).toISOString(),
    conditions: [
      { bucket: form.bucket ?? BUCKET },
      ["starts-with", "$key", "up/"],
      ...Object.entries(stamps).map(([name, value]) => ({ [name]: value })),
      ...conditions,
    ],
  };
  const text = typeof document === "string" ? document : JSON.stringify(document);
  const policy = Buffer.from(text).toString("base64");
  const signature: Fields =
    version === 2
      ? {
          AWSAccessKeyId: accessKeyId,
          signature: createHmac("sha1", secretAccessKey).update(policy).digest("base64"),
        }
      : {
          "x-amz-signature": hmac(
            scope.reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${secretAccessKey}`),
            policy,
          ).toString("hex"),
        };
  return { key: "up/a", ...stamps, ...fields, policy, ...signature };
}

async function post(form: Form = {}) {
  const data = new FormData();
  for (const [name, value] of Object.entries(signedFields(form)))
    if (!form.without?.includes(name)) data.append(name, value);
  for (const [name, value] of form.more ?? []) data.append(name, value);
  if (form.file !== false)
    data.append("file", new Blob([form.content ?? "content"]), "photo ü $&.jpg");
  const answer = await fetch(`${server.endpoint}/${form.bucket ?? BUCKET}`, {
    method: "POST",
    body: data,
    headers: form.headers ?? {},
    redirect: "manual",
  });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
}

test("a bucket policy may ask for the page that the form is on", async () => {
  const bucket = "forms-of-one-page";
  await client.send(new s3.CreateBucketCommand({ Bucket: bucket }));
  const Statement = {
    ...{ Effect: "Deny", Principal: "*", Action: "s3:PutObject" },
    Resource: `arn:aws:s3:::${bucket}/*`,
    Condition: { StringNotLike: { "aws:Referer": "http://ok.test/*" } },
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await client.send(new s3.PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  const from = (referer: string) => post({ bucket, headers: { referer } });
  expect((await from("http://bad.test/form")).status).toBe(403);
  expect((await from("http://ok.test/form")).status).toBe(204);
});

test.each([2, 4] as const)("a form of signature version %i uploads its file", async (version) => {
  const { status, headers, body } = await post({
    version,
    fields: {
      key: "up/${filename}",
      "Content-Type": "image/jpeg",
      "x-amz-meta-colour": "blue",
      "x-ignore-me": "x",
      Expires: "0",
      tagging: "<Tagging><TagSet><Tag><Key>a</Key><Value>b&#43;c</Value></Tag></TagSet></Tagging>",
    },
    conditions: [
      ["starts-with", "$Content-Type", "image/"],
      { "X-Amz-Meta-Colour": "blue" },
      ["starts-with", "$tagging", ""],
      { expires: "0" },
      ["content-length-range", 1, "100"],
    ],
  });
  expect([status, body]).toEqual([204, ""]);
  const Key = "up/photo ü $&.jpg";
  expect(headers.get("location")).toBe(
    `${server.endpoint}/${BUCKET}/up%2Fphoto%20%C3%BC%20%24%26.jpg`,
  );
  const got = await client.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key }));
  expect(await got.Body?.transformToString()).toBe("content");
  expect(got).toMatchObject({
    ETag: headers.get("etag"),
    ExpiresString: "0",
    ContentType: "image/jpeg",
    Metadata: { colour: "blue" },
    TagCount: 1,
  });
});

test.each([
  ["a\r\nX-Evil: 1", "a  X-Evil: 1", "a  X-Evil: 1"],
  ["a\u0001✓", "a ✓", "a"],
])("texts of a form that no header can have: %j", async (sent, expires, cacheControl) => {
  const fields = { key: "up/texts", Expires: sent, "Cache-Control": sent };
  const conditions = Object.keys(fields).map((name) => ["starts-with", `$${name}`, ""]);
  expect((await post({ fields, conditions })).status).toBe(204);
  const command = new s3.GetObjectCommand({ Bucket: BUCKET, Key: "up/texts" });
  const got = await client.send(command);
  const texts = [got.ExpiresString, got.CacheControl].map((text = "") =>
    Buffer.from(text, "latin1").toString("utf8").trim(),
  );
  expect(texts).toEqual([expires, cacheControl]);
});

test("texts of a form come back as Latin-1, and encoded words as they were sent", async () => {
  const text = 'a; filename="é—ÿ.txt"';
  const word = "=?UTF-8?B?YWJj?=";
  const fields = {
    key: "up/latin",
    "Cache-Control": text,
    "Content-Disposition": text,
    "Content-Type": "text/é",
    "x-amz-meta-word": word,
  };
  const conditions = Object.keys(fields).map((name) => ["starts-with", `$${name}`, ""]);
  const { status, headers } = await post({ fields, conditions });
  expect(status).toBe(204);
  expect(Object.fromEntries(headers)).toMatchObject({
    server: "AmazonS3",
    "x-amz-request-id": expect.stringMatching(/./),
  });
  const got = await client.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key: "up/latin" }));
  const latin = 'a; filename="é ÿ.txt"';
  expect([got.CacheControl, got.ContentDisposition, got.ContentType]).toEqual([
    ...[latin, latin],
    "text/é",
  ]);
  expect(got.Metadata).toEqual({ word });
});

test("a tag of a form without its value is malformed", async () => {
  const tagging = "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>";
  const refused = await post({ fields: { tagging }, conditions: [{ tagging }] });
  expect(refused).toMatchObject({
    status: 400,
    body: expect.stringContaining("<Code>MalformedXML</Code>"),
  });
});

test("tags in another document are none", async () => {
  const tagging = "<InvalidXmlTagging></InvalidXmlTagging>";
  const fields = { key: "up/untagged", tagging };
  expect(await post({ fields, conditions: [{ tagging }] })).toMatchObject({ status: 204 });
  const untagged = { Bucket: BUCKET, Key: "up/untagged" };
  const { TagSet } = await client.send(new s3.GetObjectTaggingCommand(untagged));
  expect(TagSet).toEqual([]);
});

test("a field is a file by its name alone, and a missing file name replaces nothing", async () => {
  const Key = "up/by-name-${filename}";
  const fields = Object.entries(signedFields({ fields: { key: Key } }));
  const parts = fields.map(([name, value], index) => {
    const fileName = index % 2 === 0 ? `; filename="${name}"` : "";
    return `--b\r\nContent-Disposition: form-data; name="${name}"${fileName}\r\n\r\n${value}\r\n`;
  });
  const file = `--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n${"x".repeat(30_000)}\r\n`;
  const answer = await fetch(`${server.endpoint}/${BUCKET}`, {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=b" },
    body: `${parts.join("")}${file}--b--\r\n`,
  });
  expect([answer.status, await answer.text()]).toEqual([204, ""]);
  const { ContentLength } = await client.send(new s3.HeadObjectCommand({ Bucket: BUCKET, Key }));
  expect(ContentLength).toBe(30_000);
});

describe("the answer", () => {
  test("has the checksum that is stored, the default or the form's", async () => {
    const { headers } = await post();
    expect(headers.get("x-amz-checksum-crc64nvme")).toMatch(/^[\w+/]{11}=$/);
    expect(headers.get("x-amz-checksum-type")).toBe("FULL_OBJECT");
    const sum = createHash("sha256").update("content").digest("base64");
    const fields = { "x-amz-checksum-sha256": sum };
    const own = await post({ fields, conditions: [fields] });
    expect(own.headers.get("x-amz-checksum-sha256")).toBe(sum);
    expect((await post({ fields, conditions: [fields], content: "other" })).status).toBe(400);
  });

  const starts = (name: string) => [["starts-with", `$${name}`, ""]];

  test("is a document with status 201, and nothing with 200", async () => {
    const of = (success_action_status: string) =>
      post({ fields: { success_action_status }, conditions: starts("success_action_status") });
    const { status, body } = await of("201");
    expect([status, body]).toEqual([201, expect.stringContaining("<Key>up/a</Key><ETag>&quot;")]);
    const { headers, ...plain } = await of("200");
    expect(plain).toMatchObject({ status: 200, body: "" });
    expect(headers.get("x-amz-server-side-encryption")).toBe("AES256");
    expect(await of("404")).toMatchObject({ status: 204 });
  });

  test("is a redirection with what was uploaded", async () => {
    const answer = await post({
      fields: { success_action_redirect: "https://app.test/done?a=b" },
      conditions: starts("success_action_redirect"),
    });
    expect(answer.status).toBe(303);
    const { host, searchParams } = new URL(answer.headers.get("location") ?? "");
    expect([host, Object.fromEntries(searchParams)]).toEqual([
      "app.test",
      { a: "b", bucket: BUCKET, key: "up/a", etag: answer.headers.get("etag") },
    ]);
  });
});

const POLICY = "Invalid according to Policy: ";

test.each<[string, Form, number, string]>([
  [
    "a key that it doesn't allow",
    { fields: { key: "down/a" } },
    403,
    [
      `${POLICY}Policy Condition failed: [&quot;starts-with&quot;, &quot;$key&quot;,`,
      "&quot;up/&quot;]",
    ].join(" "),
  ],
  [
    "a field that it doesn't name",
    { fields: { acl: "private" } },
    403,
    `${POLICY}Extra input fields: acl`,
  ],
  [
    "a field that it wants otherwise",
    { fields: { "x-amz-meta-a": "1" }, conditions: [["eq", "$x-amz-meta-a", "2"]] },
    403,
    "Policy Condition failed",
  ],
  [
    "a field that is missing",
    { conditions: [{ "x-amz-meta-a": "2" }] },
    403,
    "Policy Condition failed",
  ],
  ["its end", { expiresInMs: -1000 }, 403, `${POLICY}Policy expired.`],
  [
    "too large a file",
    { content: "12345", conditions: [["content-length-range", 0, 4]] },
    400,
    "EntityTooLarge",
  ],
  [
    "too small a file",
    { content: "12345", conditions: [["content-length-range", 6, 9]] },
    400,
    "EntityTooSmall",
  ],
  [
    "a file beyond one of its ranges",
    {
      content: "12345",
      conditions: [
        ["content-length-range", 0, 4],
        ["content-length-range", 0, 100],
      ],
    },
    400,
    "EntityTooLarge",
  ],
  [
    "metadata that no header can name",
    { fields: { "x-amz-meta-a b:": "1" }, conditions: [{ "x-amz-meta-a b:": "1" }] },
    400,
    "InvalidArgument",
  ],
  [
    "a range without an end",
    { conditions: [["content-length-range", 6]] },
    400,
    "InvalidPolicyDocument",
  ],
  [
    "a range that is none",
    { conditions: [["content-length-range", "six", 10]] },
    403,
    `${POLICY}Policy Condition failed: [&quot;content-length-range&quot;, &quot;six&quot;, 10]`,
  ],
  [
    "a range below nothing",
    { conditions: [["content-length-range", -1, 0]] },
    400,
    "EntityTooLarge",
  ],
  [
    "a condition without a $",
    { fields: { "x-amz-meta-a": "1" }, conditions: [["eq", "x-amz-meta-a", "1"]] },
    403,
    `${POLICY}Policy Condition failed: [&quot;eq&quot;, &quot;x-amz-meta-a&quot;, &quot;1&quot;]`,
  ],
  [
    "a condition in short form",
    { fields: { "Content-Type": "b" }, conditions: [{ "Content-Type": "a" }] },
    403,
    `${POLICY}Policy Condition failed: [&quot;eq&quot;, &quot;$Content-Type&quot;, &quot;a&quot;]`,
  ],
  ["a condition about nothing", { conditions: [{}] }, 400, "InvalidPolicyDocument"],
  ["no JSON", { policy: "{" }, 400, "Invalid Policy: Invalid JSON."],
  ["no expiration", { policy: { conditions: [] } }, 400, "Policy missing expiration."],
  [
    "no conditions",
    { policy: { expiration: "2037-01-01T00:00:00Z" } },
    400,
    "Policy missing conditions.",
  ],
  [
    "a date in words",
    { policy: { expiration: "tomorrow", conditions: [] } },
    400,
    "InvalidPolicyDocument",
  ],
  ["no key", { without: ["key"] }, 400, "Bucket POST must contain a field named &apos;key&apos;"],
  ["no file", { file: false }, 400, "POST requires exactly one file upload per request."],
  ...(
    [
      [["x-amz-signature"], "X-Amz-Signature"],
      [["x-amz-algorithm", "x-amz-credential"], "X-Amz-Algorithm"],
      [["x-amz-credential"], "X-Amz-Credential"],
      [["x-amz-date"], "X-Amz-Date"],
      [["policy"], "policy"],
      [["policy", "x-amz-signature"], "policy"],
      [["x-amz-algorithm", "x-amz-credential", "x-amz-date"], "X-Amz-Algorithm"],
    ] as const
  ).map(
    ([without, name]) =>
      [
        `a signature without ${without.join(", ")}`,
        { without },
        400,
        [
          `<Message>Bucket POST must contain a field named &apos;${name}&apos;.  If it is`,
          "specified, please check the order of the fields.</Message>",
        ].join(" "),
      ] satisfies [string, Form, number, string],
  ),
  [
    "a signature of version 2 without its key",
    { version: 2, without: ["AWSAccessKeyId"] },
    400,
    "Bucket POST must contain a field named &apos;AWSAccessKeyId&apos;",
  ],
  [
    "a policy that nothing signs",
    { without: ["x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"] },
    403,
    "<Message>Access Denied</Message>",
  ],
  [
    "tags that are no XML",
    { fields: { tagging: "not-xml" }, conditions: [["starts-with", "$tagging", ""]] },
    400,
    "MalformedXML",
  ],
  [
    "an unknown key",
    { key: { accessKeyId: "nobody", secretAccessKey: "x" } },
    403,
    "InvalidAccessKeyId",
  ],
  [
    "another secret",
    { key: { accessKeyId: "test", secretAccessKey: "x" } },
    403,
    "SignatureDoesNotMatch",
  ],
  [
    "no policy at all",
    {
      without: [
        ...["policy", "x-amz-algorithm", "x-amz-credential"],
        ...["x-amz-date", "x-amz-signature"],
      ],
    },
    403,
    "<Message>Access Denied</Message>",
  ],
  ...["policy", "x-amz-signature", "X-Amz-Credential", "x-amz-date", "x-amz-security-token"].map(
    (name) =>
      [
        `a second ${name}`,
        {
          more: [
            [name, "a"],
            [name.toUpperCase(), "a"],
          ],
        },
        400,
        "This field must be given once.",
      ] satisfies [string, Form, number, string],
  ),
  ["two signatures", { more: [["AWSAccessKeyId", "test"]] }, 400, "Only one auth mechanism"],
  ["a signature for another service", { service: "iam" }, 400, "This endpoint belongs to"],
  [
    "a signature of tomorrow",
    { date: new Date(Date.now() + 24 * 60 * 60_000) },
    403,
    "Request is not valid yet",
  ],
  [
    "too many fields",
    { fields: { "x-ignore-a": "a".repeat(21 * 1024) } },
    400,
    "MaxPostPreDataLengthExceeded",
  ],
])("a form is refused for %s", async (_why, form, status, words) => {
  const answer = await post(form);
  const body = answer.body.replaceAll("'", "&apos;").replaceAll('"', "&quot;");
  expect([answer.status, body]).toEqual([status, expect.stringContaining(words)]);
});

test("a form without files, as browsers send them by default, is refused", async () => {
  const body = new URLSearchParams(signedFields({}));
  const answer = await fetch(`${server.endpoint}/${BUCKET}`, { method: "POST", body });
  expect([answer.status, await answer.text()]).toEqual([
    412,
    expect.stringContaining(
      "<Condition>Bucket POST must be of the enclosure-type multipart/form-data</Condition>",
    ),
  ]);
});

test("a form that breaks off is refused, and leaves nothing", async () => {
  const body = [
    "--b\r\nContent-Disposition: form-data;",
    `name="key"\r\n\r\nup/half\r\n--b\r\nContent-Disposition: form-data; name="file";`,
    `filename="f"\r\n\r\nhalf`,
  ].join(" ");
  const { method, headers } = {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=b" },
  };
  await client.send(new s3.DeletePublicAccessBlockCommand({ Bucket: BUCKET }));
  const Statement = [{ ...allow("s3:PutObject", `arn:aws:s3:::${BUCKET}/*`), Principal: "*" }];
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await client.send(new s3.PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
  const url = `${server.endpoint}/${BUCKET}`;
  const answer = await fetch(url, { method, headers, body });
  expect([answer.status, await answer.text()]).toEqual([
    400,
    expect.stringContaining("MalformedPOSTRequest"),
  ]);
  await expect(
    client.send(new s3.HeadObjectCommand({ Bucket: BUCKET, Key: "up/half" })),
  ).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  // The same form to its end is anybody's, by the bucket's policy.
  expect((await fetch(url, { method, headers, body: `${body}\r\n--b--\r\n` })).status).toBe(204);
  await client.send(new s3.DeleteBucketPolicyCommand({ Bucket: BUCKET }));
  await client.send(new s3.DeleteObjectCommand({ Bucket: BUCKET, Key: "up/half" }));
});

test("who signs a form needs to be allowed to put the object", async () => {
  const { status, body } = await post({ key: reader });
  expect([status, body]).toEqual([403, expect.stringContaining("s3:PutObject")]);
});

test("Object Lock's fields lock the object, with their own permissions", async () => {
  const bucket = "forms-contract-locked";
  await client.send(
    new s3.CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }),
  );
  const until = new Date(Math.ceil(Date.now() / 1000) * 1000 + 60_000);
  const fields = {
    "x-amz-object-lock-mode": "GOVERNANCE",
    "x-amz-object-lock-retain-until-date": until.toISOString(),
    "x-amz-object-lock-legal-hold": "OFF",
  };
  const form = { bucket, fields, conditions: Object.entries(fields).map(([k, v]) => ({ [k]: v })) };
  expect((await post(form)).status).toBe(204);
  const Key = "up/a";
  expect(await client.send(new s3.HeadObjectCommand({ Bucket: bucket, Key }))).toMatchObject({
    ObjectLockMode: "GOVERNANCE",
    ObjectLockRetainUntilDate: until,
    ObjectLockLegalHoldStatus: "OFF",
  });
  const { iam } = server.clients();
  const key = await createUser(iam, "form-locker", [allow("s3:PutObject")]);
  const { status, body } = await post({ ...form, key });
  expect([status, body]).toEqual([403, expect.stringContaining("s3:PutObjectRetention")]);
  const date = { "x-amz-object-lock-retain-until-date": "tomorrow" };
  const wrong = await post({ bucket, fields: date, conditions: [date] });
  expect([wrong.status, wrong.body]).toEqual([400, expect.stringContaining("InvalidArgument")]);
});

test("policies see forms by how they were signed", async () => {
  const Condition = {
    StringEquals: { "s3:authType": "POST", "s3:signatureversion": "AWS4-HMAC-SHA256" },
    NumericLessThan: { "s3:signatureAge": "600000" },
  };
  const key = await createUser(server.clients().iam, "form-poster", [
    { ...allow("s3:PutObject"), Condition },
  ]);
  expect((await post({ key })).status).toBe(204);
  expect((await post({ key, version: 2 })).status).toBe(403);
  const header = server.clients(key).s3.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: "a" }));
  await expect(header).rejects.toMatchObject({ name: "AccessDenied" });
});

test("where requesters pay, another account's form says so", async () => {
  const bucket = "forms-contract-paid";
  await client.send(new s3.CreateBucketCommand({ Bucket: bucket }));
  const statement = allow("s3:PutObject", `arn:aws:s3:::${bucket}/*`);
  const Statement = [{ ...statement, Principal: { AWS: OTHER.id } }];
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await client.send(new s3.PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  const RequestPaymentConfiguration = { Payer: "Requester" as const };
  await client.send(
    new s3.PutBucketRequestPaymentCommand({ Bucket: bucket, RequestPaymentConfiguration }),
  );
  const key = { accessKeyId: OTHER.rootAccessKeyId, secretAccessKey: OTHER.rootSecretAccessKey };
  expect((await post({ bucket, key })).status).toBe(403);
  const fields = { "x-amz-request-payer": "requester" };
  const charged = await post({ bucket, key, fields, conditions: [fields] });
  expect([charged.status, charged.headers.get("x-amz-request-charged")]).toEqual([
    204,
    "requester",
  ]);
  const owned = await post({ bucket });
  expect([owned.status, owned.headers.get("x-amz-request-charged")]).toEqual([204, null]);
});

test("a key that is no text is refused before anything is stored", async () => {
  const head = [
    `--b\r\nContent-Disposition: form-data; name="key"\r\nContent-Type: text/plain;`,
    "charset=utf-16le\r\n\r\n",
  ].join(" ");
  const file = [
    `\r\n--b\r\nContent-Disposition: form-data; name="file";`,
    `filename="f"\r\n\r\nx\r\n--b--\r\n`,
  ].join(" ");
  const body = Buffer.concat([Buffer.from(head), Buffer.from([0, 0xd8]), Buffer.from(file)]);
  const headers = { "content-type": "multipart/form-data; boundary=b" };
  const answer = await fetch(`${server.endpoint}/${BUCKET}`, { method: "POST", headers, body });
  expect([answer.status, await answer.text()]).toEqual([
    400,
    expect.stringContaining("InvalidArgument"),
  ]);
});

test("a service that acts for its caller is held to its operations, by a form too", async () => {
  const received = { method: "PUT", path: "/queues/a", headers: {}, body: "" };
  const Headers = await sign("http://queue.test:80", received, { service: "queue" });
  const request = {
    path: "/forward-access-sessions",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ Method: "PUT", Path: "/queues/a", Headers }),
  };
  const { accessKeyId, secretAccessKey } = QUEUE;
  const signing = { key: { accessKeyId, secretAccessKey }, service: "rolecast" };
  const { body } = await sendSigned(server.endpoint, request, signing);
  const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(body).Credentials;
  const token = { "x-amz-security-token": SessionToken };
  const key = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
  expect(await post({ key, fields: token, conditions: [token] })).toMatchObject({
    status: 403,
    body: expect.stringContaining("may not call s3:PutObject for its callers"),
  });
});
