import type { Authorization } from "../../../kernel/authorization.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import { isoSeconds } from "../../../kernel/clock.ts";
import type { AuditedCall, CallOutcome } from "../../../kernel/ports/call-audit.ts";
import type { Caller } from "../../../kernel/principal.ts";
import type { AuditedOperation } from "./audited-operation.ts";
import { type Findable, findableOf } from "./event-attributes.ts";
import { type RecordedResource, recordedResources } from "./resource-names.ts";
import {
  type FederatedAnswer,
  federatedIdentity,
  foreignIdentity,
  requestingService,
  type UserIdentity,
  userIdentity,
} from "./user-identity.ts";

/** Source: CloudTrail user guide, "CloudTrail record contents". */
export const EVENT_VERSION = "1.11";
/** Same source: what is longer is left out. */
const ELEMENTS_CHARS_MAX = 100 * 1024;
/** Same source: where user agents and error messages are cut. */
const TEXT_CHARS_MAX = 1024;
const STRANGERS_PARAMETERS: readonly string[] = ["bucketName", "key"];
const ACCOUNT_ID = /^\d{12}$/;

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
  readonly #readTypePrefixes: () => ReadonlyMap<string, string>;
  #typePrefixes: ReadonlyMap<string, string> | undefined;

  /** `typePrefixes`: how resource types begin, by the service's name in ARNs. */
  constructor(typePrefixes: () => ReadonlyMap<string, string>) {
    this.#readTypePrefixes = typePrefixes;
  }

  /** The call's records, one a recipient; `eventIds` has an id for each and one they share. */
  of(soFar: CallSoFar, newId: (recipient: string) => string): readonly EventRecord[] {
    const recipients = recipientsOf(soFar);
    const shared = recipients.length > 1 ? { sharedEventID: newId("shared") } : undefined;
    return recipients.map((accountId) => {
      const eventId = newId(accountId);
      const record = this.#record(soFar, accountId, eventId);
      return {
        eventId,
        accountId,
        region: record.awsRegion,
        kind: kindOf(soFar, accountId),
        readOnly: soFar.operation.readOnly,
        atMs: soFar.atMs,
        findable: findableOf(record),
        text: textOf(shared ? { ...record, ...shared } : record),
      };
    });
  }

  #record(soFar: CallSoFar, accountId: string, eventId: string) {
    const { call, operation, authorizations, outcome, atMs } = soFar;
    const { context, input } = call;
    const service = requestingService(context.caller);
    this.#typePrefixes ??= this.#readTypePrefixes();
    const resources = recordedResources(authorizations, accountId, this.#typePrefixes);
    const said = isRefusedStranger(soFar)
      ? { userAgent: "", requestParameters: strangersParameters(operation.parameters(input)) }
      : {
          userAgent: bounded(service ?? context.userAgent ?? ""),
          requestParameters: operation.parameters(input),
        };
    return {
      eventVersion: EVENT_VERSION,
      userIdentity: identityOf(soFar, accountId),
      eventTime: isoSeconds(atMs),
      eventSource: operation.eventSource,
      eventName: operation.eventName,
      awsRegion: operation.region ?? context.region,
      sourceIPAddress: service ?? context.sourceIp ?? "internal",
      userAgent: said.userAgent,
      ...errorOf(call, outcome),
      requestParameters: said.requestParameters,
      responseElements: outcome && "output" in outcome ? operation.elements(outcome.output) : null,
      requestID: context.requestId,
      eventID: eventId,
      readOnly: operation.readOnly,
      ...(resources.length > 0 ? { resources: owned(resources) } : {}),
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: accountId,
      eventCategory: "Management",
      ...(isRefusedStranger(soFar) ? {} : tlsDetails(call)),
    };
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
function strangersParameters(parameters: unknown): unknown {
  if (typeof parameters !== "object" || parameters === null) return null;
  const kept = Object.entries(parameters).flatMap(([name, value]) =>
    STRANGERS_PARAMETERS.includes(name) && typeof value === "string"
      ? [[name, bounded(value)] as const]
      : [],
  );
  return kept.length > 0 ? Object.fromEntries(kept) : null;
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

/** Records name a modelled error by its shape: IAM's `NoSuchEntity` is `NoSuchEntityException`. */
function errorOf({ operation }: AuditedCall, outcome: CallOutcome | undefined): object {
  if (!outcome || !("error" in outcome)) return {};
  const { error } = outcome;
  if (!(error instanceof AwsError)) return { errorCode: "InternalFailure" };
  const errorCode = operation.errors.get(error.code)?.name ?? error.code;
  return { errorCode, errorMessage: bounded(error.message) };
}

function owned(resources: readonly RecordedResource[]) {
  return resources.map(({ accountId, type, ARN }) => ({ accountId, type, ARN }));
}

/** Of TLS only the host is known here: a proxy in front of the server may have spoken it. */
function tlsDetails({ context }: AuditedCall): object {
  if (context.http?.scheme !== "https") return {};
  return { tlsDetails: { clientProvidedHostHeader: context.http.headers.host } };
}

function textOf(record: {
  readonly requestParameters: unknown;
  readonly responseElements: unknown;
}): string {
  const text = JSON.stringify(record);
  if (text.length <= ELEMENTS_CHARS_MAX) return text;
  return JSON.stringify({
    ...record,
    requestParameters: shortened(record.requestParameters, "requestParameters"),
    responseElements: shortened(record.responseElements, "responseElements"),
  });
}

function shortened(elements: unknown, field: string): unknown {
  const originalSize = JSON.stringify(elements).length;
  if (originalSize <= ELEMENTS_CHARS_MAX) return elements;
  return { omitted: true, originalSize, reason: `${field} too large` };
}
