import type { Authorization } from "../../../kernel/authorization.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import { isoSeconds } from "../../../kernel/clock.ts";
import type { AuditedCall, CallOutcome } from "../../../kernel/ports/call-audit.ts";
import type { Caller } from "../../../kernel/principal.ts";
import type { AuditedOperation } from "./audited-operation.ts";
import { areAlike, type Findable } from "./event-attributes.ts";
import { type RecordMembers, recordText } from "./record-text.ts";
import { RecordedResources } from "./resource-names.ts";
import {
  type FederatedAnswer,
  federatedIdentity,
  foreignIdentity,
  requestingService,
  type UserIdentity,
  userIdentity,
} from "./user-identity.ts";

/**
 * Source: CloudTrail user guide, "CloudTrail record contents": where user agents and error messages
 * are cut.
 */
const TEXT_CHARS_MAX = 1024;
const STRANGERS_PARAMETERS: readonly string[] = ["bucketName", "key"];
const ACCOUNT_ID = /^\d{12}$/;
const NO_ERROR: RecordedError = { errorCode: undefined, errorMessage: undefined };
const INTERNAL_ERROR: RecordedError = { errorCode: "InternalFailure", errorMessage: undefined };

/** A call as far as it is known; `outcome` undefined while it runs. */
export interface CallSoFar {
  readonly call: AuditedCall;
  readonly operation: AuditedOperation;
  readonly authorizations: readonly Authorization[];
  readonly outcome: CallOutcome | undefined;
  readonly atMs: number;
}

/**
 * The kinds of events that are kept apart, so that none drives out the other: its own principals'
 * changes and reads, and what they were refused; what other accounts did here; what nobody knows
 * who tried.
 */
export type EventKind = "change" | "read" | "refused" | "foreign" | "stranger";

/** One account's record of a call. */
export interface EventRecord {
  readonly eventId: string;
  readonly accountId: string;
  readonly region: string;
  readonly kind: EventKind;
  readonly readOnly: boolean;
  readonly atMs: number;
  /** The attributes of a lookup come from it, with the batch: most events wait in memory. */
  readonly findable: Findable;
  /** JSON, as LookupEvents' `CloudTrailEvent` and the files of trails show it. */
  readonly text: string;
}

/**
 * The accounts that get a record: the caller's, and when the call succeeds those whose resources
 * it was about. A service that acts for itself has no account.
 */
function recipientsOf({ call, authorizations, outcome }: CallSoFar): readonly string[] {
  const caller = call.context.accountId;
  if (authorizations.every(({ resourceAccountId: owner = caller }) => owner === caller))
    return ACCOUNT_ID.test(caller) ? [caller] : [];
  const failed = outcome !== undefined && "error" in outcome;
  const owners = authorizations.flatMap(({ resourceAccountId }) => resourceAccountId ?? []);
  const wanted = failed && ACCOUNT_ID.test(caller) ? [caller] : [caller, ...owners];
  return [...new Set(wanted)].filter((accountId) => ACCOUNT_ID.test(accountId));
}

export class EventRecords {
  readonly #resources: RecordedResources;
  /** The last one of each operation: like records share it, for a second and more in memory. */
  readonly #findables = new WeakMap<AuditedOperation, Findable>();

  /** `typePrefixes`: how resource types begin, by the service's name in ARNs. */
  constructor(typePrefixes: () => ReadonlyMap<string, string>) {
    this.#resources = new RecordedResources(typePrefixes);
  }

  /** The call's records, one a recipient; `eventIds` has an id for each and one they share. */
  of(soFar: CallSoFar, newId: (recipient: string) => string): readonly EventRecord[] {
    const recipients = recipientsOf(soFar);
    const sharedId = recipients.length > 1 ? newId("shared") : undefined;
    return recipients.map((accountId) =>
      this.#record(soFar, accountId, newId(accountId), sharedId),
    );
  }

  #record(
    soFar: CallSoFar,
    accountId: string,
    eventID: string,
    sharedEventID: string | undefined,
  ): EventRecord {
    const { call, operation, authorizations, outcome, atMs } = soFar;
    const { context, input } = call;
    const { eventName, eventSource, named, readOnly } = operation;
    const service = requestingService(context.caller);
    const resources = this.#resources.of(authorizations, accountId);
    const userIdentity = identityOf(soFar, accountId);
    const isStrange = isRefusedStranger(soFar);
    const parameters = operation.parameters(input);
    const region = operation.region ?? context.region;
    const { errorCode, errorMessage } = errorOf(call, outcome);
    const text = recordText({
      userIdentity,
      eventTime: isoSeconds(atMs),
      named,
      awsRegion: region,
      sourceIPAddress: service ?? context.sourceIp ?? "internal",
      userAgent: isStrange ? "" : bounded(service ?? context.userAgent ?? ""),
      errorCode,
      errorMessage,
      requestParameters: isStrange ? strangersParameters(parameters) : parameters,
      responseElements:
        outcome && "output" in outcome ? operation.elements(outcome.output) : "null",
      requestID: context.requestId,
      eventID,
      readOnly,
      resources,
      recipientAccountId: accountId,
      tlsDetails: isStrange ? undefined : tlsDetails(call),
      sharedEventID,
    });
    const kind = kindOf(soFar, accountId);
    const found = { eventName, eventSource, readOnly, userIdentity, resources };
    const findable = this.#shared(operation, found);
    return { eventId: eventID, accountId, region, kind, readOnly, atMs, findable, text };
  }

  #shared(operation: AuditedOperation, findable: Findable): Findable {
    const last = this.#findables.get(operation);
    if (last && areAlike(findable, last)) return last;
    this.#findables.set(operation, findable);
    return findable;
  }
}

function kindOf(soFar: CallSoFar, accountId: string): EventKind {
  const { call, operation, outcome } = soFar;
  const failed = outcome !== undefined && "error" in outcome;
  const { principal } = callerOf(soFar);
  if (principal.kind !== "service" && call.context.accountId !== accountId)
    return failed || principal.kind === "anonymous" ? "stranger" : "foreign";
  if (failed) return "refused";
  return operation.readOnly ? "read" : "change";
}

/** Anybody may send such a call, and say anything in it. */
function isRefusedStranger({ call, outcome }: CallSoFar): boolean {
  const failed = outcome !== undefined && "error" in outcome;
  return failed && call.context.caller.principal.kind === "anonymous";
}

/** The principal that signed, or that the input proves to be the caller. */
function callerOf({ call, authorizations }: CallSoFar): Caller {
  return authorizations.find((each) => each.caller)?.caller ?? call.context.caller;
}

/** The place that strangers' calls came to, whatever they say. */
function strangersParameters(parameters: string): string {
  const said: unknown = JSON.parse(parameters);
  const kept = Object.entries(said ?? {}).flatMap(([name, value]) =>
    STRANGERS_PARAMETERS.includes(name) && typeof value === "string"
      ? [[name, bounded(value)] as const]
      : [],
  );
  return JSON.stringify(kept.length > 0 ? Object.fromEntries(kept) : null);
}

function bounded(text: string): string {
  return text.slice(0, TEXT_CHARS_MAX);
}

function identityOf(soFar: CallSoFar, accountId: string): UserIdentity {
  const { outcome } = soFar;
  const { context } = soFar.call;
  const caller = callerOf(soFar);
  const { kind } = caller.principal;
  if (kind === "federated-provider") {
    const answer = outcome && "output" in outcome ? (outcome.output as FederatedAnswer) : {};
    return federatedIdentity(userIdentity(caller), answer);
  }
  const isForeign = ACCOUNT_ID.test(context.accountId) && context.accountId !== accountId;
  return isForeign ? foreignIdentity(caller) : userIdentity(caller);
}

type RecordedError = Pick<RecordMembers, "errorCode" | "errorMessage">;

/** Records name a modelled error by its shape: IAM's `NoSuchEntity` is `NoSuchEntityException`. */
function errorOf({ operation }: AuditedCall, outcome: CallOutcome | undefined): RecordedError {
  if (!outcome || !("error" in outcome)) return NO_ERROR;
  const { error } = outcome;
  if (!(error instanceof AwsError)) return INTERNAL_ERROR;
  const errorCode = operation.errors.get(error.code)?.name ?? error.code;
  return { errorCode, errorMessage: bounded(error.message) };
}

/** Of TLS only the host is known here: a proxy in front of the server may have spoken it. */
function tlsDetails({ context }: AuditedCall): object | undefined {
  if (context.http?.scheme !== "https") return undefined;
  return { clientProvidedHostHeader: context.http.headers.host };
}
