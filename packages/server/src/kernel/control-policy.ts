import { compilePolicy, PolicyCompileError } from "@rolecast/policy";
import type { OrganizationPolicy } from "./organization.ts";

export type ControlPolicyKind = "scp" | "rcp";

/** Characters, white space counted. Source: Organizations User Guide, quotas. */
export const CONTROL_POLICY_CHARS_MAX: Readonly<Record<ControlPolicyKind, number>> = {
  scp: 10_240,
  rcp: 5_120,
};
/** Policies of a root, unit or account, FullAWSAccess counted. Source: the same. */
export const CONTROL_POLICIES_MAX: Readonly<Record<ControlPolicyKind, number>> = {
  scp: 10,
  rcp: 5,
};
/** Source: Organizations User Guide, quotas: units nest five deep. */
export const UNIT_DEPTH_MAX = 5;
/** Source: Organizations User Guide, "AWS services that support RCPs". */
const RCP_SERVICES: ReadonlySet<string> = new Set([
  ...["aoss", "appconfig", "appstream", "autoscaling", "autoscaling-plans", "budgets"],
  ...["clouddirectory", "cloudfront", "cloudsearch", "cloudtrail-data", "codeartifact"],
  ...["codebuild", "codecommit", "codepipeline", "cognito-identity", "cognito-idp"],
  ...["cognito-sync", "comprehend", "comprehendmedical", "compute-optimizer"],
  ...["cost-optimization-hub", "dax", "dsql", "dynamodb", "ecr", "ecr-public", "events"],
  ...["firehose", "fis", "fms", "gamelift", "health", "inspector-scan", "kendra"],
  ...["kinesisvideo", "kms", "logs", "memorydb", "networkmonitor", "notifications"],
  ...["opensearch", "pca-connector-ad", "personalize", "polly", "pricing"],
  ...["resource-groups", "rolesanywhere", "s3", "secretsmanager", "servicediscovery"],
  ...["signin", "sqs", "sts", "support", "swf", "textract", "timestream-influxdb"],
  ...["transcribe", "transfer", "translate", "wafv2", "workspaces", "xray"],
]);

/** The policies that Organizations attaches by itself, which its owner can't change. */
export const FULL_ACCESS = {
  scp: {
    id: "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
    text: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
  },
  rcp: {
    id: "arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess",
    text: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
  },
} as const satisfies Readonly<Record<ControlPolicyKind, OrganizationPolicy>>;

export interface ControlPolicyProblem {
  readonly message: string;
  /** Offset in the text; 0 for a problem with the whole policy. */
  readonly offset: number;
}

interface Statement {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
}

/**
 * Finds what Organizations would reject in a policy; undefined if nothing. Its grammar is IAM's
 * with fewer elements. Source: Organizations User Guide, "SCP syntax" and "RCP syntax".
 */
export function findControlPolicyProblem(
  text: string,
  kind: ControlPolicyKind,
): ControlPolicyProblem | undefined {
  const most = CONTROL_POLICY_CHARS_MAX[kind];
  if (text.length > most) return { message: `it is longer than ${most} characters`, offset: most };
  try {
    const policy = compilePolicy(text, { kind, id: kind, managed: true });
    if (policy.version !== "2012-10-17")
      return { message: 'its "Version" must be "2012-10-17"', offset: 0 };
    for (const { start, end } of policy.statements) {
      const statement = JSON.parse(text.slice(start, end)) as Statement;
      const message = kind === "rcp" ? rcpProblem(statement) : undefined;
      if (message !== undefined) return { message, offset: start };
    }
  } catch (error) {
    if (!(error instanceof PolicyCompileError)) throw error;
    return { message: error.message, offset: error.offset };
  }
  return undefined;
}

function rcpProblem(statement: Statement): string | undefined {
  if (statement.Effect !== "Deny") return "a resource control policy can only deny";
  if (statement.NotAction !== undefined) return "a resource control policy has no NotAction";
  if (statement.NotPrincipal !== undefined) return "a resource control policy has no NotPrincipal";
  if (statement.Principal !== "*") return 'the Principal of a resource control policy is "*"';
  for (const action of [statement.Action].flat()) {
    const [service = ""] = String(action).split(":");
    if (!RCP_SERVICES.has(service.toLowerCase()))
      return `resource control policies don't reach ${String(action)}`;
  }
  return undefined;
}
