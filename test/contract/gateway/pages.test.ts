import { CreateAccessKeyCommand, CreateUserCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RawRequest, send, sendSigned } from "../../support/signed-request.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

const MOZILLA = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36";
const FORM = { "content-type": "application/x-www-form-urlencoded" };
const APP = "https://app.example.com";
const EXTENSION = "chrome-extension://abcdefghijklmnop";
/** Admitted by the rules of the bucket `ruled`. */
const RULED = "https://ruled.example.com";

let server: TestServer;
let port = 0;
let users = 0;

beforeAll(async () => {
  server = await startTestServer({
    allowedOrigins: [APP, EXTENSION],
    publicBaseUrl: "https://media.example.org",
    nodeUrl: "http://node-1.internal:4566",
  });
  port = server.server.ports.http;
  const { s3 } = server.clients();
  for (const Bucket of ["plain", "ruled"]) {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "key", Body: "of the object" }));
  }
  const rule = { AllowedOrigins: [RULED], AllowedMethods: ["GET", "PUT", "POST", "DELETE"] };
  const CORSConfiguration = { CORSRules: [{ ...rule, AllowedHeaders: ["*"] }] };
  await s3.send(new PutBucketCorsCommand({ Bucket: "ruled", CORSConfiguration }));
});
afterAll(() => server?.close());

type Headers = Readonly<Record<string, string>>;
type Ask = (headers: Headers, key?: Key) => Promise<{ status: number; body: string }>;

/** Signs in the query: all that a link, a picture or a form can do. */
async function presigned(
  method: string,
  path: string,
  query: Record<string, string>,
  service: string,
  { host = new URL(server.endpoint).host }: Headers,
  key: Key = ROOT,
): Promise<RawRequest> {
  const signer = new SignatureV4({
    credentials: key,
    service,
    region: "us-east-1",
    sha256: Hash.bind(null, "sha256"),
    uriEscapePath: service !== "s3",
  });
  const { hostname } = new URL(server.endpoint);
  const payload = service === "s3" ? { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } : {};
  const headers = { host, ...payload };
  const request = { method, protocol: "http:", hostname, path, query, headers };
  const signed = await signer.presign(request, { expiresIn: 60 });
  return { method, path, query: signed.query as Record<string, string> };
}

const byQuery =
  (method: string, path: string, query: Record<string, string>, service: string): Ask =>
  async (headers, key) => {
    const isOnBucket = headers.host?.startsWith("plain.") === true;
    const place = isOnBucket ? path.replace(/^\/plain\/?/, "/") : path;
    const request = await presigned(method, place, query, service, headers, key);
    return send(server.endpoint, { ...request, headers });
  };
const byHeader =
  (raw: RawRequest, service: string): Ask =>
  (headers, key = ROOT) =>
    sendSigned(
      server.endpoint,
      { ...raw, headers: { ...raw.headers, ...headers } },
      { service, key },
    );
const createUser = (): Record<string, string> => ({
  Action: "CreateUser",
  Version: "2010-05-08",
  UserName: `user-${users++}`,
});

/** Requests that change or reveal something, each as pages have tried it. */
const CALLS: Readonly<Record<string, () => Ask>> = {
  "CreateUser in a query": () => byQuery("GET", "/", createUser(), "iam"),
  "CreateUser in a form": () =>
    byHeader({ body: new URLSearchParams(createUser()).toString(), headers: FORM }, "iam"),
  "ListChannels as JSON": () => byHeader({ path: "/ListChannels", body: "{}" }, "ivs"),
  "GetCallerIdentity in a query": () =>
    byQuery("GET", "/", { Action: "GetCallerIdentity", Version: "2011-06-15" }, "sts"),
  "ListObjects in a query": () => byQuery("GET", "/plain", { "list-type": "2" }, "s3"),
  "GetObjectTagging in a query": () => byQuery("GET", "/plain/key", { tagging: "" }, "s3"),
  "PutObject in a query": () => byQuery("PUT", "/plain/put", {}, "s3"),
  "DeleteObject in a query": () => byQuery("DELETE", "/plain/other", {}, "s3"),
  "ReadMetrics, an own route": () => byQuery("GET", "/_rolecast/metrics", {}, "rolecast"),
};
const LINKS = ["CreateUser", "GetCallerIdentity", "ListObjects", "GetObjectTagging"].map(
  (name) => `${name} in a query`,
);
/** A bucket's host, to which browsers send no `Sec-Fetch-*` over plain HTTP. */
const OBJECTS = "plain.localhost.localstack.cloud";
const getObject = byQuery("GET", "/plain/key", {}, "s3");
const headObject = byQuery("HEAD", "/plain/key", {}, "s3");

const here = () => `http://127.0.0.1:${port}`;

describe("pages that may use the server", () => {
  test.each<[string, () => Headers]>([
    ["a program", () => ({})],
    ["localhost:3000", () => ({ origin: "http://localhost:3000", "sec-fetch-site": "same-site" })],
    ["127.0.0.1:5173", () => ({ origin: "http://127.0.0.1:5173", "sec-fetch-site": "cross-site" })],
    ["[::1]:8080", () => ({ origin: "http://[::1]:8080", "sec-fetch-site": "cross-site" })],
    ["https on localhost", () => ({ origin: "https://localhost" })],
    ["a name below localhost", () => ({ origin: "http://app.localhost:3000" })],
    ["allowedOrigins", () => ({ origin: APP, "sec-fetch-site": "cross-site" })],
    ["an extension of allowedOrigins", () => ({ origin: EXTENSION })],
    ["the console", () => ({ "sec-fetch-site": "same-origin" })],
    ["the console, posting", () => ({ origin: here(), "sec-fetch-site": "same-origin" })],
    [
      "the console by a name without Sec-Fetch",
      () => ({
        host: `localhost.localstack.cloud:${port}`,
        origin: `http://localhost.localstack.cloud:${port}`,
        "user-agent": MOZILLA,
      }),
    ],
  ])("%s", async (_, headersOf) => {
    const headers = headersOf();
    for (const [name, call] of Object.entries(CALLS)) {
      const { status, body } = await call()(headers);
      expect([200, 204], `${name}: ${body}`).toContain(status);
    }
    const preflight = await send(server.endpoint, {
      method: "OPTIONS",
      headers: { ...headers, "access-control-request-method": "POST" },
    });
    if (headers.origin !== undefined)
      expect(preflight.headers).toMatchObject({
        "access-control-allow-origin": headers.origin,
        vary: "Origin",
      });
  });
});

test("a test runner that asks in its browser's name is a program", async () => {
  const headers = { "user-agent": MOZILLA };
  const signed = Object.keys(CALLS).filter((name) => !name.endsWith("in a query"));
  for (const name of [...signed, "PutObject in a query"]) {
    const { status, body } = (await CALLS[name]?.()(headers)) ?? { status: 0, body: "" };
    if (!name.includes("own route")) expect(status, `${name}: ${body}`).toBe(200);
  }
  const health = await send(server.endpoint, {
    method: "GET",
    path: "/_localstack/health",
    headers,
  });
  expect(health.status).toBe(200);
});

describe("pages that may not", () => {
  test.each<[string, () => Headers]>([
    ["another site", () => ({ origin: "https://evil.example" })],
    [
      "another site, same-site by the browser",
      () => ({ origin: "https://evil.example", "sec-fetch-site": "same-site" }),
    ],
    ["a name that begins like localhost", () => ({ origin: "http://localhost.evil.example" })],
    ["a name that ends like localhost", () => ({ origin: "http://evillocalhost" })],
    ["127.0.0.1 as a part of a name", () => ({ origin: "http://127.0.0.1.evil.example" })],
    ["user information", () => ({ origin: "http://localhost:3000@evil.example" })],
    ["two origins", () => ({ origin: "http://localhost:3000, https://evil.example" })],
    ["a path", () => ({ origin: "http://localhost:3000/" })],
    ["an allowed origin's other port", () => ({ origin: `${APP}:8443` })],
    ["an allowed origin's other scheme", () => ({ origin: "http://app.example.com" })],
    ["an allowed origin's subdomain", () => ({ origin: "https://a.app.example.com" })],
    ["null", () => ({ origin: "null" })],
    ["a file", () => ({ origin: "file://" })],
    ["another extension", () => ({ origin: "chrome-extension://other" })],
    ["an empty origin", () => ({ origin: "" })],
    ["a page on the network", () => ({ origin: "http://192.168.1.20:3000" })],
    ["every address", () => ({ origin: "http://0.0.0.0:3000" })],
    ["an object at its bucket's host name", () => ({ origin: `http://plain.localhost:${port}` })],
    ["a website of a bucket", () => ({ origin: `http://plain.s3-website.localhost:${port}` })],
    [
      "an object, to its own host name",
      () => ({ host: `plain.localhost:${port}`, "sec-fetch-site": "same-origin" }),
    ],
    ["a cross-site picture", () => ({ "sec-fetch-site": "cross-site", "sec-fetch-dest": "image" })],
    ["a same-site picture", () => ({ "sec-fetch-site": "same-site", "sec-fetch-dest": "image" })],
    ["a site in other letters", () => ({ "sec-fetch-site": "Cross-Site" })],
    ["a site sent twice", () => ({ "sec-fetch-site": "same-origin, cross-site" })],
  ])("%s", async (_, headersOf) => {
    const headers = headersOf();
    const before = await userCount();
    for (const [name, call] of Object.entries(CALLS)) {
      const { status, body } = await call()(headers);
      expect(status, `${name}: ${body}`).toBe(403);
    }
    expect(await userCount()).toBe(before);
    for (const path of ["/", "/ListChannels", "/plain/key"]) {
      const preflight = await send(server.endpoint, {
        method: "OPTIONS",
        path,
        headers: {
          origin: "https://evil.example",
          ...headers,
          "access-control-request-method": "POST",
        },
      });
      expect(preflight.status).toBe(403);
      expect(preflight.headers["access-control-allow-origin"], path).toBeUndefined();
    }
  });

  const userCount = async () =>
    (await server.clients().iam.send(new ListUsersCommand({ MaxItems: 1000 }))).Users?.length;

  test("a link, where the browser doesn't say from which page", async () => {
    const headers = { "user-agent": MOZILLA, authorization: "Basic YTpi" };
    for (const host of ["127.0.0.1", "0.0.0.0", "localhost.localstack.cloud", OBJECTS])
      for (const [name, call] of Object.entries(CALLS)) {
        if (!LINKS.includes(name)) continue;
        const { status, body } = await call()({ ...headers, host });
        expect(status, `${name}: ${body}`).toBe(403);
      }
  });

  test("an address that is opened in a browser, where it changes something", async () => {
    // Redirections of an address that a person opened are "none" as well.
    const opened = { "sec-fetch-site": "none", "user-agent": MOZILLA };
    const refused = await byQuery("GET", "/", createUser(), "iam")(opened);
    expect([refused.status, refused.body]).toEqual([
      403,
      expect.stringMatching(/may change nothing/),
    ]);
    const users = byQuery("GET", "/", { Action: "ListUsers", Version: "2010-05-08" }, "iam");
    for (const read of [users, getObject, byQuery("GET", "/plain", {}, "s3")])
      expect((await read(opened)).status).toBe(200);
  });

  test("what a page out of a bucket could read of its bucket with the root's signature", async () => {
    const host = `plain.localhost:${port}`;
    const read = byQuery("GET", "/plain/key", {}, "s3");
    expect((await read({ host, "sec-fetch-site": "same-origin" })).status).toBe(403);
    expect((await read({ host, "sec-fetch-site": "same-site" })).status).toBe(200);
    expect((await read({ host, "sec-fetch-site": "none" })).status).toBe(200);
    const unsigned = { host, "sec-fetch-site": "same-origin" };
    const anybodys = await send(server.endpoint, {
      method: "GET",
      path: "/key",
      headers: unsigned,
    });
    expect(anybodys.body).toContain("<Message>Access Denied");
  });

  test("whatever credentials the test root has handed out", async () => {
    const { iam, sts } = server.clients();
    await iam.send(new CreateUserCommand({ UserName: "handed-out" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "handed-out" }));
    const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
    const keys = [AccessKey, { ...Credentials, SecretAccessKey: Credentials?.SecretAccessKey }].map(
      (key) => ({
        accessKeyId: key?.AccessKeyId ?? "",
        secretAccessKey: key?.SecretAccessKey ?? "",
        ...("SessionToken" in (key ?? {}) ? { sessionToken: Credentials?.SessionToken ?? "" } : {}),
      }),
    );
    const identity = byQuery(
      "GET",
      "/",
      { Action: "GetCallerIdentity", Version: "2011-06-15" },
      "sts",
    );
    for (const key of keys) {
      expect((await identity({}, key)).status).toBe(200);
      const refused = await identity({ "sec-fetch-site": "cross-site" }, key);
      expect(refused.status).toBe(403);
      expect(refused.body).toContain("setting allowedOrigins");
    }
  });

  test("a form that another site posts with a policy of the test root", async () => {
    const body = '--b\r\ncontent-disposition: form-data; name="key"\r\n\r\nposted\r\n--b--\r\n';
    const headers = { "content-type": "multipart/form-data; boundary=b" };
    for (const origin of ["https://evil.example", "null"]) {
      const posted = await send(server.endpoint, {
        path: "/plain",
        headers: { ...headers, origin, "sec-fetch-site": "cross-site" },
        body,
      });
      expect(posted.body).toContain("may not use this server");
    }
    const posted = await send(server.endpoint, {
      path: "/ruled",
      headers: { ...headers, origin: RULED },
      body,
    });
    expect(posted.body).not.toContain("may not use this server");
  });
});

describe("objects", () => {
  test.each(["cross-site", "same-site"])("are shown on pages that are %s", async (site) => {
    for (const read of [getObject, headObject]) {
      const { status } = await read({ "sec-fetch-site": site, "user-agent": MOZILLA });
      expect(status).toBe(200);
    }
    const { status, body } = await getObject({ "user-agent": MOZILLA });
    expect([status, body]).toEqual([200, "of the object"]);
  });

  test("are read by pages of other sites as the bucket's rules say, and only they", async () => {
    const origin = { origin: RULED, "sec-fetch-site": "cross-site" };
    const statusOf = async (method: string, path: string, query = {}, more: Headers = {}) =>
      (await byQuery(method, path, query, "s3")({ ...origin, ...more })).status;
    expect(await statusOf("GET", "/ruled/key")).toBe(200);
    expect(await statusOf("GET", "/ruled", { "list-type": "2" })).toBe(200);
    expect(await statusOf("PUT", "/ruled/key")).toBe(200);
    expect(await statusOf("GET", "/plain/key")).toBe(403);
    expect(await statusOf("PUT", "/plain/key")).toBe(403);
    expect(await statusOf("PUT", "/ruled", { policy: "" })).toBe(403);
    expect(await statusOf("DELETE", "/ruled")).toBe(403);
    expect(await statusOf("PUT", "/ruled/k", {}, { "x-amz-copy-source": "/plain/key" })).toBe(403);
    const users = byQuery("GET", "/", { Action: "ListUsers", Version: "2010-05-08" }, "iam");
    expect((await users(origin)).status).toBe(403);
    const { Contents } = await server
      .clients()
      .s3.send(new ListObjectsV2Command({ Bucket: "ruled" }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(["key"]);
  });
});

describe("host names", () => {
  test.each([
    "127.0.0.1",
    "127.0.0.1:1",
    "127.9.9.9",
    "localhost",
    "LOCALHOST:4566",
    "localhost.",
    "[::1]:4566",
    "[fd00::1]",
    "192.168.1.20:4566",
    "bucket.localhost",
    "s3.localhost",
    "b.s3-website.localhost:4566",
    "localhost.localstack.cloud:4566",
    "b.s3.localhost.localstack.cloud",
    "media.example.org",
    "b.media.example.org",
    "node-1.internal:4566",
    "app.example.com",
    "host.docker.internal:4566",
    "iam.amazonaws.com",
    "ivs.us-east-1.amazonaws.com",
    "b.s3.eu-west-1.amazonaws.com",
  ])("%s is this server", async (host) => {
    expect((await send(server.endpoint, { method: "GET", headers: { host } })).body).not.toContain(
      "HostNotAllowed",
    );
  });

  test.each([
    "evil.example",
    "evil.example:4566",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "localhost@evil.example",
    "notlocalhost",
    "media.example.org.evil.example",
    "ec2-1-2-3-4.compute-1.amazonaws.com",
    "127.1",
    "0x7f000001",
    "2130706433",
    "[::1",
    "[::1].evil.example",
    "localhost:4566:80",
    "localhost:x",
    "é",
    " ",
  ])("%j is not", async (host) => {
    const requests: RawRequest[] = [
      { method: "GET", path: "/" },
      { method: "GET", path: "/_rolecast/health" },
      { method: "POST", path: "/_localstack/state/reset" },
      { method: "GET", path: "/api/video/v1/us-east-1.000000000000.channel.x.m3u8" },
      { method: "OPTIONS", path: "/plain/key" },
      await presigned("GET", "/plain/key", {}, "s3", { host }),
    ];
    for (const raw of requests) {
      const { status, body } = await send(server.endpoint, {
        ...raw,
        headers: { host, origin: `http://${host}` },
      });
      expect([400, 403]).toContain(status);
      if (status === 403) expect(body).toMatch(/HostNotAllowed.*publicBaseUrl/s);
    }
  });
});

test("a server with a root key of its own takes any page that can sign, and names its origin", async () => {
  const account = { rootAccessKeyId: "PAGES1", rootSecretAccessKey: "pages-have-no-key" };
  const own = await startTestServer({ accounts: [{ id: "000000000000", ...account }] });
  try {
    const key = { accessKeyId: "PAGES1", secretAccessKey: "pages-have-no-key" };
    const headers = { ...FORM, origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    const raw = { headers, body: "Action=ListUsers&Version=2010-05-08" };
    const { status, headers: answered } = await sendSigned(own.endpoint, raw, { key });
    expect([status, answered["access-control-allow-origin"], answered.vary]).toEqual([
      200,
      "https://evil.example",
      "Origin",
    ]);
    const rebound = await send(own.endpoint, { method: "GET", headers: { host: "evil.example" } });
    expect(rebound.status).toBe(403);
  } finally {
    await own.close();
  }
});
