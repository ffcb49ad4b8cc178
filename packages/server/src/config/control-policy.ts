import { compilePolicy, PolicyCompileError } from "@rolecast/policy";

export type ControlPolicyKind = "scp" | "rcp";

/** Source: Organizations User Guide, quotas; white space counts here. */
const POLICY_SIZE_MAX = 5_120;
/** Source: Organizations User Guide, "AWS services that support RCPs". */
const RCP_SERVICES: ReadonlySet<string> = new Set([
  "s3",
  "sts",
  "kms",
  "sqs",
  "secretsmanager",
  "cognito-idp",
  "cognito-sync",
  "logs",
  "dynamodb",
  "ecr",
  "aoss",
]);

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
  if (text.length > POLICY_SIZE_MAX)
    return { message: `it is longer than ${POLICY_SIZE_MAX} characters`, offset: POLICY_SIZE_MAX };
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
