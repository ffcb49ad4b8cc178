import type * as sts from "@aws-sdk/client-sts";
import type { Authorization, ContextEntries } from "../../kernel/authorization.ts";
import type { Checked } from "../../kernel/checked.ts";
import { defineOperations, withSubject } from "../../kernel/operations.ts";
import type {
  FederationDirectory,
  IdentityDirectory,
  RoleRecord,
} from "../../kernel/ports/identity.ts";
import type { Caller } from "../../kernel/principal.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { type Eventual, whenKnown } from "../../kernel/when-known.ts";
import { findAssumableRole, resourceTagKeys, roleSessionSeconds } from "./assumable-role.ts";
import { callerArn } from "./caller-arn.ts";
import { CHAINED_SESSION_SECONDS_MAX, DEFAULT_SESSION_SECONDS } from "./constraints.ts";
import { accessDenied, roleBeingDeleted, validationError } from "./errors.ts";
import { issueRoleSession } from "./issue-role-session.ts";
import { multiFactorAuth } from "./mfa.ts";
import { refuseFederatedUser } from "./refuse-federated-user.ts";
import { inheritedSourceIdentity, inheritedTags } from "./session-context.ts";
import type { SessionCredentials } from "./session-credentials.ts";
import { checkedSessionPolicies } from "./session-policies.ts";
import { requestTagKeys, sessionTags } from "./session-tags.ts";

export interface RoleSessionsDependencies {
  readonly directory: IdentityDirectory;
  readonly federation: FederationDirectory;
  readonly credentials: SessionCredentials;
}

/** Keys of a request with an MFA code; without one, the keys of the caller's session count. */
const MFA_GIVEN = { "aws:multifactorauthpresent": "true", "aws:multifactorauthage": "0" };

type AssumeRoleInput = Checked<sts.AssumeRoleCommandInput>;

/**
 * The session is one of the role that was decided on. A role of the same name that was made since
 * then isn't that role, and a session of the old one is worthless.
 */
export function roleSessions(deps: RoleSessionsDependencies) {
  return defineOperations<typeof sts>()({
    AssumeRole: withSubject({
      authorize: (input, context) => {
        refuseFederatedUser(context, input.RoleArn);
        return whenKnown(findRole(deps.directory, input, context), (role) =>
          whenKnown(multiFactorAuth(input, deps.federation, context), (mfa) => {
            const pairs = actionsOf(input, context).map((action) =>
              authorization(action, role, input, mfa),
            );
            return { pairs, subject: role };
          }),
        );
      },
      handle: (input, context, role) => {
        if (input.ProvidedContexts !== undefined && input.ProvidedContexts.length > 0)
          throw validationError("ProvidedContexts is not supported: no context provider is known.");
        if (role.isBeingDeleted) throw roleBeingDeleted(role.roleName);
        const seconds = sessionSeconds(input, role, context);
        const { directory } = deps;
        const checked = checkedSessionPolicies(input, role.accountId, directory, context);
        return whenKnown(checked, (policyArns) => {
          // A service uses its session inside the process, where no signed request is noted.
          if (context.caller.principal.kind === "service")
            directory.noteRoleUsed(role.arn, context.region, context.nowMs);
          return assume(deps, { input, context, role, seconds, policyArns });
        });
      },
    }),
  });
}

interface Assumption {
  readonly input: AssumeRoleInput;
  readonly context: RequestContext;
  readonly role: RoleRecord;
  readonly seconds: number;
  readonly policyArns: readonly string[];
}

function assume(deps: RoleSessionsDependencies, assumption: Assumption) {
  const { input, context, role, seconds, policyArns } = assumption;
  return issueRoleSession(deps.credentials, {
    role,
    sessionName: input.RoleSessionName,
    issuedAtMs: context.nowMs,
    seconds,
    policy: input.Policy,
    policyArns,
    ...sessionTags(input.Tags, input.TransitiveTagKeys, inheritedTags(context.caller)),
    sourceIdentity: sourceIdentityOf(input, context),
    context: [],
    minimumTokenBytes: input.MinimumSessionTokenSize,
  });
}

/** A role that doesn't exist is answered like one that doesn't trust the caller: nothing leaks. */
function findRole(
  directory: IdentityDirectory,
  { RoleArn }: AssumeRoleInput,
  context: RequestContext,
): Eventual<RoleRecord> {
  return whenKnown(findAssumableRole(directory, RoleArn, context), (role) => {
    if (role && isForCaller(role, context.caller)) return role;
    throw accessDenied(callerArn(context.caller.principal), "sts:AssumeRole", RoleArn);
  });
}

/**
 * A service has no account of its own to be told apart by, and customers' roles trust it by its
 * name alone. So it gets roles of the account whose work it does, whatever a trust policy says.
 */
function isForCaller(role: RoleRecord, { principal }: Caller): boolean {
  if (principal.kind !== "service") return true;
  const { onBehalfOf, serviceName } = principal;
  if (onBehalfOf === "unknown") return role.linkedService === serviceName;
  return role.accountId === onBehalfOf.accountId;
}

/** Source: IAM User Guide, "Passing session tags" and "Monitor … assumed roles". */
function actionsOf(input: AssumeRoleInput, { caller }: RequestContext): readonly string[] {
  const actions = ["sts:AssumeRole"];
  const tagged = (input.Tags?.length ?? 0) > 0 || inheritedTags(caller).length > 0;
  if (tagged) actions.push("sts:TagSession");
  const named = input.SourceIdentity !== undefined || inheritedSourceIdentity(caller) !== undefined;
  if (named) actions.push("sts:SetSourceIdentity");
  return actions;
}

function authorization(
  action: string,
  role: RoleRecord,
  input: AssumeRoleInput,
  mfa: boolean,
): Authorization {
  const keys = conditionKeys(role, input);
  return {
    action,
    resource: role.arn,
    resourceAccountId: role.accountId,
    context: mfa ? { ...keys, ...MFA_GIVEN } : keys,
    resourcePolicy: { id: role.arn, text: role.trustPolicy, kind: "trust" },
  };
}

function conditionKeys(role: RoleRecord, input: AssumeRoleInput): ContextEntries {
  return {
    ...resourceTagKeys(role),
    ...requestTagKeys(input.Tags ?? []),
    "sts:externalid": input.ExternalId,
    "sts:rolesessionname": input.RoleSessionName,
    "sts:sourceidentity": input.SourceIdentity,
    "sts:transitivetagkeys": input.TransitiveTagKeys,
  };
}

function sessionSeconds(
  { DurationSeconds: seconds = DEFAULT_SESSION_SECONDS }: AssumeRoleInput,
  role: RoleRecord,
  { caller }: RequestContext,
): number {
  const chained = caller.expiresAtMs !== undefined;
  if (chained && seconds > CHAINED_SESSION_SECONDS_MAX)
    throw validationError(
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    );
  return roleSessionSeconds(seconds, role);
}

/** Once set, a source identity stays for the whole chain. */
function sourceIdentityOf(input: AssumeRoleInput, context: RequestContext): string | undefined {
  const inherited = inheritedSourceIdentity(context.caller);
  if (inherited === undefined || input.SourceIdentity === undefined)
    return inherited ?? input.SourceIdentity;
  if (inherited === input.SourceIdentity) return inherited;
  const { principal } = context.caller;
  throw accessDenied(callerArn(principal), "sts:SetSourceIdentity", input.RoleArn);
}
