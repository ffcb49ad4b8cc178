import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send, sign } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

const BUCKET = "website-contract";
let server: TestServer;
let client: s3.S3Client;

beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
  await newBucket(BUCKET);
  const pages: Readonly<Record<string, Partial<s3.PutObjectCommandInput>>> = {
    "index.html": { Body: "<p>Home</p>", ContentType: "text/html", CacheControl: "max-age=1" },
    "docs/index.html": { Body: "<p>Docs</p>", ContentType: "text/html" },
    "sorry.html": { Body: "<p>Sorry</p>", ContentType: "text/html" },
    "moved.html": { WebsiteRedirectLocation: "/docs/" },
    "näme 1.txt": { Body: "0123456789" },
    "/evil.test/index.html": { Body: "<p>Trap</p>" },
    "\\evil.test/index.html": { Body: "<p>Trap</p>" },
  };
  for (const [Key, page] of Object.entries(pages))
    await client.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key, ...page }));
  await putInUtf8("/%E6%97%A5%E6%9C%AC.txt", {
    "content-disposition": "inline; filename=日本.txt",
    "x-amz-meta-n": "ä",
    expires: "Tue, 01 Jan 2030 00:00:00 GMT",
  });
  await putInUtf8("/far.html", { "x-amz-website-redirect-location": "/日本 ä?q=%20#a" });
  await configure(BUCKET, {
    IndexDocument: { Suffix: "index.html" },
    ErrorDocument: { Key: "sorry.html" },
    RoutingRules: [
      {
        Condition: { KeyPrefixEquals: "old/" },
        Redirect: { ReplaceKeyPrefixWith: "docs/", HttpRedirectCode: "302" },
      },
      {
        Condition: { KeyPrefixEquals: "gone/", HttpErrorCodeReturnedEquals: "404" },
        Redirect: { HostName: "archive.test", Protocol: "https", ReplaceKeyWith: "index" },
      },
      {
        Condition: { KeyPrefixEquals: "app/", HttpErrorCodeReturnedEquals: "404" },
        Redirect: { ReplaceKeyPrefixWith: "#!/" },
      },
      {
        Condition: { KeyPrefixEquals: "images/" },
        Redirect: { HostName: "api.test", ReplaceKeyPrefixWith: "prod/resize?key=" },
      },
      { Condition: { KeyPrefixEquals: "all/" }, Redirect: { ReplaceKeyWith: "ä b\r\n?c#d" } },
    ],
  });
});
afterAll(() => server?.close());

/** An object with headers that the SDK can't send. */
async function putInUtf8(key: string, headers: Record<string, string>): Promise<void> {
  const raw = { method: "PUT", path: `/${BUCKET}${key}`, headers };
  const signed = await sign(server.endpoint, raw, { service: "s3" });
  const sent = Object.entries(signed).map(([name, value]) => [
    name,
    Buffer.from(value).toString("latin1"),
  ]);
  const answer = await send(server.endpoint, { ...raw, headers: Object.fromEntries(sent) });
  expect(answer.status).toBe(200);
}

/** Everybody may list it and read what is in it, but for `secret/`. */
async function newBucket(Bucket: string): Promise<void> {
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  await client.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
  const everybody = (Effect: string, Action: string, below: string) => ({
    ...{ Effect, Action, Principal: "*" },
    Resource: `arn:aws:s3:::${Bucket}${below}`,
  });
  const Statement = [
    everybody("Allow", "s3:GetObject", "/*"),
    everybody("Allow", "s3:ListBucket", ""),
    everybody("Deny", "s3:GetObject", "/secret/*"),
  ];
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
}

const configure = (Bucket: string, WebsiteConfiguration: s3.WebsiteConfiguration) =>
  client.send(new s3.PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }));

function visit(path: string, bucket = BUCKET, headers: Record<string, string> = {}) {
  const host = `${bucket}.s3-website.localhost:4566`;
  return send(server.endpoint, { method: "GET", path, headers: { host, ...headers } });
}

describe("the website", () => {
  const HERE = `http://${BUCKET}.s3-website.localhost:4566`;
  test.each([
    ["/", 200, "<p>Home</p>", undefined],
    ["/docs/", 200, "<p>Docs</p>", undefined],
    ["/docs/index.html", 200, "<p>Docs</p>", undefined],
    ["/n%C3%A4me%201.txt", 200, "0123456789", undefined],
    ["/docs", 302, "", "/docs/"],
    ["/moved.html", 301, "", "/docs/"],
    ["/old/a/b%20c", 302, "", `${HERE}/docs/a/b%20c`],
    ["/far.html", 301, "", "/%E6%97%A5%E6%9C%AC%20%C3%A4?q=%20#a"],
    ["//evil.test", 302, "", `${HERE}//evil.test/`],
    ["/%2Fevil.test", 302, "", `${HERE}//evil.test/`],
    ["/\\evil.test", 302, "", "/%5Cevil.test/"],
    ["/app/some/page", 301, "", `${HERE}/#!/some/page`],
    ["/images/a%3F%23/b.png", 301, "", "http://api.test/prod/resize?key=a%3F%23/b.png"],
    ["/all/a", 301, "", `${HERE}/%C3%A4%20b%0D%0A?c#d`],
    ["/gone/a", 301, "", "https://archive.test/index"],
    ["/missing", 404, "<p>Sorry</p>", undefined],
    ["/secret/a", 403, "<p>Sorry</p>", undefined],
  ])("answers %s with %i", async (path, status, body, location) => {
    const answer = await visit(path);
    expect([answer.status, answer.body, answer.headers.location]).toEqual([status, body, location]);
  });

  test("has the objects' headers, ranges and conditions", async () => {
    const { headers } = await visit("/");
    expect(headers).toMatchObject({ "content-type": "text/html", "cache-control": "max-age=1" });
    const part = await visit("/n%C3%A4me%201.txt", BUCKET, { range: "bytes=2-4" });
    expect([part.status, part.body, part.headers["content-range"]]).toEqual([
      ...[206, "234", "bytes 2-4/10"],
    ]);
    const known = await visit("/", BUCKET, { "if-none-match": String(headers.etag) });
    expect([known.status, known.body]).toEqual([304, ""]);
    const text = await visit("/%E6%97%A5%E6%9C%AC.txt");
    expect([text.status, text.headers]).toEqual([
      200,
      expect.objectContaining({
        "content-disposition": Buffer.from("inline; filename=日本.txt").toString("latin1"),
        "x-amz-meta-n": "=?UTF-8?B?w6Q=?=",
        expires: "Tue, 01 Jan 2030 00:00:00 GMT",
      }),
    ]);
  });

  const LONG_AGO = "Wed, 01 Jan 2020 00:00:00 GMT";
  test.each([
    ["if-modified-since", LONG_AGO, 200],
    ["if-modified-since", undefined, 304],
    ["if-modified-since", "yesterday", 200],
    ["if-unmodified-since", LONG_AGO, 412],
    ["if-unmodified-since", undefined, 200],
    ["if-unmodified-since", "yesterday", 200],
  ])("is asked by %s (%s, or its own date) to answer %i", async (name, date, status) => {
    const own = String((await visit("/")).headers["last-modified"]);
    expect((await visit("/", BUCKET, { [name]: date ?? own })).status).toBe(status);
  });

  test.each([
    ["Allow", "http://ok.test/page", 200],
    ["Allow", "http://bad.test/page", 403],
    ["Allow", undefined, 403],
    ["Deny", "http://ok.test/page", 403],
    ["Deny", "http://bad.test/page", 200],
  ])("a policy's %s for pages of ok.test: %s is answered %i", async (Effect, referer, status) => {
    const Bucket = `website-hotlinks-${Effect.toLowerCase()}`;
    await newBucket(Bucket);
    await configure(Bucket, { IndexDocument: { Suffix: "index.html" } });
    await client.send(new s3.PutObjectCommand({ Bucket, Key: "index.html", Body: "a" }));
    const reading = {
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${Bucket}/*`,
    };
    const Condition = { StringLike: { "aws:Referer": "http://ok.test/*" } };
    const Statement = [
      { ...reading, Effect, Condition },
      ...(Effect === "Deny" ? [{ ...reading, Effect: "Allow" }] : []),
    ];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    const answer = await visit("/", Bucket, referer === undefined ? {} : { referer });
    expect(answer.status).toBe(status);
  });

  test("shows a page of its own where there is no error document, or no website", async () => {
    const Bucket = "website-bare";
    await newBucket(Bucket);
    expect(await visit("/", Bucket)).toMatchObject({
      status: 404,
      body: expect.stringContaining("<li>Code: NoSuchWebsiteConfiguration</li>"),
    });
    await configure(Bucket, { IndexDocument: { Suffix: "index.html" } });
    const { status, headers, body } = await visit("/a<b", Bucket);
    expect([status, headers["content-type"], headers["x-amz-error-code"]]).toEqual([
      ...[404, "text/html; charset=utf-8", "NoSuchKey"],
    ]);
    expect(body).toContain("<h1>404 Not Found</h1>\n<ul>\n<li>Code: NoSuchKey</li>");
    expect(body).toContain("<li>Key: a&lt;b</li>");
    expect(headers["x-amz-error-message"]).toBe("The specified key does not exist.");
    expect(headers["x-amz-error-detail-key"]).toBe("a<b");
    const ids = [headers["x-amz-request-id"], headers["x-amz-id-2"]];
    expect(ids).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
    expect(body).toContain(`<li>RequestId: ${ids[0]}</li>\n<li>HostId: ${ids[1]}</li>\n</ul>`);
    await configure(Bucket, {
      IndexDocument: { Suffix: "index.html" },
      ErrorDocument: { Key: "sorry.html" },
    });
    expect((await visit("/a", Bucket)).body).toContain(
      "</ul>\n<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n<li>Code: NoSuchKey</li>\n<li>Message: The specified key does not exist.</li>\n<li>Key: sorry.html</li>\n</ul>\n<hr/>",
    );
    expect((await visit("/", "no-such-website")).body).toContain("<li>Code: NoSuchBucket</li>");
  });

  test.each([
    ["s3-website.localhost:4566", 200],
    ["s3-website-us-east-1.localhost:4566", 200],
    ["s3-website-us-east-1.amazonaws.com", 200],
    ["s3-website.us-east-1.amazonaws.com", 200],
    ["s3-website.us-east-1.amazonaws.com.cn", 200],
    ["S3-Website-us-east-1.AmazonAWS.com:80", 200],
    ["s3-website.localhost.localstack.cloud:4566", 200],
    // Another Region's.
    ["s3-website-eu-west-1.amazonaws.com", 400],
    ["s3-website.us-gov-west-1.amazonaws.com", 400],
    // Not a website's: the API answers.
    ["s3-website.amazonaws.com", 403],
    ["s3-website-nowhere.amazonaws.com", 403],
  ])("is at its bucket's name below %s: %i", async (below, status) => {
    const headers = { host: `${BUCKET}.${below}`, origin: "https://example.test" };
    const answer = await send(server.endpoint, { method: "GET", path: "/", headers });
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.body).toBe("<p>Home</p>");
    if (status === 400)
      expect(answer.body).toContain(
        `<li>Endpoint: ${BUCKET}.s3-website-us-east-1.amazonaws.com</li>`,
      );
    if (status === 403) expect(answer.body).toContain("<?xml");
  });

  test.each([
    ["PUT", "/a", {}],
    ["POST", "/", {}],
    ["POST", "/", { "content-type": "application/x-www-form-urlencoded" }],
  ])("has no %s %s with %j", async (method, path, more) => {
    const headers = { host: `${BUCKET}.s3-website.localhost:4566`, ...more };
    const answer = await send(server.endpoint, { method, path, headers, body: "a=b" });
    expect([answer.status, answer.headers["content-type"]]).toEqual([
      ...[405, "text/html; charset=utf-8"],
    ]);
    expect(answer.body).toContain("<h1>405 Method Not Allowed</h1>");
  });

  test("may be elsewhere as a whole", async () => {
    const Bucket = "website-elsewhere";
    await newBucket(Bucket);
    await configure(Bucket, { RedirectAllRequestsTo: { HostName: "example.test" } });
    const { status, headers } = await visit("/a%20b/", Bucket);
    expect([status, headers.location]).toEqual([301, "http://example.test/a%20b/"]);
  });
});

test("its configuration is kept, shown and deleted", async () => {
  const Bucket = "website-kept";
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  const shown = () => client.send(new s3.GetBucketWebsiteCommand({ Bucket }));
  const website = { IndexDocument: { Suffix: "i.html" }, ErrorDocument: { Key: "e.html" } };
  await configure(Bucket, website);
  expect(await shown()).toMatchObject(website);
  for (let count = 0; count < 2; count++)
    await client.send(new s3.DeleteBucketWebsiteCommand({ Bucket }));
  await expect(shown()).rejects.toMatchObject({
    name: "NoSuchWebsiteConfiguration",
    BucketName: Bucket,
  });
});

const IndexDocument = { Suffix: "index.html" };
const rules = (...RoutingRules: s3.RoutingRule[]) => ({ IndexDocument, RoutingRules });
const Redirect = { ReplaceKeyWith: "a" };
test.each<[string, s3.WebsiteConfiguration, string]>([
  ["nothing", {}, "InvalidArgument"],
  [
    "a redirection of all and more",
    { IndexDocument, RedirectAllRequestsTo: { HostName: "a" } },
    "InvalidArgument",
  ],
  ["no host", { RedirectAllRequestsTo: { HostName: "" } }, "MalformedXML"],
  [
    "a host of two lines",
    { RedirectAllRequestsTo: { HostName: "a.test\r\nset-cookie: b" } },
    "InvalidArgument",
  ],
  [
    "another protocol",
    { RedirectAllRequestsTo: { HostName: "a", Protocol: "ftp" as s3.Protocol } },
    "InvalidRequest",
  ],
  ["an index in a folder", { IndexDocument: { Suffix: "a/b" } }, "InvalidArgument"],
  ["no error document", { IndexDocument, ErrorDocument: { Key: "" } }, "MalformedXML"],
  ["no rules", rules(), "MalformedXML"],
  ["too many rules", rules(...Array.from({ length: 51 }, () => ({ Redirect }))), "InvalidRequest"],
  ["a rule that leads nowhere", rules({ Redirect: {} }), "MalformedXML"],
  ["two keys", rules({ Redirect: { ...Redirect, ReplaceKeyPrefixWith: "b" } }), "InvalidRequest"],
  ["a rule's host beyond ASCII", rules({ Redirect: { HostName: "日本.test" } }), "InvalidArgument"],
  ["a rule's empty host", rules({ Redirect: { HostName: "" } }), "InvalidArgument"],
  ["an empty condition", rules({ Redirect, Condition: {} }), "InvalidRequest"],
  ["no redirection's code", rules({ Redirect: { HttpRedirectCode: "300" } }), "InvalidRequest"],
])("a configuration with %s is refused", async (_name, website, name) => {
  await expect(configure(BUCKET, website)).rejects.toMatchObject({ name });
});
