import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Presigning, presignV2, presignV4, signV2 } from "../../support/presigned-url.ts";
import { allow, createUser } from "../../support/principals.ts";
import { type RawRequest, send, sign } from "../../support/signed-request.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const BUCKET = "signed-once";
const PATH = `/${BUCKET}/object`;
const MINUTE_MS = 60_000;

let server: TestServer;
let client: Clients["s3"];
let host: string;

beforeAll(async () => {
  server = await startTestServer();
  host = new URL(server.endpoint).host;
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
  await client.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: "object", Body: "content" }));
});
afterAll(() => server?.close());

async function answer(pathAndQuery: string, more: RawRequest = {}) {
  const raw = { method: "GET", ...more, path: pathAndQuery };
  const { status, body, headers } = await send(server.endpoint, raw);
  const code = /<Code>([^<]+)<\/Code>/.exec(body)?.[1] ?? headers["x-amzn-errortype"];
  return { status, code, body };
}

const v4 = (more: Partial<Parameters<typeof presignV4>[1]> = {}) =>
  presignV4(host, { path: PATH, ...more });
const v2 = (more: Partial<Parameters<typeof presignV2>[0]> = {}) =>
  presignV2({ path: PATH, ...more });
const later = new Date(Date.now() + MINUTE_MS).toISOString().replace(/[-:]|\.\d{3}/g, "");

test("the URLs that are changed below are good as they are", async () => {
  expect(await answer(v4())).toMatchObject({ status: 200, body: "content" });
  expect(await answer(v2())).toMatchObject({ status: 200, body: "content" });
  const token = await answer(
    v4({ signedAtMs: Date.now() - 6 * 24 * 60 * MINUTE_MS, expiresSeconds: 604_800 }),
  );
  expect(token.status).toBe(200);
});

describe("a parameter of the signature that comes twice is refused", () => {
  test.each([
    ["X-Amz-Date", later],
    ["X-Amz-Credential", "test%2F20260101%2Feu-west-1%2Fs3%2Faws4_request"],
    ["X-Amz-Signature", "0".repeat(64)],
    ["X-Amz-Expires", "604800"],
    ["X-Amz-SignedHeaders", "host"],
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Security-Token", "token"],
    ["X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"],
  ])("in the query: %s", async (name, value) => {
    const twice = name === "X-Amz-Security-Token" || name === "X-Amz-Content-Sha256";
    // Members that the signer doesn't add by itself come in twice.
    const query = twice ? `${name}=${value}` : "";
    const [path = "", given = ""] = v4(query ? { query } : {}).split("?");
    const spellings = [
      name,
      name.toLowerCase(),
      name.toUpperCase(),
      name.replace("X", "%58"),
      name.replaceAll("-", "%2D"),
    ];
    for (const spelling of spellings) {
      for (const changed of [`${spelling}=${value}&${given}`, `${given}&${spelling}=${value}`]) {
        expect(await answer(`${path}?${changed}`), changed).toMatchObject({
          status: 400,
          code: "AuthorizationQueryParametersError",
        });
      }
    }
  });

  test.each([
    ["AWSAccessKeyId", "test"],
    ["Signature", "AAAA"],
    ["Expires", "9999999999"],
  ])("in the query of version 2: %s", async (name, value) => {
    const [path, given] = v2().split("?");
    for (const spelling of [
      name,
      name.toLowerCase(),
      name.replace("A", "%41"),
      name.toUpperCase(),
    ]) {
      for (const changed of [`${spelling}=${value}&${given}`, `${given}&${spelling}=${value}`]) {
        const { status, code } = await answer(`${path}?${changed}`);
        expect([status, code], changed).toEqual([400, "AuthorizationQueryParametersError"]);
      }
    }
  });

  test.each(["versionId=null&versionId=other", "x-amz-acl=private&x-amz-acl=public-read"])(
    "what version 2 signs: %s",
    async (query) => {
      expect(await answer(v2({ query }))).toMatchObject({
        code: "AuthorizationQueryParametersError",
      });
    },
  );

  test.each([
    ["s3", { method: "GET", path: "/" }, "AuthorizationHeaderMalformed"],
    [
      "iam",
      {
        method: "POST",
        path: "/",
        body: "Action=ListUsers&Version=2010-05-08",
        headers: { "content-type": "application/x-www-form-urlencoded" },
      },
      "IncompleteSignature",
    ],
    [
      "ivs",
      {
        method: "POST",
        path: "/ListChannels",
        body: "{}",
        headers: { "content-type": "application/json" },
      },
      "IncompleteSignatureException",
    ],
  ])("in the header, for %s", async (service, raw, code) => {
    const headers = await sign(server.endpoint, raw, { service });
    const { authorization = "" } = headers;
    expect((await answer(raw.path, { ...raw, headers })).status).toBe(200);
    const [scheme, parameters] = [authorization.split(" ")[0], authorization.slice(17)];
    for (const extra of [
      `Credential=test/20260101/eu-west-1/${service}/aws4_request`,
      `Signature=${"0".repeat(64)}`,
      "SignedHeaders=host",
      "credential=test/20260101/eu-west-1/s3/aws4_request",
    ]) {
      for (const text of [`${extra}, ${parameters}`, `${parameters}, ${extra}`]) {
        const changed = { ...headers, authorization: `${scheme} ${text}` };
        const refused = await answer(raw.path, { ...raw, headers: changed });
        expect(refused, text).toMatchObject({ code });
      }
    }
  });
});

test("what a query asks for is what was signed, however it is spelled", async () => {
  for (const name of ["uploadId", "partNumber"]) {
    const url = v4({ method: "PUT", query: `${name}=1` });
    const spelled = url.replace(name, `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`);
    const [plain, encoded] = [
      await answer(url, { method: "PUT", body: "part" }),
      await answer(spelled, { method: "PUT", body: "part" }),
    ];
    expect([encoded.status, encoded.code]).toEqual([plain.status, plain.code]);
    expect(plain.status).toBe(400);
  }
  expect(await answer(v4())).toMatchObject({ body: "content" });
});

describe("two signatures in one request are refused", () => {
  test("in the header and the query, of both versions", async () => {
    const headers = await sign(server.endpoint, { method: "GET", path: PATH }, { service: "s3" });
    const several = { status: 400, code: "InvalidArgument" };
    expect(await answer(PATH, { headers })).toMatchObject({ status: 200 });
    for (const url of [v4(), v2(), `${PATH}?X-Amz-Credential=a`, `${PATH}?x-amz-signature=a`])
      expect(await answer(url, { headers }), url).toMatchObject(several);
    const [, query4] = v4().split("?");
    const [, query2] = v2().split("?");
    expect(await answer(`${PATH}?${query4}&${query2}`)).toMatchObject(several);
    expect(await answer(`${PATH}?${query2}&${query4}`)).toMatchObject(several);
  });

  test("half of one is no anonymous request", async () => {
    for (const query of ["X-Amz-Signature=00", "x-amz-algorithm=AWS4-HMAC-SHA256", "Signature=x"])
      expect((await answer(`${PATH}?${query}`)).code, query).toMatch(
        /^(AuthorizationQueryParametersError|AccessDenied)$/,
      );
  });
});

describe("what conditions see is what was verified", () => {
  const Resource = `arn:aws:s3:::${BUCKET}/*`;
  const deny = async (Condition: object, run: () => Promise<void>) => {
    const Statement = {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:GetObject",
      Resource,
      Condition,
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await client.send(new s3.PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
    try {
      await run();
    } finally {
      await client.send(new s3.DeleteBucketPolicyCommand({ Bucket: BUCKET }));
    }
  };
  const status = async (url: string, more?: RawRequest) => (await answer(url, more)).status;

  test("s3:signatureAge", () =>
    deny({ NumericGreaterThan: { "s3:signatureAge": "600000" } }, async () => {
      const signedAtMs = Date.now() - 20 * MINUTE_MS;
      expect(await status(v4({ expiresSeconds: 3600 }))).toBe(200);
      expect(await status(v4({ signedAtMs, expiresSeconds: 3600 }))).toBe(403);
    }));

  test("s3:authType and s3:signatureversion, of version 2 too", async () => {
    const headers = await sign(server.endpoint, { method: "GET", path: PATH }, { service: "s3" });
    await deny({ StringEquals: { "s3:authType": "REST-QUERY-STRING" } }, async () => {
      expect(await status(v4())).toBe(403);
      expect(await status(v2())).toBe(403);
      expect(await status(PATH, { headers })).toBe(200);
    });
    await deny({ StringEquals: { "s3:signatureversion": "AWS" } }, async () => {
      expect(await status(v4())).toBe(200);
      expect(await status(v2())).toBe(403);
    });
    await deny({ StringNotEquals: { "s3:signatureversion": "AWS4-HMAC-SHA256" } }, async () => {
      expect(await status(v4())).toBe(200);
      expect(await status(v2())).toBe(403);
    });
  });
});

test("a client behind what it takes for a proxy sends the whole URL", async () => {
  const headers = await sign(server.endpoint, { method: "GET", path: PATH }, { service: "s3" });
  const whole = `http://${host}`;
  expect(await answer(whole + PATH, { headers })).toMatchObject({ status: 200, body: "content" });
  expect(await answer(whole + v4())).toMatchObject({ status: 200, body: "content" });
  const list = await sign(server.endpoint, { method: "GET" }, { service: "s3" });
  expect(await answer(whole, { headers: list })).toMatchObject({
    body: expect.stringContaining(`<Name>${BUCKET}</Name>`),
  });
  expect(await answer(`http://elsewhere${PATH}`, { headers })).toMatchObject({ status: 403 });
});

describe("headers that are read are signed", () => {
  test("S3 names every x-amz- header that isn't", async () => {
    const headers = await sign(server.endpoint, { method: "GET", path: PATH }, { service: "s3" });
    const more = { ...headers, "x-amz-request-payer": "requester" };
    expect(await answer(PATH, { headers: more })).toMatchObject({
      status: 403,
      code: "AccessDenied",
      body: expect.stringContaining("<HeadersNotSigned>x-amz-request-payer</HeadersNotSigned>"),
    });
    expect(await answer(v4(), { headers: { "x-amz-request-payer": "requester" } })).toMatchObject({
      status: 403,
    });
  });

  test.each(["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "0".repeat(64), "nonsense"])(
    "a presigned URL leaves an unsigned hash of the body aside: %s",
    async (hash) => {
      const headers = { "x-amz-content-sha256": hash };
      const path = `/${BUCKET}/unsigned-hash`;
      const url = v4({ method: "PUT", path });
      expect(await answer(url, { method: "PUT", headers, body: "body" })).toMatchObject({
        status: 200,
      });
      expect(await answer(v4({ path }))).toMatchObject({ body: "body" });
      // The length of what chunks would hold is no such header.
      const chunked = { ...headers, "x-amz-decoded-content-length": "4" };
      expect(await answer(url, { method: "PUT", headers: chunked, body: "body" })).toMatchObject({
        status: 403,
        body: expect.stringContaining(
          "<HeadersNotSigned>x-amz-decoded-content-length</HeadersNotSigned>",
        ),
      });
    },
  );

  test.each([
    ["a URL of version 4", (asked: Presigning) => ({ target: v4(asked), signed: asked.headers })],
    ["a URL of version 2", (asked: Presigning) => ({ target: v2(asked), signed: asked.headers })],
    ["version 2", (asked: Presigning) => ({ target: asked.path, signed: signV2(asked) })],
  ])("any hash of the body may be signed by %s, and is compared", async (_how, signed) => {
    const headers = { "x-amz-content-sha256": "nonsense" };
    const read = signed({ path: PATH, headers });
    expect(await answer(read.target, { headers: read.signed ?? {} })).toMatchObject({
      body: "content",
    });
    const path = `/${BUCKET}/signed-hash`;
    const write = signed({ method: "PUT", path, headers });
    const asked = { method: "PUT", headers: write.signed ?? {}, body: "body" };
    const { code, body } = await answer(write.target, asked);
    expect(code).toBe("XAmzContentSHA256Mismatch");
    expect(body).toContain("<ClientComputedContentSHA256>nonsense</ClientComputedContentSHA256>");
    expect(await answer(v4({ path }))).toMatchObject({ status: 404 });
  });

  test("X-Amz-Target says which operation it is, so it is signed", async () => {
    const raw = {
      method: "POST",
      path: "/",
      body: "{}",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "CloudTrail_20131101.LookupEvents",
      },
    };
    const { "x-amz-target": target, ...others } = raw.headers;
    const signed = await sign(server.endpoint, raw, { service: "cloudtrail" });
    expect(await answer("/", { ...raw, headers: signed })).toMatchObject({ status: 200 });
    const without = await sign(
      server.endpoint,
      { ...raw, headers: others },
      { service: "cloudtrail" },
    );
    const headers = { ...without, "x-amz-target": target };
    expect(await answer("/", { ...raw, headers })).toMatchObject({
      status: 403,
      body: expect.stringContaining("must be a 'SignedHeader'"),
    });
  });
});

describe("signature version 2 in the Authorization header", () => {
  const signed = (asked: Partial<Presigning>, more: RawRequest = {}) => {
    const { method = "GET", path = PATH, query } = asked;
    const headers = signV2({ ...asked, method, path });
    const target = query ? `${path}?${query}` : path;
    return answer(target, { method, ...more, headers: { ...headers, ...more.headers } });
  };
  const amzDate = () => ({ "x-amz-date": new Date().toUTCString() });

  test("reads, writes and lists", async () => {
    const path = `/${BUCKET}/by-version-2`;
    const headers = {
      "content-type": "text/plain",
      "x-amz-meta-a": "1",
      "x-amz-meta-a-b": "2",
      ...amzDate(),
    };
    expect(await signed({ method: "PUT", path, headers }, { body: "new" })).toMatchObject({
      status: 200,
    });
    expect(await signed({ path })).toMatchObject({ status: 200, body: "new" });
    const { ContentType, Metadata } = await client.send(
      new s3.HeadObjectCommand({ Bucket: BUCKET, Key: "by-version-2" }),
    );
    expect([ContentType, Metadata]).toEqual(["text/plain", { a: "1", "a-b": "2" }]);
    expect(await signed({ path: `/${BUCKET}`, query: "versioning" })).toMatchObject({
      status: 200,
      body: expect.stringContaining("VersioningConfiguration"),
    });
    const listing = `/${BUCKET}?prefix=by&list-type=2`;
    const headersOfList = signV2({ path: `/${BUCKET}` });
    expect(await answer(listing, { headers: headersOfList })).toMatchObject({
      body: expect.stringContaining("<Key>by-version-2</Key>"),
    });
  });

  test("is for the caller whose key signed", async () => {
    const lister = await createUser(server.clients().iam, "v2", [allow("s3:ListAllMyBuckets")]);
    expect(await signed({ path: "/", key: lister })).toMatchObject({ status: 200 });
    expect(await signed({ key: lister })).toMatchObject({ status: 403, code: "AccessDenied" });
    const wrong = { ...lister, secretAccessKey: "guess" };
    expect(await signed({ key: wrong })).toMatchObject({ code: "SignatureDoesNotMatch" });
    const unknown = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "guess" };
    expect(await signed({ key: unknown })).toMatchObject({ code: "InvalidAccessKeyId" });
  });

  test.each([
    ["an x-amz- header more", { headers: { "x-amz-acl": "public-read" } }],
    ["another type", { headers: { "content-type": "text/html" } }],
    ["another method", { method: "DELETE" }],
  ])("is refused with %s", async (_what, more: RawRequest) => {
    expect(await signed({}, more)).toMatchObject({ status: 403, code: "SignatureDoesNotMatch" });
  });

  test.each([
    ["uploads", 403],
    ["retention", 403],
    ["acl&acl", 400],
  ])("is refused for a query that it didn't sign: %s", async (query, status) => {
    const headers = signV2({ path: PATH });
    expect((await answer(`${PATH}?${query}`, { headers })).status).toBe(status);
  });

  test.each([
    ["no date", { date: "" }, 403, "AccessDenied"],
    ["no readable date", { date: "Bad Date" }, 403, "AccessDenied"],
    ["a date before all", { date: "Tue, 07 Jul 1950 21:53:04 GMT" }, 403, "AccessDenied"],
    ["an old date", { date: "Tue, 07 Jul 2010 21:53:04 GMT" }, 403, "RequestTimeTooSkewed"],
    ["a late date", { date: "Tue, 07 Jul 9999 21:53:04 GMT" }, 403, "RequestTimeTooSkewed"],
    ["an old x-amz-date", { "x-amz-date": "20100707T215304Z" }, 403, "RequestTimeTooSkewed"],
  ])("is refused with %s", async (_what, headers, status, code) => {
    expect(await signed({ headers: headers as Record<string, string> })).toMatchObject({
      status,
      code,
    });
  });

  test("is refused without a signature, and beside another one", async () => {
    const date = new Date().toUTCString();
    for (const authorization of ["AWS HAHAHA", "AWS ", "AWS :x", "AWS test:"])
      expect(await answer(PATH, { headers: { date, authorization } }), authorization).toMatchObject(
        {
          status: 400,
          code: "InvalidArgument",
          body: expect.stringContaining(`<ArgumentValue>${authorization.trimEnd()}`),
        },
      );
    for (const url of [v2(), v4()])
      expect(await answer(url, { headers: signV2({ path: PATH }) })).toMatchObject({ status: 400 });
  });

  test("is what conditions see", async () => {
    const Statement = {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${BUCKET}/*`,
      Condition: { StringEquals: { "s3:authType": "REST-HEADER", "s3:signatureversion": "AWS" } },
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await client.send(new s3.PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
    expect(await signed({})).toMatchObject({ status: 403 });
    expect(await answer(v2())).toMatchObject({ status: 200 });
    await client.send(new s3.DeleteBucketPolicyCommand({ Bucket: BUCKET }));
    expect(await signed({})).toMatchObject({ status: 200 });
  });

  test("is no signature of other services", async () => {
    const raw = {
      method: "POST",
      path: "/",
      body: "Action=ListUsers&Version=2010-05-08",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    };
    const headers = { ...raw.headers, ...signV2({ ...raw, headers: raw.headers }) };
    expect(await answer("/", { ...raw, headers })).toMatchObject({ code: "IncompleteSignature" });
  });
});

describe("a URL of version 2 asks for nothing that it didn't sign", () => {
  test.each(["retention", "legal-hold", "attributes", "%72etention"])(
    "of an object: %s",
    async (member) => {
      expect(await answer(`${v2()}&${member}`)).toMatchObject({
        status: 403,
        code: "AccessDenied",
      });
    },
  );

  test.each([
    "encryption",
    "publicAccessBlock",
    "ownershipControls",
    "policyStatus",
    "intelligent-tiering",
  ])("of a bucket: %s", async (member) => {
    const path = `/${BUCKET}`;
    expect(await answer(`${v2({ path })}&${member}`)).toMatchObject({ status: 403 });
  });

  test("lists are asked for as clients do, and with rights to nothing else", async () => {
    const lister = await createUser(server.clients().iam, "lister", [allow("s3:ListBucket")]);
    const url = v2({ path: `/${BUCKET}`, key: lister });
    for (const more of ["list-type=2", "list-type=2&prefix=ob", "prefix=ob&max-keys=1"])
      expect(await answer(`${url}&${more}`), more).toMatchObject({
        status: 200,
        body: expect.stringContaining("<Key>object</Key>"),
      });
  });

  test("what it signed it gets", async () => {
    expect(await answer(v2({ path: `/${BUCKET}`, query: "versioning" }))).toMatchObject({
      status: 200,
    });
    expect(await answer(v2({ query: "tagging" }))).toMatchObject({ status: 200 });
  });
});
