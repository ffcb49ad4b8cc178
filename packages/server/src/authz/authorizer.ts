import {
  compilePolicy,
  type DecisionRequest,
  decide,
  type Effect,
  explain,
  type PolicyLayers,
  PolicySet,
  type PolicySource,
} from "@rolecast/policy";
import type { Authorization, ResourcePolicy } from "../kernel/authorization.ts";
import { AwsError } from "../kernel/aws-error.ts";
import { errorClass } from "../kernel/error-class.ts";
import { LruMap } from "../kernel/lru-map.ts";
import { NO_ORGANIZATIONS, type Organizations } from "../kernel/organization.ts";
import type { DecisionLog } from "../kernel/ports/decisions.ts";
import type {
  AuthorizationMessages,
  IdentityDirectory,
  PolicyDocument,
} from "../kernel/ports/identity.ts";
import type { Log } from "../kernel/ports/log.ts";
import type { OrganizationDirectory } from "../kernel/ports/organizations.ts";
import type { PermissionUses } from "../kernel/ports/permission-uses.ts";
import { accountOf, type Caller, type Principal, type SessionPolicy } from "../kernel/principal.ts";
import type { Question, RequestContext } from "../kernel/request-context.ts";
import type { Denial, Service } from "../kernel/service.ts";
import type { Eventual } from "../kernel/when-known.ts";
import { nextTurn } from "../kernel/work/turns.ts";
import { ConditionContext } from "./condition-context.ts";
import { decisionRecord } from "./decision-record.ts";
import { denialDetails } from "./denial-details.ts";
import { DenialLog } from "./denial-log.ts";
import { OrganizationLayers } from "./organization-layers.ts";
import { PolicyCache } from "./policy-cache.ts";

/** Principals whose gathered policies are cached. */
const GATHERED_MAX = 10_000;

/** The dearest policies cost a millisecond a pair: others wait no longer than for 16 of them. */
const PAIRS_PER_TURN = 16;

/** Carries the message that `aws sts decode-authorization-message` decodes. */
const MESSAGE_HEADER = "x-rolecast-authorization-message";

/** Carries the id that `rolecast explain` and GetRequestAuthorizationDetails ask by. */
const ID_HEADER = "x-rolecast-authorization-id";

const CALL: Question = { isCall: true };

export interface AuthorizerOptions {
  readonly directory: IdentityDirectory;
  /** `enforce` refuses, `soft` logs what would be refused, `off` doesn't decide. */
  readonly enforcement: "enforce" | "soft" | "off";
  readonly log: Log;
  /** Left out, the log names no page of the console. */
  readonly consoleUrl?: string;
  /** Left out, no account is in an organization. */
  readonly organizations?: OrganizationDirectory | undefined;
  /** Left out, denials carry no sealed message. */
  readonly messages?: AuthorizationMessages;
  /** Left out, decisions aren't kept. */
  readonly decisions?: DecisionLog;
  /** Left out, nobody learns which permissions are used. */
  readonly permissionUses?: Pick<PermissionUses, "note">;
}

/** A service as its refusals need it. */
type Refusing = Pick<Service, "accessDenied">;

interface Gathered {
  readonly generation: number;
  readonly identity: PolicySet;
  readonly boundary: PolicySet | undefined;
  /** The group through which a user has a policy. */
  readonly groupArns: ReadonlyMap<PolicySource, string>;
}

/** Decides requests: gathers the policies that apply and asks the policy engine. */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #denials: DenialLog;
  readonly #policies = new PolicyCache();
  #organizationLayers: OrganizationLayers;
  readonly #gathered = new LruMap<string, Gathered>(GATHERED_MAX);
  /** Keyed by the list itself: authentication keeps one list per session. */
  readonly #sessions = new WeakMap<readonly SessionPolicy[], PolicySet>();

  /** A failed evaluation denies; the log shows that it failed. */
  readonly #onError = (error: unknown): void =>
    this.#options.log.error({ error: errorClass(error) }, "a policy couldn't be evaluated");

  constructor(options: AuthorizerOptions) {
    this.#options = options;
    this.#denials = new DenialLog(options.log, options.consoleUrl);
    this.#organizationLayers = new OrganizationLayers(NO_ORGANIZATIONS, this.#policies);
  }

  /**
   * Returns when every pair is allowed, or resolves where one can't be decided yet; throws or
   * rejects with the service's denial of the first that isn't.
   */
  authorize(
    service: Refusing,
    authorizations: Authorization | readonly Authorization[],
    context: RequestContext,
    question: Question = CALL,
  ): Eventual<void> {
    const pairs = asList(authorizations);
    const [first] = pairs;
    if (first && question.isCall) this.#noteAccess(first, context);
    if (this.#options.enforcement === "off") return;
    return this.#authorizeFrom(0, pairs, service, context, question);
  }

  #authorizeFrom(
    from: number,
    pairs: readonly Authorization[],
    service: Refusing,
    context: RequestContext,
    question: Question,
  ): Eventual<void> {
    for (let at = from; at < pairs.length; at++) {
      if (at >= from + PAIRS_PER_TURN)
        return nextTurn().then(() => this.#authorizeFrom(at, pairs, service, context, question));
      const pair = pairs[at];
      const decided = pair && this.decide(pair, context, question);
      if (decided instanceof Promise)
        return decided.then((denial) => {
          if (denial) this.#refuse(denial, service, question);
          return this.#authorizeFrom(at + 1, pairs, service, context, question);
        });
      if (decided) this.#refuse(decided, service, question);
    }
  }

  /** Throws the service's refusal, or logs what would be refused. */
  #refuse(denial: Denial, service: Refusing, { isCall }: Question): void {
    const error = service.accessDenied?.(denial) ?? accessDenied(denial);
    if (this.#options.enforcement === "enforce") {
      if (isCall) this.#denials.denied(denial);
      throw withDetails(error, denial);
    }
    // A question that only decides how much an answer shows refuses no request.
    if (!isCall) return;
    this.#denials.wouldBeDenied(denial, error.message);
  }

  /** Notes the first pair, the operation's own action; further pairs aren't calls. */
  #noteAccess({ action, caller }: Authorization, context: RequestContext): void {
    const { principal } = caller ?? context.caller;
    this.#options.directory.noteAccess(principal, action, context.region, context.nowMs);
  }

  /**
   * Decides one pair; gives undefined if it is allowed. Nearly always all that it needs is kept,
   * and an await costs more than the decision.
   */
  decide(
    authorization: Authorization,
    context: RequestContext,
    question: Question,
  ): Eventual<Denial | undefined> {
    const caller = authorization.caller ?? context.caller;
    const directory = this.#options.organizations;
    const organizations = directory?.current();
    const gathered = this.#gather(caller, context);
    return gathered instanceof Promise || (directory && !organizations)
      ? this.#decideLater(authorization, context, question, gathered)
      : this.#decide(authorization, context, question, { organizations, gathered });
  }

  async #decideLater(
    authorization: Authorization,
    context: RequestContext,
    question: Question,
    gathering: Eventual<Gathered | undefined>,
  ): Promise<Denial | undefined> {
    const gathered = await gathering;
    const directory = this.#options.organizations;
    const organizations = directory && (directory.current() ?? (await directory.read()));
    return this.#decide(authorization, context, question, { organizations, gathered });
  }

  #decide(
    authorization: Authorization,
    context: RequestContext,
    { isCall, isRepeated = false }: Question,
    known: {
      readonly organizations: Organizations | undefined;
      readonly gathered: Gathered | undefined;
    },
  ): Denial | undefined {
    const { organizations, gathered } = known;
    const caller = authorization.caller ?? context.caller;
    const request: DecisionRequest & { readonly context: ConditionContext } = {
      principal: caller.principal,
      action: authorization.action,
      resource: authorization.resource,
      resourceAccountId:
        authorization.decidingAccountId ?? authorization.resourceAccountId ?? context.accountId,
      context: new ConditionContext(context, authorization, caller, organizations),
    };
    const control = organizations && this.#layersOf(organizations);
    const layers = this.#layers(gathered, control, authorization, caller, context);
    let effect: Effect = decide(request, layers, this.#onError);
    while (effect === "allow" && request.context.toNextReading())
      effect = decide(request, layers, this.#onError);
    const { decisions, messages, permissionUses } = this.#options;
    if (isCall && permissionUses) permissionUses.note(request, context, effect !== "allow");
    const isWatched = !isRepeated && decisions?.isWatched(context.accountId) === true;
    if (effect === "allow" && !isWatched) return undefined;
    const explanation = explain(request, layers, this.#onError);
    const principalArn = callerArn(caller.principal);
    const isOutsider = !hasAccount(caller.principal);
    const accountId = isOutsider ? authorization.resourceAccountId : context.accountId;
    const authorizationId = accountId === undefined ? undefined : decisions?.newId();
    if (decisions && accountId !== undefined && authorizationId !== undefined) {
      const ids = { authorizationId, accountId, isOutsider };
      const { groupArns } = gathered ?? {};
      const decided = { ...ids, request, authorization, layers, explanation, groupArns };
      const onError = this.#onError;
      decisions.note(decisionRecord({ ...decided, principalArn, context, onError }));
    }
    if (effect === "allow") return undefined;
    const details = messages && denialDetails(request, explanation, context);
    return {
      authorization,
      context,
      effect,
      reason: explanation.reason,
      encodedMessage: details && messages.encode(context.accountId, details),
      authorizationId,
      callerArn: principalArn,
      sameAccount: request.resourceAccountId === context.accountId,
    };
  }

  /** The compiled policies are kept until the organizations change. */
  #layersOf(organizations: Organizations): OrganizationLayers {
    if (!this.#organizationLayers.isOf(organizations))
      this.#organizationLayers = new OrganizationLayers(organizations, this.#policies);
    return this.#organizationLayers;
  }

  #layers(
    gathered: Gathered | undefined,
    organizations: OrganizationLayers | undefined,
    authorization: Authorization,
    caller: Caller,
    context: RequestContext,
  ): PolicyLayers {
    const owner = authorization.resourceAccountId ?? context.accountId;
    const callerAccount = accountOf(caller.principal);
    const callerLevels = organizations?.levelsOf(callerAccount);
    const { resourcePolicy, grants } = authorization;
    // Always the same members, in the same order: decisions read them millions of times.
    return {
      identity: gathered?.identity,
      boundary: gathered?.boundary,
      session: this.#sessionPolicies(caller),
      resource: this.#resourceLayer(resourcePolicy, grants),
      resourceKind: (resourcePolicy ?? grants)?.kind,
      scpLevels: callerLevels?.scp,
      rcpLevels: (owner === callerAccount ? callerLevels : organizations?.levelsOf(owner))?.rcp,
      endpoint: undefined,
    };
  }

  #resourceLayer(
    resourcePolicy: ResourcePolicy | undefined,
    grants: ResourcePolicy | undefined,
  ): PolicySet | undefined {
    const first = resourcePolicy ?? grants;
    if (!first) return undefined;
    const source = ({ kind, id }: ResourcePolicy) => ({ kind, id, managed: false }) as const;
    if (!resourcePolicy || !grants) return this.#policies.setOf(first.text, source(first));
    return new PolicySet(
      [resourcePolicy, grants].map((policy) => this.#policies.compile(policy.text, source(policy))),
    );
  }

  #gather({ principal }: Caller, context: RequestContext): Eventual<Gathered | undefined> {
    const key = gatherKey(principal);
    if (key === undefined) return undefined;
    const generation = this.#options.directory.generation(accountOf(principal));
    const known = this.#gathered.get(key);
    return known?.generation === generation
      ? known
      : this.#gatherNow(key, generation, principal, context);
  }

  async #gatherNow(
    key: string,
    generation: number,
    principal: Principal,
    context: RequestContext,
  ): Promise<Gathered> {
    const policies = await this.#options.directory.policiesOf(principal, context);
    const groupArns = new Map<PolicySource, string>();
    const identity = policies.identity.map((policy) => {
      const compiled = this.#compile(policy, "identity", policy.groupArn ?? key);
      if (policy.groupArn !== undefined) groupArns.set(compiled.source, policy.groupArn);
      return compiled;
    });
    const gathered: Gathered = {
      generation,
      identity: new PolicySet(identity),
      groupArns,
      boundary:
        policies.boundary && new PolicySet([this.#compile(policies.boundary, "boundary", key)]),
    };
    // A transaction's reads may yet be rolled back.
    if (!context.inTransaction) this.#gathered.set(key, gathered);
    return gathered;
  }

  #compile(policy: PolicyDocument, kind: "identity" | "boundary", owner: string) {
    const { text, managed } = policy;
    const id = managed ? policy.id : `${owner} ${policy.id}`;
    return this.#policies.compile(text, { kind, id, managed });
  }

  #sessionPolicies({ sessionPolicies: policies }: Caller): PolicySet | undefined {
    if (!policies) return undefined;
    let set = this.#sessions.get(policies);
    if (!set) {
      set = new PolicySet(
        policies.map(({ id, text }) =>
          compilePolicy(text, { kind: "session", id, managed: id.startsWith("arn:") }),
        ),
      );
      this.#sessions.set(policies, set);
    }
    return set;
  }
}

/** Adds the explanation of a refusal in headers that AWS's clients ignore. */
function withDetails(error: AwsError, { encodedMessage, authorizationId }: Denial): AwsError {
  const { code, status, fault, fields } = error;
  const headers = {
    ...error.headers,
    ...(encodedMessage === undefined ? {} : { [MESSAGE_HEADER]: encodedMessage }),
    ...(authorizationId === undefined ? {} : { [ID_HEADER]: authorizationId }),
  };
  return new AwsError(code, error.message, { status, fault, fields, headers });
}

/** Decisions on other callers are for the resource's account to read; AWS keeps none of them. */
function hasAccount({ kind }: Principal): boolean {
  return kind !== "anonymous" && kind !== "service" && kind !== "federated-provider";
}

function asList(value: Authorization | readonly Authorization[]): readonly Authorization[] {
  return Array.isArray(value) ? value : [value as Authorization];
}

/** The id or ARN that a principal's identity-based policies are attached to, if it has any. */
function gatherKey(principal: Principal): string | undefined {
  switch (principal.kind) {
    case "user":
      return principal.id;
    case "role-session":
      return principal.roleId;
    case "federated-user":
      return principal.userArn;
    default:
      return undefined;
  }
}

function callerArn(principal: Principal): string {
  switch (principal.kind) {
    case "anonymous":
      return "anonymous";
    case "federated-provider":
      return principal.provider;
    case "service":
      return principal.serviceName;
    default:
      return principal.arn;
  }
}

/** The refusal of IAM and most other services. */
function accessDenied(denial: Denial): AwsError {
  const { authorization, callerArn: arn, reason } = denial;
  const { action, resource, resourceLabel = resource } = authorization;
  return new AwsError(
    "AccessDenied",
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resourceLabel} ${reason}`,
    { status: 403 },
  );
}
