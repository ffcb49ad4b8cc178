import { createHash } from "node:crypto";
import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { until } from "../../support/until.ts";
import type { ReleaseFacts } from "./release.ts";
import { ACCOUNT, type ReleaseClients, releaseClients } from "./release-clients.ts";

/** The answers of a release, by the name of the question. Volatile members are left out. */
export type Readings = Record<string, unknown>;

/** Every answer changes these by itself, or by being asked. */
const VOLATILE = new Set([
  ...["$metadata", "RoleLastUsed", "PasswordLastUsed", "ResponseMetadata"],
  ...["LatestDeliveryTime", "LatestDeliveryAttemptTime", "TimeLoggingStarted"],
  ...["LatestDeliveryAttemptSucceeded", "Expiration"],
]);

/** The members that a page ends with, whose form each release chooses. */
const PAGE_TOKENS = ["NextToken", "nextToken", "Marker", "NextMarker", "NextContinuationToken"];

const HOUR_MS = 3_600_000;
const ISO_TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Waits for all that a server finishes by itself of what it finds. */
export async function untilSettled(clients: ReleaseClients, facts: ReleaseFacts): Promise<void> {
  const { iam, ivs, s3 } = clients;
  await until(async () => {
    const task = await iam.getServiceLinkedRoleDeletionStatus(facts);
    return task.Status === "FAILED";
  }, "the refusal of the role's deletion");
  await until(async () => {
    const { Contents = [] } = await s3.listObjectsV2({ Bucket: "recordings" });
    return Contents.filter(({ Key }) => Key?.endsWith("recording-ended.json")).length === 2;
  }, "the end of the interrupted recording");
  await until(async () => {
    const { streams = [] } = await ivs.listStreams({});
    return streams.length === 0;
  }, "the end of the interrupted stream");
}

/** In the place of times of changes that the server made when it found the data. */
const SINCE_OPENED = "since it was opened";

export async function readRelease(
  endpoint: string,
  offsetMs: number,
  facts: ReleaseFacts,
): Promise<Readings> {
  const clients = releaseClients(endpoint, offsetMs);
  const readings = {
    ...(await readIam(clients, facts)),
    ...(await readS3(clients, facts)),
    ...(await readIvs(clients)),
    ...(await readOthers(clients, facts)),
  };
  for (const who of ["user", "session"] as const) {
    const { sts } = releaseClients(endpoint, offsetMs, facts[who]);
    Object.assign(readings, { [`identity of ${who}`]: await sts.getCallerIdentity({}) });
  }
  const stable = (key: string, value: unknown) => {
    if (VOLATILE.has(key)) return undefined;
    if (typeof value !== "string") return value;
    // Changes that the server made by itself when it found the data.
    const sinceMs = ISO_TIME.test(value) ? Date.parse(value) - facts.madeAtMs : 0;
    if (sinceMs > 0 && sinceMs < HOUR_MS) return SINCE_OPENED;
    // Playback URLs have the host that the request came to; the release gave its own name.
    return value
      .replace(/^http:\/\/127\.0\.0\.1:\d+(?=\/api\/video\/)/, "http://localhost:PORT")
      .replaceAll(/localhost:\d+/g, "localhost:PORT");
  };
  return JSON.parse(JSON.stringify(readings, stable)) as Readings;
}

/** Readings of which every release gives the same. */
export function comparable(readings: Readings): Readings {
  const kept = (key: string, value: unknown) =>
    PAGE_TOKENS.includes(key) ? undefined : withoutOwnChecksum(value);
  return JSON.parse(JSON.stringify(readings, kept)) as Readings;
}

/** A build chooses the checksum of an object that it writes itself. */
function withoutOwnChecksum(value: unknown): unknown {
  const isOwn =
    typeof value === "object" &&
    value !== null &&
    Reflect.get(value, "LastModified") === SINCE_OPENED;
  if (!isOwn) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith("Checksum")));
}

async function readIam({ iam }: ReleaseClients, facts: ReleaseFacts): Promise<Readings> {
  const UserName = "anna";
  const { SSHPublicKeys = [] } = await iam.listSSHPublicKeys({ UserName });
  const { SSHPublicKeyId } = SSHPublicKeys[0] ?? {};
  const report = await iam.getCredentialReport({});
  return {
    entities: await iam.getAccountAuthorizationDetails({
      Filter: ["User", "Role", "Group", "LocalManagedPolicy"],
    }),
    summary: await iam.getAccountSummary({}),
    alias: await iam.listAccountAliases({}),
    "password policy": await iam.getAccountPasswordPolicy({}),
    "access keys": await iam.listAccessKeys({ UserName }),
    "login profile": await iam.getLoginProfile({ UserName }),
    "MFA devices": await iam.listMFADevices({ UserName }),
    "SSH key": await iam.getSSHPublicKey({ UserName, SSHPublicKeyId, Encoding: "PEM" }),
    "service credentials": await iam.listServiceSpecificCredentials({ UserName }),
    "signing certificates": await iam.listSigningCertificates({ UserName }),
    "server certificate": await iam.getServerCertificate({ ServerCertificateName: "site" }),
    "instance profile": await iam.getInstanceProfile({ InstanceProfileName: "machines" }),
    "OIDC provider": await iam.getOpenIDConnectProvider({
      OpenIDConnectProviderArn: `arn:aws:iam::${ACCOUNT}:oidc-provider/login.example.com`,
    }),
    "SAML provider": await iam.getSAMLProvider({
      SAMLProviderArn: `arn:aws:iam::${ACCOUNT}:saml-provider/idp`,
    }),
    "outbound federation": await iam.getOutboundWebIdentityFederationInfo({}),
    "credential report": Buffer.from(report.Content ?? []).toString(),
    "last accessed": await iam.getServiceLastAccessedDetails(facts),
    "role deletion": await iam.getServiceLinkedRoleDeletionStatus(facts),
  };
}

async function readS3({ s3 }: ReleaseClients, facts: ReleaseFacts): Promise<Readings> {
  const { Buckets = [] } = await s3.listBuckets({});
  const readings: Readings = { buckets: Buckets };
  for (const { Name: Bucket } of Buckets) {
    const of = { Bucket };
    const asked = {
      location: s3.getBucketLocation(of),
      versioning: s3.getBucketVersioning(of),
      policy: s3.getBucketPolicy(of),
      tags: s3.getBucketTagging(of),
      cors: s3.getBucketCors(of),
      encryption: s3.getBucketEncryption(of),
      lifecycle: s3.getBucketLifecycleConfiguration(of),
      website: s3.getBucketWebsite(of),
      notifications: s3.getBucketNotificationConfiguration(of),
      metrics: s3.listBucketMetricsConfigurations(of),
      "public access": s3.getPublicAccessBlock(of),
      ownership: s3.getBucketOwnershipControls(of),
      lock: s3.getObjectLockConfiguration(of),
      uploads: s3.listMultipartUploads(of),
    };
    const answers = Object.entries(asked).map(async ([name, answer]) => [
      `${name} of ${Bucket}`,
      await answer.catch((error: Error) => error.name),
    ]);
    Object.assign(readings, Object.fromEntries(await Promise.all(answers)));
    // The trail's bucket gets more files with every question.
    if (Bucket !== "trail-files") readings[`objects of ${Bucket}`] = await objectsOf(s3, Bucket);
  }
  const upload = { Bucket: "everything", Key: "in-flight", UploadId: facts.uploadId };
  readings["parts of the upload"] = await s3.listParts(upload);
  return readings;
}

/** Every version, with a digest of its bytes. */
async function objectsOf(s3: ReleaseClients["s3"], Bucket = "") {
  const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket });
  const objects: unknown[] = [...DeleteMarkers];
  for (const { Key, VersionId } of Versions) {
    const version = { Bucket, Key, VersionId };
    const answer = await s3.getObject(version).catch((error: Error) => error.name);
    const head = await s3.headObject({ ...version, ChecksumMode: "ENABLED" });
    const { TagSet } = await s3.getObjectTagging(version);
    const { Grants } = await s3.getObjectAcl(version);
    const bytes = typeof answer === "string" ? answer : await digestOf(answer);
    objects.push({ Key, VersionId, bytes, head, TagSet, Grants });
  }
  return objects;
}

async function digestOf({ Body }: GetObjectCommandOutput): Promise<string> {
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  return createHash("sha256").update(bytes).digest("hex");
}

async function readIvs({ ivs }: ReleaseClients): Promise<Readings> {
  const { channels = [] } = await ivs.listChannels({});
  const readings: Readings = { channels };
  for (const { arn, name } of channels) {
    readings[`channel ${name}`] = await ivs.getChannel({ arn });
    const { streamKeys = [] } = await ivs.listStreamKeys({ channelArn: arn });
    readings[`stream key of ${name}`] = await ivs.getStreamKey({ arn: streamKeys[0]?.arn });
    const { streamSessions = [] } = await ivs.listStreamSessions({ channelArn: arn });
    readings[`sessions of ${name}`] = await Promise.all(
      streamSessions.map(({ streamId }) => ivs.getStreamSession({ channelArn: arn, streamId })),
    );
  }
  const { recordingConfigurations = [] } = await ivs.listRecordingConfigurations({});
  readings["recording configurations"] = await Promise.all(
    recordingConfigurations.map(({ arn }) => ivs.getRecordingConfiguration({ arn })),
  );
  const { keyPairs = [] } = await ivs.listPlaybackKeyPairs({});
  readings["playback keys"] = await Promise.all(
    keyPairs.map(({ arn }) => ivs.getPlaybackKeyPair({ arn })),
  );
  readings.restrictions = await ivs.listPlaybackRestrictionPolicies({});
  readings["ad configurations"] = await ivs.listAdConfigurations({});
  return readings;
}

async function readOthers(clients: ReleaseClients, facts: ReleaseFacts): Promise<Readings> {
  const { cloudtrail, events, cloudwatch } = clients;
  const created = [{ AttributeKey: "EventName" as const, AttributeValue: "CreateUser" }];
  const { Events = [] } = await cloudtrail.lookupEvents({ LookupAttributes: created });
  const [StartTime, EndTime] = [-60, 60].map((m) => new Date(facts.madeAtMs + m * 60_000));
  return {
    "records of CreateUser": Events.map(({ CloudTrailEvent }) => CloudTrailEvent),
    trails: await cloudtrail.describeTrails({}),
    "trail's status": await cloudtrail.getTrailStatus({ Name: "audit" }),
    "trail's selectors": await cloudtrail.getEventSelectors({ TrailName: "audit" }),
    rules: await events.listRules({}),
    targets: await events.listTargetsByRule({ Rule: "outside" }),
    connection: await events.describeConnection({ Name: "outside" }),
    destination: await events.describeApiDestination({ Name: "outside" }),
    "tags of the bus": await events.listTagsForResource({
      ResourceARN: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`,
    }),
    metrics: await cloudwatch.getMetricStatistics({
      ...{ Namespace: "Studio", MetricName: "Dropped", Dimensions: [{ Name: "C", Value: "1" }] },
      ...{ StartTime, EndTime, Period: 7_200, Statistics: ["Sum", "Maximum", "SampleCount"] },
    }),
  };
}
