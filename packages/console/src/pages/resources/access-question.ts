import {
  type EvaluationResult,
  paginateListRoles,
  paginateListUsers,
  SimulatePrincipalPolicyCommand,
} from "@aws-sdk/client-iam";
import { ownValue } from "../../shared/own-value.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { inParallel } from "../../wire/in-parallel.ts";
import { pagesOf } from "../../wire/read-pages.ts";
import { isServiceLinked } from "../iam/role-facts.ts";

/** Actions that are asked for first, by the resource's type; any other can be typed. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  "AWS::CloudWatch::Alarm": ["cloudwatch:DescribeAlarms", "cloudwatch:SetAlarmState"],
  "AWS::ECR::Repository": ["ecr:BatchGetImage", "ecr:DescribeImages", "ecr:BatchDeleteImage"],
  "AWS::Events::EventBus": ["events:PutEvents", "events:PutRule"],
  "AWS::IAM::Role": ["sts:AssumeRole", "iam:PassRole", "iam:GetRole"],
  "AWS::IAM::User": ["iam:GetUser", "iam:CreateAccessKey"],
  "AWS::IVS::Channel": ["ivs:GetChannel", "ivs:UpdateChannel", "ivs:StopStream"],
  "AWS::IVS::Stage": ["ivs:CreateParticipantToken", "ivs:GetStage"],
  "AWS::IVS::RecordingConfiguration": ["ivs:GetRecordingConfiguration"],
  "AWS::IVS::StreamKey": ["ivs:GetStreamKey"],
  "AWS::IVSChat::Room": ["ivschat:CreateChatToken", "ivschat:GetRoom"],
  "AWS::KMS::Key": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
  "AWS::S3::Bucket": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"],
  "AWS::SSM::Parameter": ["ssm:GetParameter", "ssm:PutParameter"],
};

/** Actions on a bucket's objects, rather than on the bucket. */
const ON_OBJECTS = /^s3:\w*(?:Object|Multipart)(?!Lock)/i;

/** The policy on a key or a role must allow as well: no other policy is enough. */
const POLICY_DECIDES = /^(?:kms|sts):/;

export function actionsOf(type: string): readonly string[] {
  return ownValue(ACTIONS, type) ?? [];
}

export interface AccessQuestion {
  readonly action: string;
  readonly arn: string;
  /** The text of the policy on the resource, if there is one. */
  readonly policy: string | undefined;
}

export interface PrincipalAccess {
  readonly arn: string;
  readonly name: string;
  readonly kind: "User" | "Role";
  readonly allowed: boolean;
  readonly decidedBy: readonly string[];
  /** Keys that conditions look at, without a value here: a request decides. */
  readonly dependsOn: readonly string[];
}

/** Users and roles with what IAM's simulator says of them, a page of each at a time. */
export async function* whoMayReach(
  aws: AwsClients,
  question: AccessQuestion,
): AsyncIterable<readonly PrincipalAccess[]> {
  const { iam: client } = aws;
  const users = pagesOf(paginateListUsers({ client, pageSize: PAGE_SIZE }, {}), (page) =>
    (page.Users ?? []).map(({ Arn = "", UserName = "" }) => person("User", Arn, UserName)),
  );
  const roles = pagesOf(paginateListRoles({ client, pageSize: PAGE_SIZE }, {}), (page) =>
    (page.Roles ?? [])
      .filter((role) => !isServiceLinked(role))
      .map(({ Arn = "", RoleName = "" }) => person("Role", Arn, RoleName)),
  );
  for (const pages of [users, roles]) {
    for await (const page of pages) {
      yield await inParallel(page, (principal) => simulated(aws, principal, question));
    }
  }
}

const PAGE_SIZE = 50;

type Principal = Pick<PrincipalAccess, "arn" | "name" | "kind">;

function person(kind: Principal["kind"], arn: string, name: string): Principal {
  return { kind, arn, name };
}

async function simulated(
  { iam }: AwsClients,
  principal: Principal,
  { action, arn, policy }: AccessQuestion,
): Promise<PrincipalAccess> {
  const resource = resourceOf(action, arn);
  const { EvaluationResults: [result] = [] } = await iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: principal.arn,
      ActionNames: [action],
      ResourceArns: [resource],
      ...(policy === undefined
        ? {}
        : { CallerArn: principal.arn, ResourcePolicy: policyOn(resource, policy) }),
    }),
  );
  return { ...principal, ...accessOf(action, result) };
}

/** The resource that an action is decided on. */
export function resourceOf(action: string, arn: string): string {
  return arn.startsWith("arn:aws:s3:::") && ON_OBJECTS.test(action) ? `${arn}/*` : arn;
}

/**
 * The policy as the simulator takes it, which wants ARNs: in a key's policy `*` is the key, and a
 * trust policy or a repository's names no resource at all.
 */
export function policyOn(resource: string, policy: string): string {
  const document = JSON.parse(policy) as Readonly<Record<string, unknown>>;
  const statements = [document.Statement ?? []].flat() as Readonly<Record<string, unknown>>[];
  return JSON.stringify({
    ...document,
    Statement: statements.map((statement) =>
      "NotResource" in statement || !["*", undefined].includes(statement.Resource as "*")
        ? statement
        : { ...statement, Resource: resource },
    ),
  });
}

/** The simulator lets an identity's policy alone allow what a key's or role's policy must too. */
export function accessOf(
  action: string,
  result: EvaluationResult | undefined,
): Pick<PrincipalAccess, "allowed" | "decidedBy" | "dependsOn"> {
  const { EvalDecision, MatchedStatements = [], MissingContextValues = [] } = result ?? {};
  const matched = [...new Set(MatchedStatements.map(({ SourcePolicyId = "" }) => SourcePolicyId))];
  const isEnough = !POLICY_DECIDES.test(action) || matched.includes(RESOURCE_POLICY);
  return {
    allowed: EvalDecision === "allowed" && isEnough,
    decidedBy: matched.map((id) => (id === RESOURCE_POLICY ? "the resource's policy" : id)),
    dependsOn: MissingContextValues,
  };
}

/** The simulator's name of the policy on the resource. */
const RESOURCE_POLICY = "ResourcePolicy";
