import type { ContextValue, RequestContextValues } from "@rolecast/policy";
import type { Authorization } from "../kernel/authorization.ts";
import { callingService } from "../kernel/call-chain.ts";
import { isoSeconds } from "../kernel/clock.ts";
import type { Organizations } from "../kernel/organization.ts";
import { accountOf, type Caller, type Principal, userIdOf } from "../kernel/principal.ts";
import type { RequestContext } from "../kernel/request-context.ts";
import { conditionKeyName } from "./condition-key-names.ts";

/** The keys that `ConditionContext` computes itself. */
const GLOBAL_KEYS = [
  "aws:currenttime",
  "aws:epochtime",
  "aws:securetransport",
  "aws:sourceip",
  "aws:useragent",
  "aws:referer",
  "aws:requestedregion",
  "aws:resourceaccount",
  "aws:multifactorauthage",
  "aws:viaawsservice",
  "aws:calledvia",
  "aws:calledviafirst",
  "aws:calledvialast",
  "aws:principalarn",
  "aws:principalaccount",
  "aws:principaltype",
  "aws:userid",
  "aws:username",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:resourceorgid",
  "aws:resourceorgpaths",
];

/**
 * The condition keys of one decision, computed when a policy asks for them.
 * Source: IAM user guide, "AWS global condition context keys".
 */
export class ConditionContext implements RequestContextValues {
  readonly #request: RequestContext;
  readonly #authorization: Authorization;
  readonly #caller: Caller;
  readonly #organizations: Organizations | undefined;

  constructor(
    request: RequestContext,
    authorization: Authorization,
    caller: Caller,
    organizations?: Organizations,
  ) {
    this.#organizations = organizations;
    this.#request = request;
    this.#caller = caller;
    this.#authorization = authorization;
  }

  get(key: string): ContextValue | undefined {
    const own = this.#authorization.context;
    if (own && Object.hasOwn(own, key)) return own[key];
    const fixed = this.#caller.sessionContext?.get(key);
    if (fixed !== undefined) return fixed;
    return this.#global(key);
  }

  /** All keys that have a value, as AWS writes them, for explanations. */
  entries(): (readonly [key: string, value: ContextValue])[] {
    const own = Object.keys(this.#authorization.context ?? {});
    const fixed = [...(this.#caller.sessionContext?.keys() ?? [])];
    return [...new Set([...GLOBAL_KEYS, ...fixed, ...own])].flatMap((key) => {
      const value = this.get(key);
      return value === undefined ? [] : [[conditionKeyName(key), value] as const];
    });
  }

  #global(key: string): ContextValue | undefined {
    const { nowMs, region } = this.#request;
    const { chain } = this.#request.caller;
    const caller = this.#caller;
    switch (key) {
      case "aws:currenttime":
        return isoSeconds(nowMs);
      case "aws:epochtime":
        return String(Math.floor(nowMs / 1000));
      case "aws:securetransport":
        return String(this.#request.secure);
      case "aws:sourceip":
        // A call that a service forwards doesn't come from the caller's address.
        return chain === undefined ? this.#request.sourceIp : undefined;
      case "aws:useragent":
        return this.#request.userAgent;
      case "aws:referer":
        return this.#request.referer;
      case "aws:requestedregion":
        return region;
      case "aws:resourceaccount":
        return this.#authorization.resourceAccountId ?? this.#request.accountId;
      case "aws:multifactorauthage":
        return caller.multiFactorAuthAtMs === undefined
          ? undefined
          : String(Math.floor((nowMs - caller.multiFactorAuthAtMs) / 1000));
      case "aws:viaawsservice":
        return String(chain !== undefined);
      case "aws:calledvia":
        return chain;
      case "aws:calledviafirst":
        return chain?.[0];
      case "aws:calledvialast":
        return callingService(this.#request.caller);
      case "aws:principalorgid":
      case "aws:principalorgpaths":
        return this.#organizationKey(key, accountOf(caller.principal));
      case "aws:resourceorgid":
      case "aws:resourceorgpaths":
        return this.#organizationKey(
          key,
          this.#authorization.resourceAccountId ?? this.#request.accountId,
        );
      default:
        return principalKey(key, caller.principal);
    }
  }

  /** Undefined for accounts outside the organization, services and anonymous callers. */
  #organizationKey(key: string, accountId: string): ContextValue | undefined {
    const member = this.#organizations?.members.get(accountId);
    if (!member) return undefined;
    return key.endsWith("paths") ? [member.orgPath] : member.organization.id;
  }
}

function principalKey(key: string, principal: Principal): ContextValue | undefined {
  switch (key) {
    case "aws:principalarn":
      return principalArn(principal);
    case "aws:principalaccount":
      return principal.kind === "service" ? undefined : accountOf(principal);
    case "aws:principaltype":
      return principalType(principal);
    case "aws:userid":
      return userIdOf(principal);
    case "aws:username":
      return principal.kind === "user" ? principal.userName : undefined;
    case "aws:principalisawsservice":
      return String(principal.kind === "service");
    case "aws:principalservicename":
      return principal.kind === "service" ? principal.serviceName : undefined;
    case "aws:principalservicenameslist":
      return principal.kind === "service" ? [principal.serviceName] : undefined;
    default:
      return undefined;
  }
}

/** `aws:PrincipalArn` is the role's ARN, not the session's. */
function principalArn(principal: Principal): string | undefined {
  switch (principal.kind) {
    case "role-session":
      return principal.roleArn;
    case "service":
    case "federated-provider":
    case "anonymous":
      return undefined;
    default:
      return principal.arn;
  }
}

function principalType(principal: Principal): string | undefined {
  switch (principal.kind) {
    case "root":
      return "Account";
    case "user":
      return "User";
    case "role-session":
      return "AssumedRole";
    case "federated-user":
      return "FederatedUser";
    case "anonymous":
      return "Anonymous";
    case "federated-provider":
    case "service":
      return undefined;
  }
}
