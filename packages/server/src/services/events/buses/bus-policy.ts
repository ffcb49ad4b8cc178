import type * as eventbridge from "@aws-sdk/client-eventbridge";
import { validatePolicy } from "@rolecast/policy";
import type { Checked } from "../../../kernel/checked.ts";
import { toStoredPolicy } from "../../../kernel/policy-principals.ts";
import type { IdentityDirectory } from "../../../kernel/ports/identity.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { policyLengthExceeded, validation } from "../errors.ts";

/** Source: EventBridge quotas, "Event bus policy size". */
const POLICY_LENGTH_MAX = 10_240;
const ACTION = "events:PutEvents";
const ORGANIZATION = "aws:PrincipalOrgID";

interface Statement {
  readonly Sid?: string;
}

interface Document {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

type PermissionInput = Checked<eventbridge.PutPermissionCommandInput>;

/**
 * A whole policy as it is stored, with the unique ids of its users and roles. Throws
 * ValidationException or PolicyLengthExceededException.
 */
export async function storedBusPolicy(
  text: string,
  directory: IdentityDirectory,
  context: RequestContext,
): Promise<string> {
  if (text.length > POLICY_LENGTH_MAX) throw policyLengthExceeded();
  const isServicePrincipal = (name: string) => directory.isServicePrincipal(name);
  const [finding] = validatePolicy(text, "key", { isServicePrincipal });
  if (finding) throw invalidPolicy(finding.message);
  return toStoredPolicy(text, directory, context, (principal) => {
    throw invalidPolicy(`There is no principal ${principal}.`);
  });
}

/** The policy with one more statement, in the place of one with the same id. */
export function withPermission(policy: string | null, input: PermissionInput, arn: string): string {
  const statement = statementOf(input, arn);
  const others = statementsIn(policy).filter(({ Sid }) => Sid !== statement.Sid);
  const text = textOf([...others, statement]);
  if (text.length > POLICY_LENGTH_MAX) throw policyLengthExceeded();
  return text;
}

/** The policy without a statement: null if it was the last. Undefined if there is none. */
export function withoutPermission(policy: string | null, id: string): string | null | undefined {
  const before = statementsIn(policy);
  const left = before.filter(({ Sid }) => Sid !== id);
  if (left.length === before.length) return undefined;
  return left.length === 0 ? null : textOf(left);
}

/** Throws ValidationException for a permission that PutPermission doesn't know. */
function statementOf(
  { Action, Principal, StatementId, Condition }: PermissionInput,
  arn: string,
): Statement {
  if (Action !== ACTION) throw validation("Provided value in parameter 'action' is not supported.");
  if (Principal === undefined || StatementId === undefined)
    throw validation("Parameter(s) Principal and StatementId must be specified.");
  if (Condition) {
    const { Type, Key, Value } = Condition;
    if (Type !== "StringEquals" || Key !== ORGANIZATION || Value === "")
      throw validation(
        `Parameter Condition is not valid. Reason: it must be StringEquals of ${ORGANIZATION}.`,
      );
    if (Principal !== "*")
      throw validation("Parameter Condition is not valid. Reason: Principal must be *.");
  }
  return {
    Sid: StatementId,
    ...{ Effect: "Allow" },
    Principal: Principal === "*" ? "*" : { AWS: `arn:aws:iam::${Principal}:root` },
    ...{ Action, Resource: arn },
    ...(Condition && { Condition: { StringEquals: { [ORGANIZATION]: Condition.Value } } }),
  } as Statement;
}

/** The text was checked when it was put. */
function statementsIn(policy: string | null): readonly Statement[] {
  if (policy === null) return [];
  const { Statement: statements } = JSON.parse(policy) as Document;
  return [statements].flat();
}

function textOf(Statement: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement } satisfies Document);
}

function invalidPolicy(reason: string) {
  return validation(`Parameter Policy is not valid. Reason: ${reason}`);
}
