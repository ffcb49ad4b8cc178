import type { Pairs } from "./authorization.ts";
import type { FormRequestInfo, RequestAuthentication } from "./http-request.ts";
import type { Caller } from "./principal.ts";
import type { Transaction } from "./store.ts";

export interface InvokeOptions {
  /** The caller whose permissions decide, with its chain of services. */
  readonly as: Caller;
  readonly region: string;
  /** The id of the call in records and errors; left out, a new one. */
  readonly requestId?: string;
  readonly sourceIp?: string | undefined;
  readonly userAgent?: string | undefined;
  /** The page that a browser came from. */
  readonly referer?: string | undefined;
  /** The server's URL as whoever asked for the work knows it, for addresses in answers. */
  readonly baseUrl?: string | undefined;
  /** Whether the caller came over TLS; left out, the call is from inside the process: true. */
  readonly secure?: boolean;
  /** False when nothing named the Region, so that `region` is the default; left out, true. */
  readonly regionIsSigned?: boolean;
  /** How the caller signed, where the call is a request that came over HTTP. */
  readonly authentication?: RequestAuthentication;
  /** The form that the caller sent. */
  readonly form?: FormRequestInfo;
  /** Joins this transaction: everything read and written is part of it. */
  readonly transaction?: Transaction;
  /** Must hold in each transaction that the call opens; a call that joins one has its caller's. */
  readonly precondition?: Precondition | undefined;
  /** Is committed with the effect of the call or not at all, likewise in its own transactions. */
  readonly alongside?: Alongside | undefined;
  /** Rejects as the operation's authorization would, and does nothing else. */
  readonly isOnlyDecided?: boolean;
  /**
   * Tags of AWS's own (`aws:…`) for the resource that the call makes or whose tags it changes: part
   * of no decision, and of no quota. Given, even empty, the call is a resource type's: the system
   * tags that the resource has stay.
   */
  readonly systemTags?: Readonly<Record<string, string>> | undefined;
  /**
   * A caller's text named the operation, so it must be one that a program can call for its answer:
   * none of the server's own, and none that sends or answers a stream.
   */
  readonly isNamedByCaller?: boolean;
  /** A small body that must be kept: it is taken also on a disk that is nearly full. */
  readonly isEssential?: boolean;
}

/** Runs first in a transaction and may refuse it, with an AwsError. */
export type Precondition = (tx: Transaction) => Promise<void>;

/**
 * Runs after the operation's own changes, in the same transaction. It can't refuse; a rejection is
 * a bug, or a failure of the store.
 */
export type Alongside = (tx: Transaction) => Promise<void>;

/** No service of the server has such an operation: a bug, or a name that a caller gave. */
export class UnknownOperationError extends Error {
  override readonly name = "UnknownOperationError";
}

/** The operation isn't one for callers that name it (`InvokeOptions.isNamedByCaller`). */
export class UncallableOperationError extends Error {
  override readonly name = "UncallableOperationError";
}

/**
 * The one way from a service to another: the same steps as a request from outside after decoding
 * (validate, authorize, dispatch, audit). `service` and `operation` are AWS's names, `input` and
 * the result are the SDK's shapes. Rejects with `AwsError`.
 */
export type Invoke = <Output>(
  service: string,
  operation: string,
  input: object,
  options: InvokeOptions,
) => Promise<Output>;

export interface DecideOptions
  extends Pick<InvokeOptions, "as" | "region" | "requestId" | "userAgent" | "transaction"> {
  /** The service as its actions begin: `lambda`. */
  readonly service: string;
  /** The operation of AWS's that the work stands for. */
  readonly operation: string;
}

/**
 * Decides pairs for work that is no operation of the server's, as an operation's would be: by all
 * policies that the caller has, its chain of services, and with a record of a refusal. Rejects
 * with the refusal, an AwsError.
 */
export type Decide = (pairs: Pairs, options: DecideOptions) => Promise<void>;
