import type { ContextValue, RequestContextValues } from "@rolecast/policy";
import { type Authorization, READINGS_MAX, Spellings } from "../kernel/authorization.ts";
import { callingService } from "../kernel/call-chain.ts";
import { isoSeconds } from "../kernel/clock.ts";
import type { Organizations } from "../kernel/organization.ts";
import { ownValue } from "../kernel/own-value.ts";
import {
  accountOf,
  type Caller,
  type OnBehalfOf,
  type Principal,
  userIdOf,
} from "../kernel/principal.ts";
import type { RequestContext } from "../kernel/request-context.ts";
import { conditionKeyName } from "./condition-key-names.ts";

/**
 * The condition keys of one decision, computed when a policy asks for them.
 * Source: IAM user guide, "AWS global condition context keys".
 */
export class ConditionContext implements RequestContextValues, Facts {
  readonly request: RequestContext;
  readonly authorization: Authorization;
  readonly caller: Caller;
  readonly organizations: Organizations | undefined;
  /** The value that is read of each key with several spellings, once one was asked for. */
  #readings: Map<string, Reading> | undefined;
  #readingsLeft = READINGS_MAX;

  constructor(
    request: RequestContext,
    authorization: Authorization,
    caller: Caller,
    organizations?: Organizations,
  ) {
    this.organizations = organizations;
    this.request = request;
    this.caller = caller;
    this.authorization = authorization;
  }

  get(key: string): ContextValue | undefined {
    const own = this.authorization.context;
    if (own && Object.hasOwn(own, key)) {
      const value = own[key];
      return value instanceof Spellings ? this.#read(key, value) : value;
    }
    const fixed = this.caller.sessionContext?.get(key);
    if (fixed !== undefined) return fixed;
    return GLOBAL_KEYS.get(key)?.(this);
  }

  /**
   * Goes on to other values of keys with several spellings; false once a decision has seen every
   * combination of those that it asked for. A request that is denied with any of them is denied.
   */
  toNextReading(): boolean {
    for (const reading of this.#readings?.values() ?? []) {
      reading.at = (reading.at + 1) % reading.spellings.values.length;
      if (reading.at === 0) continue;
      this.#readingsLeft -= 1;
      return true;
    }
    return false;
  }

  #read(key: string, spellings: Spellings): string | undefined {
    if (this.#readingsLeft <= 0) throw new Error("Too many keys are spelled in several ways");
    this.#readings ??= new Map();
    const reading = this.#readings.get(key) ?? { spellings, at: 0 };
    this.#readings.set(key, reading);
    return spellings.values[reading.at];
  }

  /** All keys that have a value, as AWS writes them, for explanations. */
  entries(): (readonly [key: string, value: ContextValue])[] {
    const own = Object.keys(this.authorization.context ?? {});
    const fixed = [...(this.caller.sessionContext?.keys() ?? [])];
    return [...new Set([...Object.keys(SHOWN_KEYS), ...fixed, ...own])].flatMap((key) => {
      const value = this.#shown(key);
      return value === undefined ? [] : [[conditionKeyName(key), value] as const];
    });
  }

  #shown(key: string): ContextValue | undefined {
    const own = ownValue(this.authorization.context, key);
    if (!(own instanceof Spellings)) return this.get(key);
    const reading = this.#readings?.get(key);
    return reading && this.#readingsLeft > 0 ? own.values[reading.at] : own.values;
  }
}

interface Reading {
  readonly spellings: Spellings;
  at: number;
}

/** The values from which a decision's global keys are computed. */
interface Facts {
  readonly request: RequestContext;
  readonly authorization: Authorization;
  readonly caller: Caller;
  readonly organizations: Organizations | undefined;
}

type ComputeKey = (facts: Facts) => ContextValue | undefined;

/** The global keys that explanations show. */
const SHOWN_KEYS: Readonly<Record<string, ComputeKey>> = {
  "aws:currenttime": ({ request }) => isoSeconds(request.nowMs),
  "aws:epochtime": ({ request }) => String(Math.floor(request.nowMs / 1000)),
  "aws:securetransport": ({ request }) => String(request.secure),
  // A call that a service forwards doesn't come from the caller's address.
  "aws:sourceip": ({ request }) =>
    request.caller.chain === undefined ? request.sourceIp : undefined,
  "aws:useragent": ({ request }) => request.userAgent,
  "aws:referer": ({ request }) => request.referer,
  "aws:requestedregion": ({ request }) => request.region,
  "aws:resourceaccount": resourceAccount,
  "aws:multifactorauthage": ({ request, caller }) =>
    caller.multiFactorAuthAtMs === undefined
      ? undefined
      : String(Math.floor((request.nowMs - caller.multiFactorAuthAtMs) / 1000)),
  "aws:viaawsservice": ({ request }) => String(request.caller.chain !== undefined),
  "aws:calledvia": ({ request }) => request.caller.chain,
  "aws:calledviafirst": ({ request }) => request.caller.chain?.[0],
  "aws:calledvialast": ({ request }) => callingService(request.caller),
  "aws:principalarn": ({ caller }) => principalArn(caller.principal),
  "aws:principalaccount": ({ caller: { principal } }) =>
    principal.kind === "service" ? undefined : accountOf(principal),
  "aws:principaltype": ({ caller }) => principalType(caller.principal),
  "aws:userid": ({ caller }) => userIdOf(caller.principal),
  "aws:username": ({ caller: { principal } }) =>
    principal.kind === "user" ? principal.userName : undefined,
  "aws:sourceaccount": sourceAccount,
  "aws:sourcearn": (facts) => onBehalfOf(facts)?.resourceArn,
  "aws:sourceorgid": (facts) => organizationId(facts, sourceAccount(facts)),
  "aws:sourceorgpaths": (facts) => organizationPaths(facts, sourceAccount(facts)),
  "aws:principalorgid": (facts) => organizationId(facts, accountOf(facts.caller.principal)),
  "aws:principalorgpaths": (facts) => organizationPaths(facts, accountOf(facts.caller.principal)),
  "aws:resourceorgid": (facts) => organizationId(facts, resourceAccount(facts)),
  "aws:resourceorgpaths": (facts) => organizationPaths(facts, resourceAccount(facts)),
};

/** By key: a look-up costs the same for each, where a switch compares text after text. */
const GLOBAL_KEYS: ReadonlyMap<string, ComputeKey> = new Map<string, ComputeKey>([
  ...Object.entries(SHOWN_KEYS),
  ["aws:principalisawsservice", ({ caller }) => String(caller.principal.kind === "service")],
  [
    "aws:principalservicename",
    ({ caller: { principal } }) =>
      principal.kind === "service" ? principal.serviceName : undefined,
  ],
  [
    "aws:principalservicenameslist",
    ({ caller: { principal } }) =>
      principal.kind === "service" ? [principal.serviceName] : undefined,
  ],
]);

function resourceAccount({ authorization, request }: Facts): string {
  return authorization.resourceAccountId ?? request.accountId;
}

/** The account and resource that a service works for when it calls by itself. */
function onBehalfOf({ caller: { principal } }: Facts): OnBehalfOf | undefined {
  if (principal.kind !== "service" || principal.onBehalfOf === "unknown") return undefined;
  return principal.onBehalfOf;
}

function sourceAccount(facts: Facts): string | undefined {
  return onBehalfOf(facts)?.accountId;
}

/** Undefined for accounts outside the organization, services and anonymous callers. */
function organizationId({ organizations }: Facts, accountId = ""): string | undefined {
  return organizations?.members.get(accountId)?.organization.id;
}

function organizationPaths({ organizations }: Facts, accountId = ""): ContextValue | undefined {
  const member = organizations?.members.get(accountId);
  return member && [member.orgPath];
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
