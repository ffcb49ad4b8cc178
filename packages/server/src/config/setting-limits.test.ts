import { describe, expect, test } from "vitest";
import { loadConfig } from "./load-config.ts";
import type { SettingName } from "./settings.ts";

/** Values just inside a setting's limits, and just outside of them. */
interface Limits {
  readonly taken: readonly unknown[];
  readonly refused: readonly unknown[];
}

const [FILE, FOLDER] = [import.meta.filename, import.meta.dirname];
const MAX = Number.MAX_SAFE_INTEGER;

const x = (length: number) => "x".repeat(length);
const many = <Item>(count: number, item: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => item(index));

const wholeNumbers = (min: number, max: number): Limits => ({
  taken: [min, max, String(min), String(max)],
  refused: [min - 1, max + 1, min + 0.5, `${min}.5`, `${min}x`, `x${min}`, [min]],
});
const texts: Limits = { taken: ["x", x(1_000)], refused: [1, ["x"], true] };
const urls: Limits = {
  taken: ["http://a", "https://a.example:1/b"],
  refused: ["a", "ftp://a", "xhttp://a", "httpsx://a", "http:/", 1],
};
const files: Limits = { taken: [FILE], refused: [FOLDER, `${FILE}x`, 1] };
const folders: Limits = { taken: [FOLDER], refused: [FILE, `${FOLDER}x`, 1] };
const onOff: Limits = {
  taken: [true, false, "true", "false", "1", "0"],
  refused: ["yes", "TRUE", 1, "01"],
};

const ACCOUNT = { id: "111111111111", rootAccessKeyId: "AKIA", rootSecretAccessKey: x(8) };
const accountOf = (index: number) => ({
  ...{ id: String(index).padStart(12, "0"), rootAccessKeyId: `KEY_${index}` },
  rootSecretAccessKey: x(8),
});

const POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};
const sized = (length: number) => {
  const statement = (Sid: string) => ({ ...POLICY.Statement[0], Sid });
  const document = (Sid: string) => JSON.stringify({ ...POLICY, Statement: [statement(Sid)] });
  return document(x(length - document("").length));
};
const USAGE = { url: "http://127.0.0.1:1/" };
const serviceOf = (index: number) => ({
  ...{ servicePrincipal: `s${index}.example`, roleName: `AWSServiceRoleForS${index}` },
  ...{ policy: POLICY, usage: USAGE },
});
const service = (change: object) => [{ ...serviceOf(1), ...change }];
const usage = (change: object) => service({ usage: { ...USAGE, ...change } });
const functionArn = (index: number) =>
  `arn:aws:lambda:us-east-1:000000000000:function:review-${index}`;
const lambdaFunctions: Limits = {
  taken: [
    {},
    { [functionArn(1)]: "http://127.0.0.1:1/", [functionArn(2)]: () => ({}) },
    Object.fromEntries(many(100, (index) => [functionArn(index), "https://a.example/"])),
  ],
  refused: [
    { review: "http://a" },
    { [`x${functionArn(1)}`]: "http://a" },
    { [functionArn(1)]: "ftp://a" },
    { [functionArn(1)]: 1 },
    Object.fromEntries(many(101, (index) => [functionArn(index), "https://a.example/"])),
  ],
};
const services: Limits = {
  taken: [
    [],
    many(100, serviceOf),
    service({ servicePrincipal: "a-1.b2.example" }),
    service({ servicePrincipal: "amazonaws.com.example" }),
    service({ servicePrincipal: "queue.xamazonaws.com" }),
    service({ roleName: `AWSServiceRoleFor${x(64 - 17)}` }),
    service({ policy: JSON.stringify(POLICY) }),
    service({ policy: sized(6_144) }),
    service({ policyName: x(1) }),
    service({ policyName: x(128) }),
    service({ description: x(1_000) }),
    service({ allowsSuffix: true }),
    service({ signingName: "a-1" }),
    service({ forwards: [] }),
    service({ forwards: ["s3:PutObject", "a-1:B2"] }),
    service({ accessKeyId: x(16), secretAccessKey: x(8) }),
    service({ accessKeyId: x(128), secretAccessKey: x(128) }),
    usage({ url: "https://a/{region}/{account}/{role}" }),
    usage({ regions: ["eu-west-1"] }),
    usage({ regions: many(50, () => "us-gov-west-1") }),
    usage({ authorizationHeader: "!~ a" }),
    usage({ deadlineMs: 100, attempts: 1 }),
    usage({ deadlineMs: 60_000, attempts: 10 }),
  ],
  refused: [
    many(101, serviceOf),
    [serviceOf(1), serviceOf(1)],
    [serviceOf(1), { ...serviceOf(2), servicePrincipal: "s1.example" }],
    [serviceOf(1), { ...serviceOf(2), roleName: "AWSServiceRoleFors1" }],
    [serviceOf(1), { ...serviceOf(2), policyName: "S1ServiceRolePolicy" }],
    many(2, (index) => ({ ...serviceOf(index), accessKeyId: x(16), secretAccessKey: x(8) })),
    ...["example", "a.example.", ".example", "A.example", "a.1x", "a b.example"].map(
      (servicePrincipal) => service({ servicePrincipal }),
    ),
    service({ servicePrincipal: "queue.amazonaws.com" }),
    service({ servicePrincipal: "queue.amazonaws.com.cn" }),
    service({ roleName: `AWSServiceRoleFor${x(65 - 17)}` }),
    service({ roleName: "AWSServiceRoleFor" }),
    service({ roleName: "xAWSServiceRoleForS" }),
    service({ roleName: "AWSServiceRoleForS S" }),
    service({ policy: sized(6_145) }),
    service({ policy: {} }),
    service({ policy: 1 }),
    service({ policyName: "" }),
    service({ policyName: x(129) }),
    service({ policyName: "a b" }),
    service({ description: x(1_001) }),
    service({ allowsSuffix: "yes" }),
    ...["", "A", "a.b", " a", "a "].map((signingName) => service({ signingName })),
    ...["PutObject", "s3:", ":Put", "S3:Put", "s3:Put*", " s3:Put", "sts:AssumeRole", "STS:X"].map(
      (name) => service({ forwards: [name] }),
    ),
    service({ accessKeyId: x(15), secretAccessKey: x(8) }),
    service({ accessKeyId: x(129), secretAccessKey: x(8) }),
    service({ accessKeyId: `${x(15)}-`, secretAccessKey: x(8) }),
    service({ accessKeyId: x(16), secretAccessKey: x(7) }),
    service({ accessKeyId: x(16), secretAccessKey: x(129) }),
    service({ accessKeyId: x(16) }),
    service({ secretAccessKey: x(8) }),
    ...["ftp://a/", "xhttp://a/", "http://", "a"].map((url) => usage({ url })),
    usage({ regions: [] }),
    usage({ regions: many(51, () => "eu-west-1") }),
    ...["eu-west", "EU-west-1", "e-west-1", "eu-west-12", "xeu-west-1", "eu-1"].map((region) =>
      usage({ regions: [region] }),
    ),
    ...["", "a\nb", "é"].map((authorizationHeader) => usage({ authorizationHeader })),
    usage({ deadlineMs: 99 }),
    usage({ deadlineMs: 60_001 }),
    usage({ deadlineMs: 100.5 }),
    usage({ attempts: 0 }),
    usage({ attempts: 11 }),
    usage({ attempts: 1.5 }),
    service({ unknown: 1 }),
    usage({ unknown: 1 }),
  ],
};

const STORE_KEY = { accessKeyId: "i", secretAccessKey: "s" };
const OBJECTS = { type: "s3", bucket: "bytes", credentials: STORE_KEY };
const objects: Limits = {
  taken: [
    OBJECTS,
    { ...OBJECTS, type: "folder", endpoint: "http://127.0.0.1:7480" },
    { ...OBJECTS, bucket: x(3), region: "eu-west-1", pathStyle: true },
    { ...OBJECTS, bucket: x(255), prefix: "a_b/c=1.d-/" },
    { ...OBJECTS, prefix: x(900), concurrency: 1 },
    { ...OBJECTS, concurrency: 1_024 },
    { ...OBJECTS, cacheBytes: 0 },
    { ...OBJECTS, cacheBytes: 8_589_934_592 },
    { ...OBJECTS, credentials: { accessKeyId: x(256), secretAccessKey: x(1_024) } },
  ],
  refused: [
    "s3",
    { type: "s3" },
    { ...OBJECTS, type: "gcs" },
    { ...OBJECTS, endpoint: "ftp://a" },
    { ...OBJECTS, endpoint: "127.0.0.1:7480" },
    { ...OBJECTS, bucket: x(2) },
    { ...OBJECTS, bucket: x(256) },
    { ...OBJECTS, bucket: "a/b" },
    { ...OBJECTS, region: "" },
    { ...OBJECTS, region: "Europe" },
    { ...OBJECTS, prefix: "/a" },
    { ...OBJECTS, prefix: "a b" },
    { ...OBJECTS, prefix: x(901) },
    { ...OBJECTS, concurrency: 0 },
    { ...OBJECTS, concurrency: 1_025 },
    { ...OBJECTS, concurrency: 1.5 },
    { ...OBJECTS, cacheBytes: -1 },
    { ...OBJECTS, cacheBytes: 8_589_934_593 },
    { ...OBJECTS, cacheBytes: 0.5 },
    { ...OBJECTS, cacheBytes: "64 MiB" },
    { ...OBJECTS, pathStyle: "yes" },
    { ...OBJECTS, credentials: { accessKeyId: "i" } },
    { ...OBJECTS, credentials: { ...STORE_KEY, accessKeyId: "" } },
    { ...OBJECTS, credentials: { ...STORE_KEY, accessKeyId: x(257) } },
    { ...OBJECTS, credentials: { ...STORE_KEY, secretAccessKey: "" } },
    { ...OBJECTS, credentials: { ...STORE_KEY, secretAccessKey: x(1_025) } },
    { ...OBJECTS, credentials: { ...STORE_KEY, sessionToken: "t" } },
    { ...OBJECTS, unknown: 1 },
  ],
};

const WEBHOOK = { url: "http://a", secret: x(16) };
const webhook = (change: object) => [{ ...WEBHOOK, ...change }];
const nameLists = ["sources", "detailTypes"];

const LIMITS: Readonly<Record<SettingName, Limits>> = {
  data: texts,
  database: {
    taken: ["postgres://a", "postgresql://user:password@host/name"],
    refused: ["postgres://", "xpostgres://a", "mysql://a", "postgres:a", 1],
  },
  objects,
  objectsAccessKeyId: { taken: ["i", x(256)], refused: ["", x(257), 1] },
  objectsSecretAccessKey: { taken: ["s", x(1_024)], refused: ["", x(1_025), 1] },
  nodeDir: texts,
  host: texts,
  port: wholeNumbers(0, 65_535),
  rtmpPort: wholeNumbers(0, 65_535),
  rtmpsPort: wholeNumbers(0, 65_535),
  srtPort: wholeNumbers(0, 65_535),
  webrtcPort: wholeNumbers(0, 65_535),
  announcedAddresses: {
    taken: [["10.0.0.1", "::1", "media.example.com"], "10.0.0.1, a", many(8, () => "a")],
    refused: [["a:1"], ["a b"], [""], many(9, () => "a")],
  },
  account: {
    taken: ["000000000000", "999999999999"],
    refused: ["00000000000", "0000000000000", "a00000000000", 111111111111],
  },
  accounts: {
    taken: [
      [],
      [ACCOUNT],
      [{ ...ACCOUNT, rootAccessKeyId: x(128), rootSecretAccessKey: x(128) }],
      many(1_000, accountOf),
    ],
    refused: [
      [{ ...ACCOUNT, id: "11111111111" }],
      [{ ...ACCOUNT, rootAccessKeyId: x(3) }],
      [{ ...ACCOUNT, rootAccessKeyId: x(129) }],
      [{ ...ACCOUNT, rootAccessKeyId: "AK.A" }],
      [{ ...ACCOUNT, rootSecretAccessKey: x(7) }],
      [{ ...ACCOUNT, rootSecretAccessKey: x(129) }],
      [{ ...ACCOUNT, unknown: 1 }],
      many(1_001, accountOf),
    ],
  },
  localstack: onOff,
  // True needs trustedProxies: see below.
  ingestProxyProtocol: { ...onOff, taken: [false, "false", "0"] },
  organization: folders,
  linkedServices: services,
  webhooks: {
    taken: [
      webhook({ secret: x(256) }),
      many(20, () => WEBHOOK),
      ...nameLists.flatMap((list) => [
        webhook({ [list]: ["a"] }),
        webhook({ [list]: many(100, () => x(256)) }),
      ]),
    ],
    refused: [
      webhook({ secret: x(15) }),
      webhook({ secret: x(257) }),
      webhook({ url: "ftp://a" }),
      webhook({ unknown: 1 }),
      many(21, () => WEBHOOK),
      ...nameLists.flatMap((list) => [
        webhook({ [list]: [] }),
        webhook({ [list]: [""] }),
        webhook({ [list]: [x(257)] }),
        webhook({ [list]: many(101, () => "a") }),
      ]),
    ],
  },
  seed: files,
  template: files,
  readyDir: folders,
  enforcement: { taken: ["enforce", "soft", "off"], refused: ["on", "", true] },
  allowReset: onOff,
  secureTransport: { taken: ["loopback", "tls"], refused: ["http", "", true] },
  diskLowWaterBytes: wholeNumbers(0, MAX),
  auditEventsMax: wholeNumbers(1_000, MAX),
  roleDeletionDelayMs: wholeNumbers(0, MAX),
  stackAnswerMs: wholeNumbers(0, MAX),
  customResources: {
    taken: [
      {},
      { [functionArn(1)]: "http://127.0.0.1:1/" },
      { "arn:aws:sns:us-east-1:000000000000:topic": "https://a.example/make" },
      Object.fromEntries(many(100, (index) => [functionArn(index), "https://a.example/"])),
    ],
    refused: [
      { maker: "http://a" },
      { [functionArn(1)]: "ftp://a.example/" },
      { [functionArn(1)]: () => ({}) },
      Object.fromEntries(many(101, (index) => [functionArn(index), "https://a.example/"])),
    ],
  },
  chatReviewHandlers: lambdaFunctions,
  eventFunctions: lambdaFunctions,
  eventFunctionTimeoutMs: wholeNumbers(1, 900_000),
  chatReviewTimeoutMs: wholeNumbers(1, 60_000),
  chatLogDelayMs: wholeNumbers(0, 600_000),
  nodeUrl: urls,
  trustedProxies: {
    taken: [
      ["10.0.0.0/0", "10.0.0.1/32", "::/0", "fd00::1/128", "::1", "127.0.0.1"],
      "10.0.0.1, ::1,,",
      many(1_000, () => "::1"),
    ],
    refused: [
      ...["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/x", "10.0.0", "a"].map(
        (entry) => [entry],
      ),
      ["10.0.0.0/0008"],
      many(1_001, () => "::1"),
    ],
  },
  maxConnections: wholeNumbers(2, 1_000_000),
  maxStreams: wholeNumbers(1, 100_000),
  organizationAccounts: wholeNumbers(1, 10_000),
  outgoing: {
    taken: [
      ["hooks.internal", "10.0.0.0/8", "192.168.1.5:1", "a:65535", "[fd00::1]:443", "::1", "a."],
      "a, b:1",
      many(1_000, () => "a"),
    ],
    refused: [
      ...[
        "a:0",
        "a:65536",
        "a:",
        "[a]",
        "[a]:1",
        "a b",
        "10.0.0.0/33",
        "-a",
        "a-",
        "1",
        "1.2.3",
      ].map((entry) => [entry]),
      many(1_001, () => "a"),
    ],
  },
  allowedOrigins: {
    taken: [["https://a", "null"], "https://a, x-b://c", many(1_000, () => "null")],
    refused: [["a"], ["https://a/"], many(1_001, () => "null")],
  },
  publicBaseUrl: urls,
  ingestHost: { taken: ["a", "a-1.B", "10.0.0.1"], refused: ["a:1", "a b", "a/", "[::1]", 1] },
  tlsCertificate: { ...files, taken: [] },
  tlsKey: { ...files, taken: [] },
  ffmpeg: texts,
  rateLimits: onOff,
  ivsQuotas: {
    taken: [{}, { channels: 0, concurrentViews: 10_000_000 }],
    refused: [
      ...["channels", "recordingConfigurations", "playbackKeyPairs", "adConfigurations"],
      ...["playbackRestrictionPolicies", "concurrentStreams", "concurrentViews"],
    ].flatMap((name) => [-1, 10_000_001, 0.5, "1"].map((count) => ({ [name]: count }))),
  },
  geoipDatabase: files,
  transcodeCores: {
    taken: ["auto", 0, 1_024, "0.5", "1024"],
    refused: [-0.1, 1_024.1, "1025", "all", "-1", true],
  },
  ingestWorkers: wholeNumbers(0, 64),
  recordingSpillBytes: wholeNumbers(0, MAX),
  scrubBytesPerSecond: wholeNumbers(0, MAX),
  inlineObjectBytes: wholeNumbers(0, 65_536),
  logLevel: {
    taken: ["debug", "info", "warn", "error", "silent"],
    refused: ["Debug", "trace", 1],
  },
  logFormat: { taken: ["text", "json"], refused: ["Text", "pretty", 1] },
  otlpEndpoint: urls,
};

const loaded = (given: object) => loadConfig({ given });

describe.each(Object.entries(LIMITS))("the setting %s", (name, { taken, refused }) => {
  test("takes all that is just inside its limits", async () => {
    for (const value of taken)
      await expect(loaded({ [name]: value }), JSON.stringify(value)).resolves.toHaveProperty(name);
  });

  test("refuses what is just outside, and names itself", async () => {
    for (const value of refused)
      await expect(loaded({ [name]: value }), JSON.stringify(value)).rejects.toThrow(
        `The setting ${name}`,
      );
  });
});

test("the settings of a certificate are taken together", async () => {
  await expect(loaded({ tlsCertificate: FILE, tlsKey: FILE })).resolves.toBeDefined();
  await expect(loaded({ tlsCertificate: FILE })).rejects.toThrow("only go together");
  await expect(loaded({ tlsKey: FILE })).rejects.toThrow("only go together");
  const proxied = { ingestProxyProtocol: "true", trustedProxies: ["::1"] };
  await expect(loaded(proxied)).resolves.toMatchObject({ ingestProxyProtocol: true });
});
