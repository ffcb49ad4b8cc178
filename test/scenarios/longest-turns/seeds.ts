import type { Seed, Seeds } from "./largest-input.ts";
import {
  EVENT_PATTERNS,
  PATTERNS,
  POLICIES,
  TEMPLATES,
  TRUST_POLICIES,
} from "./worst-documents.ts";

const at = (max: number, makers: readonly ((max: number) => string)[]) =>
  makers.map((make) => make(max));

export const LARGE_TEMPLATES = at(1_000_000, TEMPLATES);
const TEMPLATE_BODIES = at(51_200, TEMPLATES);

const ACCOUNT_ID = "000000000000";
const ROLE_ARN = `arn:aws:iam::${ACCOUNT_ID}:role/app`;

/** Log groups with templates that take long to check. */
const TARGETS = [`{"a":"${"<a>".repeat(2_700)}"}`, `{"a":[${new Array(2_000).fill("<a>")}]}`].map(
  (InputTemplate) =>
    Array.from({ length: 100 }, (_, index) => ({
      Id: `${index}`,
      Arn: `arn:aws:logs:us-east-1:${ACCOUNT_ID}:log-group:turns`,
      InputTransformer: { InputPathsMap: { a: "$.detail" }, InputTemplate },
    })),
);

const policies = POLICIES as readonly Seed[];

/** Values of every service's members, by name. */
export const DOCUMENTS: Seeds = {
  PolicyDocument: policies,
  policyDocument: policies,
  existingPolicyDocument: policies,
  newPolicyDocument: policies,
  Policy: policies,
  "PutKeyPolicy.Policy": policies,
  "CreateKey.Policy": policies,
  AssumeRolePolicyDocument: TRUST_POLICIES as readonly Seed[],
  policyText: policies,
  Content: policies,
  TemplateBody: TEMPLATE_BODIES,
  DesiredState: [`{"a":${"[".repeat(90)}${"1,".repeat(60_000)}1${"]".repeat(90)}}`],
  "PutTargets.Targets": TARGETS,
  EventPattern: EVENT_PATTERNS as readonly Seed[],
  AllowedPattern: PATTERNS,
  MetricDataQueries: [
    Array.from({ length: 10 }, (_, index) => ({
      Id: `e${index}`,
      Expression: "TIME_SERIES(1)",
      Period: 1,
    })),
    Array.from({ length: 500 }, (_, index) => ({
      Id: `e${index}`,
      Expression: index === 0 ? "TIME_SERIES(2)" : `e${index - 1} * e${index - 1} + RATE(e0)`,
      Period: 60,
    })),
    [
      {
        Id: "e",
        Expression: `${"-(".repeat(40)}1${")".repeat(40)}${"+1".repeat(400)}`,
        Period: 60,
      },
    ],
    Array.from({ length: 200 }, (_, index) => ({
      Id: `e${index}`,
      Expression: `SEARCH('{AWS/S3,BucketName} MetricName="${"a".repeat(900)}"', 'Sum', 60)`,
    })),
  ],
  "GetMetricData.StartTime": [new Date(0), new Date(4e12 - 1e8)],
  "GetMetricData.EndTime": [new Date(4e12)],
  "GetMetricStatistics.StartTime": [new Date(0)],
  "GetMetricStatistics.EndTime": [new Date(4e12)],
};

export const PLACES: Seeds = {
  AccountId: [ACCOUNT_ID],
  RoleName: ["app"],
  UserName: ["alice"],
  GroupName: ["group"],
  RoleArn: [ROLE_ARN],
  roleArn: [ROLE_ARN],
  Bucket: ["turns-bucket"],
  Key: ["object"],
  KeyId: ["alias/turns"],
  Rule: ["turns"],
  StackName: ["turns"],
  "UpdateStack.StackName": ["turns-there"],
  "CreateChangeSet.StackName": ["turns-there"],
  ChangeSetType: ["UPDATE"],
  Capabilities: [["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]],
  ResourceArn: ["arn:aws:s3:::turns-bucket"],
  PolicyArn: [`arn:aws:iam::${ACCOUNT_ID}:policy/turns`],
  TypeName: ["AWS::IAM::Role"],
  Identifier: ["app"],
  PatchDocument: [
    JSON.stringify(
      Array.from({ length: 40 }, (_, index) => [
        { op: "copy", from: "/AssumeRolePolicyDocument", path: "/b" },
        { op: "move", from: "/b", path: `/AssumeRolePolicyDocument/${index}` },
      ]).flat(),
    ),
    JSON.stringify(Array.from({ length: 5_000 }, () => ({ op: "add", path: "/Tags/0", value: 1 }))),
  ],
  // A feed without an end never answers.
  Follow: [false],
  Headers: [{}],
  ActionNames: [
    ["s3:GetObject", "iam:GetUser"],
    Array.from({ length: 1_000 }, (_, index) => `s3:Get${index}`),
  ],
  ResourceArns: [Array.from({ length: 1_000 }, (_, index) => `arn:aws:s3:::a${index}/b`)],
  PolicyInputList: [POLICIES.map((make) => make(20_000))],
  access: [[{ actions: Array.from({ length: 100 }, (_, index) => `s3:Get${index}*`) }]],
  policyType: ["RESOURCE_POLICY", "IDENTITY_POLICY"],
  resourceType: ["AWS::S3::Bucket"],
  "CheckNoPublicAccess.resourceType": ["AWS::S3::Bucket"],
};
