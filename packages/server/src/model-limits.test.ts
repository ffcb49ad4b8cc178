import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Constraint, ServiceConstraints } from "./kernel/constraints.ts";
import { accessAnalyzerConstraints } from "./services/access-analyzer/constraints.ts";
import { cloudControlConstraints } from "./services/cloudcontrol/constraints.ts";
import { cloudFormationConstraints } from "./services/cloudformation/constraints.ts";
import { cloudTrailConstraints } from "./services/cloudtrail/constraints.ts";
import { cloudwatchConstraints } from "./services/cloudwatch/constraints.ts";
import { ecrConstraints } from "./services/ecr/constraints.ts";
import { eventsConstraints } from "./services/events/constraints.ts";
import { iamConstraints } from "./services/iam/constraints.ts";
import { ivsConstraints } from "./services/ivs/constraints.ts";
import { ivsChatConstraints } from "./services/ivs-chat/constraints.ts";
import { realTimeConstraints } from "./services/ivs-realtime/constraints.ts";
import { kmsConstraints } from "./services/kms/constraints.ts";
import { organizationsConstraints } from "./services/organizations/constraints.ts";
import { ssmConstraints } from "./services/ssm/constraints.ts";
import { stsConstraints } from "./services/sts/constraints.ts";

/*
 * Holds each limit of each service's members against AWS's model of the service, as botocore has
 * it: every bound, every pattern and every value of an enumeration. And the other way round: each
 * limit of the model, on a member that an operation here takes, is a limit here.
 */

const stageArn = { min: 1, max: 128, pattern: "arn:aws:ivs:[a-z0-9-]+:[0-9]+:stage/[a-zA-Z0-9-]+" };

/** Debian's python3-botocore. */
const MODELS = "/usr/lib/python3/dist-packages/botocore/data";

type Limits = Pick<Constraint, "min" | "max" | "pattern" | "values">;

interface Shape extends Omit<Limits, "values"> {
  readonly type: string;
  readonly enum?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
}

interface Model {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Limits that aren't the model's, or that older models lack; undefined for those left out. */
type Different = Readonly<Record<string, { readonly [Name in keyof Limits]: unknown } & Newer>>;

interface Newer {
  /** Values of an enumeration that older models lack. */
  readonly newer?: readonly string[];
}

const NO_PATTERN = { pattern: undefined };
const adConfigurationArn = {
  max: 128,
  pattern: "arn:aws:ivs:[a-z0-9-]+:[0-9]+:ad-configuration/[a-zA-Z0-9-]+",
};
const tagText = "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]";
const bus = "(arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus/)?";
const parameter = { max: 512, pattern: undefined };

const imageTagFilter = { min: 1, max: 128, pattern: "^[0-9a-zA-Z._*-]{1,128}$" };

const NEWER_KEY_SPECS = [
  ...["ECC_NIST_EDWARDS25519", "ML_DSA_44", "ML_DSA_65", "ML_DSA_87"],
  ...["ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"],
];

const NEWER_ANALYZERS = ["ACCOUNT_INTERNAL_ACCESS", "ORGANIZATION_INTERNAL_ACCESS"];
const NEWER_POLICY_TYPES = [
  ...["BEDROCK_POLICY", "GUARDDUTY_POLICY", "INSPECTOR_POLICY", "S3_POLICY"],
  ...["NETWORK_SECURITY_DIRECTOR_POLICY", "SECURITYHUB_CSPM_POLICY", "SECURITYHUB_POLICY"],
  "UPGRADE_ROLLOUT_POLICY",
];
const EFFECTIVE_POLICY_TYPES = [
  ...["AISERVICES_OPT_OUT_POLICY", "BACKUP_POLICY", "CHATBOT_POLICY", "DECLARATIVE_POLICY_EC2"],
  ...["TAG_POLICY", ...NEWER_POLICY_TYPES],
].toSorted();

const SERVICES: readonly (readonly [string, ServiceConstraints, Different])[] = [
  [
    "iam/2010-05-08",
    iamConstraints,
    {
      Status: { values: ["Active", "Expired", "Inactive"] },
      CredentialAgeDays: { min: 1, max: 36_600 },
      // Source: the schema of AWS::IAM::VirtualMFADevice.
      VirtualMFADeviceName: { min: 1, max: 226, pattern: "[\\w+=,.@-]+" },
      "ServiceControlPolicyInputList.member": {
        ...{ min: 1, max: 131_072, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" },
      },
    },
  ],
  [
    "accessanalyzer/2019-11-01",
    accessAnalyzerConstraints,
    {
      resourceType: {
        newer: [
          "AWS::ApiGateway::RestApi",
          "AWS::Backup::BackupVault",
          "AWS::CloudTrail::Dashboard",
          "AWS::CloudTrail::EventDataStore",
          "AWS::CodeArtifact::Domain",
          "AWS::S3Express::AccessPoint",
          "AWS::S3Tables::Table",
          "AWS::S3Tables::TableBucket",
        ],
      },
      "CreateAnalyzer.type": { newer: NEWER_ANALYZERS },
      "ListAnalyzers.type": { newer: NEWER_ANALYZERS },
    },
  ],
  [
    "sts/2011-06-15",
    stsConstraints,
    {
      // The model's notation of characters beyond 16 bits, which says another range here.
      RoleArn: {
        pattern:
          "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF" +
          "\\uE000-\\uFFFD\\u{10000}-\\u{10FFFF}]+",
      },
      arn: NO_PATTERN,
      PrincipalArn: NO_PATTERN,
      ProviderArn: NO_PATTERN,
      "GetWebIdentityToken.DurationSeconds": { min: 60, max: 3_600 },
      Audience: { min: 1, max: 10 },
      "Audience.member": { min: 1, max: 1_000 },
      SigningAlgorithm: { values: ["ES384", "RS256"] },
      SubjectMode: { values: ["AWSIdentity", "OriginIdentity"] },
      MinimumSessionTokenSize: { max: 4_096 },
    },
  ],
  [
    "ivs/2020-07-14",
    ivsConstraints,
    {
      "GetAdConfiguration.arn": adConfigurationArn,
      "UpdateAdConfiguration.arn": adConfigurationArn,
      "DeleteAdConfiguration.arn": adConfigurationArn,
      adConfigurationArn: { max: 128, pattern: `^$|^${adConfigurationArn.pattern}$` },
      filterByAdConfigurationArn: { max: 128, pattern: `^$|^${adConfigurationArn.pattern}$` },
      mediaTailorPlaybackConfigurations: { min: 1, max: 3 },
      playbackConfigurationArn: {
        max: 128,
        pattern: "arn:aws:mediatailor:[a-z0-9-]+:[0-9]+:playbackConfiguration/[a-zA-Z0-9-]+",
      },
      durationSeconds: { min: 1, max: 300 },
      // As many as there are values.
      renditions: { max: 4 },
      storage: { max: 2 },
      // The model's type of a resource has one letter.
      resourceArn: { pattern: "arn:aws:ivs:[a-z0-9-]+:[0-9]+:[a-z-]+/[a-zA-Z0-9-]+" },
      "tags.key": { pattern: `${tagText}+` },
      "tags.value": { pattern: `${tagText}*` },
      "tagKeys.member": { pattern: `${tagText}+` },
    },
  ],
  [
    "ivs-realtime/2020-07-14",
    realTimeConstraints,
    {
      targetSegmentDurationSeconds: { min: 2, max: 10 },
      // Newer than the model.
      ...{ sourceStageArn: stageArn, destinationStageArn: stageArn },
      reconnectWindowSeconds: { max: 60 },
      participantOrderAttribute: { max: 128, pattern: "[a-zA-Z0-9-_]*" },
      // The model's type of a resource has one letter.
      resourceArn: { pattern: "arn:aws:ivs:[a-z0-9-]+:[0-9]+:[a-z-]+/[a-zA-Z0-9-]+" },
      "tags.key": { pattern: `${tagText}+` },
      "tags.value": { pattern: `${tagText}*` },
      "tagKeys.member": { pattern: `${tagText}+` },
    },
  ],
  [
    "ivschat/2020-07-14",
    ivsChatConstraints,
    // The model's type of a resource has one letter.
    { resourceArn: { pattern: "arn:aws:ivschat:[a-z0-9-]+:[0-9]+:[a-z-]+/[a-zA-Z0-9-]+" } },
  ],
  // Newer than the model's types: API reference, ListTags.
  ["cloudtrail/2013-11-01", cloudTrailConstraints, { ResourceIdList: { max: 20 } }],
  ["ssm/2014-11-06", ssmConstraints, {}],
  ["cloudcontrol/2021-09-30", cloudControlConstraints, {}],
  [
    "ecr/2015-09-21",
    ecrConstraints,
    // The newest names, filters and statuses.
    {
      repositoryName: { pattern: ecrConstraints.members.repositoryName?.pattern },
      "repositoryNames.member": { pattern: ecrConstraints.members.repositoryName?.pattern },
      imageTagMutability: { newer: ["IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"] },
      imageTagMutabilityExclusionFilters: { min: 1, max: 5 },
      "CreateRepository.filter": imageTagFilter,
      "PutImageTagMutability.filter": imageTagFilter,
      imageStatus: { values: ["ACTIVATING", "ACTIVE", "ANY", "ARCHIVED"] },
    },
  ],
  [
    "cloudformation/2010-05-15",
    cloudFormationConstraints,
    {
      // As AWS's messages have it, whichever operation is asked.
      StackName: { min: 1, pattern: "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*" },
      TemplateBody: { min: 1, max: 51_200 },
      // Older models have less.
      TemplateURL: { min: 1, max: 5120 },
      StackPolicyURL: { min: 1, max: 5120 },
      StackPolicyDuringUpdateURL: { min: 1, max: 5120 },
      DeploymentMode: { values: ["REVERT_DRIFT"] },
      StackDefinitions: { min: 1, max: 200 },
      "StackResourceDriftStatusFilters.member": { newer: ["UNKNOWN", "UNSUPPORTED"] },
    },
  ],
  [
    "kms/2014-11-01",
    kmsConstraints,
    {
      KeyUsage: { newer: ["ENCAPSULATE_DECAPSULATE"] },
      "CreateKey.KeySpec": { newer: NEWER_KEY_SPECS },
      CustomerMasterKeySpec: { newer: NEWER_KEY_SPECS },
      ImportType: { values: ["EXISTING_KEY_MATERIAL", "NEW_KEY_MATERIAL"] },
      KeyMaterialId: { min: 64, max: 64, pattern: "^[a-f0-9]+$" },
      // The newest values.
      KeyPairSpec: {
        values: [
          "ECC_NIST_EDWARDS25519",
          "ECC_NIST_P256",
          "ECC_NIST_P384",
          "ECC_NIST_P521",
          "ECC_SECG_P256K1",
          "RSA_2048",
          "RSA_3072",
          "RSA_4096",
          "SM2",
        ],
      },
      MessageType: { values: ["DIGEST", "EXTERNAL_MU", "RAW"] },
      SigningAlgorithm: {
        values: [
          "ECDSA_SHA_256",
          "ECDSA_SHA_384",
          "ECDSA_SHA_512",
          "ED25519_PH_SHA_512",
          "ED25519_SHA_512",
          "ML_DSA_SHAKE_256",
          "RSASSA_PKCS1_V1_5_SHA_256",
          "RSASSA_PKCS1_V1_5_SHA_384",
          "RSASSA_PKCS1_V1_5_SHA_512",
          "RSASSA_PSS_SHA_256",
          "RSASSA_PSS_SHA_384",
          "RSASSA_PSS_SHA_512",
          "SM2DSA",
        ],
      },
      IncludeKeyMaterial: { values: ["ALL_KEY_MATERIAL", "ROTATIONS_ONLY"] },
      "Operations.member": {
        values: [
          "CreateGrant",
          "Decapsulate",
          "Decrypt",
          "DeriveSharedSecret",
          "DescribeKey",
          "Encapsulate",
          "Encrypt",
          "GenerateDataKey",
          "GenerateDataKeyPair",
          "GenerateDataKeyPairWithoutPlaintext",
          "GenerateDataKeyWithoutPlaintext",
          "GenerateMac",
          "GetPublicKey",
          "ReEncryptFrom",
          "ReEncryptTo",
          "RetireGrant",
          "Sign",
          "Verify",
          "VerifyMac",
        ],
      },
    },
  ],
  [
    "organizations/2016-11-28",
    organizationsConstraints,
    {
      Type: { newer: NEWER_POLICY_TYPES },
      PolicyType: { newer: NEWER_POLICY_TYPES },
      Filter: { newer: NEWER_POLICY_TYPES },
      "DescribeEffectivePolicy.PolicyType": { newer: NEWER_POLICY_TYPES },
      "ListAccountsWithInvalidEffectivePolicy.PolicyType": { values: EFFECTIVE_POLICY_TYPES },
      "ListEffectivePolicyValidationErrors.PolicyType": { values: EFFECTIVE_POLICY_TYPES },
      ActionType: { newer: ["TRANSFER_RESPONSIBILITY"] },
      // The newest resources that have tags.
      ResourceId: { pattern: organizationsConstraints.members.ResourceId?.pattern },
    },
  ],
  [
    "cloudwatch/2010-08-01",
    cloudwatchConstraints,
    // Sources: API reference, the operations' parameters.
    {
      MaxDatapoints: { min: 1, max: 100_800 },
      MetricData: { max: 1_000 },
      MetricDataQueries: { max: 500 },
      "AlarmTypes.member": { newer: ["LogAlarm"] },
      // The operation checks them itself.
      "PutMetricData.MetricName": { min: undefined, max: undefined },
      "PutMetricData.Name": { min: undefined, max: undefined },
    },
  ],
  [
    "events/2015-10-07",
    eventsConstraints,
    {
      EventBusName: { pattern: `${bus}[/\\.\\-_A-Za-z0-9]+` },
      "DescribeEventBus.Name": { pattern: `${bus}[/\\.\\-_A-Za-z0-9]+` },
      "PutEvents.EventBusName": { pattern: `${bus}[\\.\\-_A-Za-z0-9]+` },
      // The newer model's.
      EventSourceArn: {
        pattern: "^arn:aws([a-z]|\\-)*:events:([a-z]|\\d|\\-)*:([0-9]{12})?:.+/.+$",
      },
      "InputPathsMap.key": { pattern: "[A-Za-z0-9_\\-]+" },
      ...Object.fromEntries(
        ["CreateConnection", "UpdateConnection"].flatMap((operation) =>
          ["HeaderParameters", "QueryStringParameters"].flatMap((kind) =>
            ["Key", "Value"].map((name) => [`${operation}.${kind}.${name}`, NO_PATTERN]),
          ),
        ),
      ),
      InvocationEndpoint: NO_PATTERN,
      ApiKeyName: NO_PATTERN,
      ApiKeyValue: NO_PATTERN,
      ClientID: NO_PATTERN,
      ClientSecret: NO_PATTERN,
      // The operation judges it: plain HTTP is taken.
      AuthorizationEndpoint: NO_PATTERN,
      Username: NO_PATTERN,
      Password: NO_PATTERN,
      "PutTargets.HeaderParameters.key": parameter,
      "PutTargets.HeaderParameters.value": parameter,
      "PutTargets.QueryStringParameters.key": parameter,
      "PutTargets.QueryStringParameters.value": parameter,
    },
  ],
];

const BY_HAND = "the operation refuses it in words of its own";
const ANY_TEXT = "a pattern of every text that the wire can carry";
const CREDENTIAL = "see services/events/constraints.ts";
/** Each service's title on the page of operations, and members whose limits it has elsewhere. */
const ELSEWHERE: Readonly<Record<string, readonly [string, Readonly<Record<string, string>>]>> = {
  accessanalyzer: ["Access Analyzer", { resourceTypes: BY_HAND, operations: BY_HAND }],
  cloudcontrol: ["CloudControl", {}],
  cloudformation: ["CloudFormation", { RollbackTriggers: BY_HAND, StackSetName: "not built" }],
  cloudtrail: [
    "CloudTrail",
    {
      ...{ Key: BY_HAND, Value: BY_HAND, EventCategory: BY_HAND, MaxResults: BY_HAND },
      AdvancedEventSelectors: "not built",
    },
  ],
  cloudwatch: [
    "CloudWatch",
    {
      ...{ "MetricData.MetricName": BY_HAND, Dimensions: BY_HAND },
      ...{ KeyAttributes: "not kept", Attributes: "not kept" },
    },
  ],
  ecr: ["ECR", {}],
  events: [
    "EventBridge",
    {
      ...{ InvocationEndpoint: BY_HAND, AuthorizationEndpoint: BY_HAND },
      ...{ Username: CREDENTIAL, Password: CREDENTIAL, ClientID: CREDENTIAL },
      ...{ ClientSecret: CREDENTIAL, ApiKeyName: CREDENTIAL, ApiKeyValue: CREDENTIAL },
      ...{ HeaderParameters: CREDENTIAL, QueryStringParameters: CREDENTIAL },
    },
  ],
  iam: ["IAM", {}],
  ivs: ["IVS", {}],
  "ivs-realtime": ["IVS Real-Time", {}],
  ivschat: ["IVS Chat", {}],
  kms: ["KMS", { XksKeyId: "not built", Recipient: "not built" }],
  organizations: ["Organizations", {}],
  ssm: ["SSM", { ResourceType: BY_HAND }],
  sts: ["STS", { arn: ANY_TEXT, PrincipalArn: ANY_TEXT, ProvidedContexts: "not built" }],
};

/**
 * The model's limits of members, by `Member`, `Operation.Member` and `Operation.Parent.Member`; one
 * name may have several.
 */
function limitsIn({ operations, shapes }: Model): ReadonlyMap<string, readonly Limits[]> {
  const found = new Map<string, Limits[]>();
  const shapeOf = (name = ""): Shape => shapes[name] ?? { type: "" };
  const note = (operation: string, parent: string, member: string, shape: Shape) => {
    const { min, max, pattern, enum: values } = shape;
    // Some patterns are anchored in the model alone.
    const body = pattern?.replace(/^\^(.*)\$$/, "$1");
    for (const key of [member, `${operation}.${member}`, `${operation}.${parent}.${member}`]) {
      const all = found.get(key) ?? [];
      for (const each of new Set([pattern, body]))
        all.push(withoutNothing({ min, max, pattern: each, values }));
      found.set(key, all);
    }
  };
  for (const [operation, { input }] of Object.entries(operations)) {
    const seen = new Set<string>();
    const visit = (name: string | undefined, member: string, parent = "") => {
      const shape = shapeOf(name);
      if (shape.type !== "structure") note(operation, parent, member, shape);
      for (const [part, of] of [
        ["member", shape.member],
        ["key", shape.key],
        ["value", shape.value],
      ] as const)
        if (of) visit(of.shape, `${member}.${part}`, parent);
      if (shape.type !== "structure" || seen.has(name ?? "")) return;
      seen.add(name ?? "");
      for (const [each, of] of Object.entries(shape.members ?? {}))
        visit(of.shape, each, member.replace(/\.member$/, ""));
    };
    visit(input?.shape, "");
  }
  return found;
}

/** Limits in one form: a `min` of 0 is none, and an enumeration has no order. */
function withoutNothing({
  min,
  max,
  pattern,
  values,
}: { [Name in keyof Limits]: Limits[Name] | undefined }): Limits {
  return {
    ...(min === undefined || min === 0 ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(pattern === undefined ? {} : { pattern: pattern.replaceAll("\\/", "/") }),
    ...(values ? { values: values.filter((value) => value !== "").toSorted() } : {}),
  };
}

/** The operations of each service that work, as the generated page lists them. */
function workingOperations(): ReadonlyMap<string, readonly string[]> {
  const page = readFileSync("docs/operations.md", "utf8");
  const sections = page.split("\n## ").slice(1);
  return new Map(
    sections.map((section) => {
      const [title = ""] = section.split("\n");
      const [, names = ""] = /\d+ work: ([^.]*)\./.exec(section) ?? [];
      return [title, names.split(/,\s+/)];
    }),
  );
}

/** Paths of members that the operation takes and whose limits of the model nothing here has. */
function withoutLimit(
  operation: string,
  { operations, shapes }: Model,
  { members, unsupported = [] }: ServiceConstraints,
): readonly string[] {
  const found: string[] = [];
  const visit = (
    name: string,
    path: readonly string[],
    parent: string,
    above: readonly string[],
  ) => {
    const shape = shapes[name];
    if (!shape || above.includes(name)) return;
    const whole = path.filter((part) => !["member", "key", "value"].includes(part)).join(".");
    if (unsupported.includes(`${operation}.${whole}`)) return;
    const inside = [...above, name];
    if (shape.type === "structure") {
      for (const [each, of] of Object.entries(shape.members ?? {}))
        visit(of.shape, [...path, each], path.findLast((part) => part !== "member") ?? "", inside);
      return;
    }
    const member = path
      .slice(path.findLastIndex((part) => part !== "member" && part !== "key" && part !== "value"))
      .join(".");
    const limit = limitNamed(members, operation, parent, member);
    const model = withoutNothing({ ...shape, values: shape.enum });
    if (Object.keys(model).some((rule) => !Object.hasOwn(limit, rule))) found.push(whole);
    for (const part of ["member", "key", "value"] as const) {
      const of = shape[part];
      if (of) visit(of.shape, [...path, part], parent, inside);
    }
  };
  const input = operations[operation]?.input;
  if (input) visit(input.shape, [], "", []);
  return [...new Set(found)];
}

function limitNamed(
  members: ServiceConstraints["members"],
  operation: string,
  parent: string,
  member: string,
): Constraint {
  const part = /^(.*)\.(key|value)$/.exec(member);
  if (part) {
    const [, map = "", which] = part;
    const { entries } = limitNamed(members, operation, parent, map);
    return entries?.[which as "key" | "value"] ?? {};
  }
  const keys = [`${operation}.${parent}.${member}`, `${operation}.${member}`, member];
  return members[keys.find((key) => Object.hasOwn(members, key)) ?? ""] ?? {};
}

/** Every limit, also of a map's keys and values. */
function limitsOf({ members }: ServiceConstraints): (readonly [string, Constraint])[] {
  return Object.entries(members).flatMap(([name, limits]) => {
    const { key, value } = limits.entries ?? {};
    return [
      [name, limits] as const,
      ...(key ? [[`${name}.key`, key] as const] : []),
      ...(value ? [[`${name}.value`, value] as const] : []),
    ];
  });
}

describe.skipIf(!existsSync(MODELS)).each(SERVICES)("%s", (path, constraints, different) => {
  const text = readFileSync(`${MODELS}/${path}/service-2.json`, "utf8");
  const model = limitsIn(JSON.parse(text) as Model);

  test.each(limitsOf(constraints))("%s has the model's limits", (name, limits) => {
    const own = withoutNothing(limits);
    const { newer = [], ...other } = different[name] ?? {};
    const all = (model.get(name) ?? [{}]).map(({ values = [], ...each }) => {
      const whole = [...new Set([...values, ...newer])].toSorted();
      const merged = { ...each, ...(whole.length > 0 ? { values: whole } : {}), ...other };
      return withoutNothing(merged as Limits);
    });
    expect(all).toContainEqual(own);
  });

  test("each limit of the model is a limit here", () => {
    const [title = "", elsewhere = {}] = ELSEWHERE[path.split("/")[0] ?? ""] ?? [];
    const names = workingOperations().get(title) ?? [];
    expect(names).not.toEqual([]);
    const missing = names.flatMap((operation) =>
      withoutLimit(operation, JSON.parse(text) as Model, constraints)
        .filter(
          (member) => !Object.keys(elsewhere).some((name) => `.${member}.`.includes(`.${name}.`)),
        )
        .map((member) => `${operation}.${member}`),
    );
    expect(missing).toEqual([]);
  });
});
