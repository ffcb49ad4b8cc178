import type * as sts from "@aws-sdk/client-sts";
import { isAccountId, parseArn } from "../../kernel/arn.ts";
import { defineOperations, withSubject } from "../../kernel/operations.ts";
import type { IdentityDirectory } from "../../kernel/ports/identity.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { callerArn } from "./caller-arn.ts";
import { ROOT_TASK_SECONDS_MAX } from "./constraints.ts";
import { accessDenied, validationError } from "./errors.ts";
import { issueCredentials } from "./issue-credentials.ts";
import { refuseFederatedUser } from "./refuse-federated-user.ts";
import { mayBecomeRoot, type RootAccessDependencies } from "./root-access.ts";
import { inheritedSourceIdentity } from "./session-context.ts";
import type { SessionCredentials } from "./session-credentials.ts";

/** Source: API reference, AssumeRoot, TaskPolicyArn. */
const TASK_POLICIES: ReadonlySet<string> = new Set(
  [
    "IAMAuditRootUserCredentials",
    "IAMCreateRootUserPassword",
    "IAMDeleteRootUserCredentials",
    "S3UnlockBucketPolicy",
    "SQSUnlockQueuePolicy",
  ].map((name) => `arn:aws:iam::aws:policy/root-task/${name}`),
);

/** AWS's task policies only deny; what they leave is root's. */
const EVERYTHING_ELSE = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});

export interface RootSessionsDependencies extends RootAccessDependencies {
  readonly directory: IdentityDirectory;
  readonly credentials: SessionCredentials;
}

export function rootSessions(deps: RootSessionsDependencies) {
  const { directory, credentials } = deps;
  return defineOperations<typeof sts>()({
    AssumeRoot: withSubject({
      authorize: async ({ TargetPrincipal, TaskPolicyArn }, context) => {
        const { accountId, arn } = targetOf(TargetPrincipal);
        refuseFederatedUser(context, arn);
        const { principal } = context.caller;
        const permitted =
          // Source: API reference, AssumeRoot: not with root's own credentials.
          principal.kind !== "root" &&
          (await mayBecomeRoot(context.accountId, accountId, deps, context));
        if (!permitted) throw accessDenied(callerArn(principal), "sts:AssumeRoot", arn);
        const pairs = {
          action: "sts:AssumeRoot",
          resource: arn,
          // The organization, not the member account, says who may: no resource policy is asked.
          context: { "sts:taskpolicyarn": TaskPolicyArn.arn, "aws:resourceaccount": accountId },
        };
        return { pairs, subject: accountId };
      },
      handle: async (input, context, accountId) => {
        const policyArn = await taskPolicyArn(input.TaskPolicyArn.arn ?? "", directory, context);
        const seconds = input.DurationSeconds ?? ROOT_TASK_SECONDS_MAX;
        const sourceIdentity = inheritedSourceIdentity(context.caller);
        const issued = issueCredentials(credentials, {
          session: {
            identity: { kind: "root", accountId },
            issuedAtMs: context.nowMs,
            expiresAtMs: context.nowMs + seconds * 1000,
            policy: EVERYTHING_ELSE,
            policyArns: [policyArn],
            tags: [],
            transitiveTagKeys: [],
            sourceIdentity,
            multiFactorAuth: false,
            context: [],
          },
          minimumTokenBytes: input.MinimumSessionTokenSize ?? 0,
        });
        return {
          Credentials: issued.Credentials,
          SessionTokenSize: issued.tokenBytes,
          SessionTokenUtilization: issued.utilization,
          ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
        };
      },
    }),
  });
}

/** @throws ValidationError unless it is an account's id or the ARN of its root user */
function targetOf(principal: string): { readonly accountId: string; readonly arn: string } {
  const parsed = parseArn(principal);
  const named =
    parsed?.service === "iam" && parsed.region === "" && parsed.resource === "root"
      ? parsed.accountId
      : principal;
  if (!isAccountId(named)) throw validationError("Request ARN is invalid");
  return { accountId: named, arn: `arn:aws:iam::${named}:root` };
}

async function taskPolicyArn(
  arn: string,
  directory: IdentityDirectory,
  context: RequestContext,
): Promise<string> {
  if (TASK_POLICIES.has(arn) && (await directory.findManagedPolicy(arn, context))) return arn;
  throw validationError(`Policy ${arn} is not a task policy.`);
}
