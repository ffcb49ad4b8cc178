import assert from "node:assert";
import type { Kysely } from "kysely";
import type { Authorization } from "./authorization.ts";
import { AwsError } from "./aws-error.ts";
import { calledThrough, callingService } from "./call-chain.ts";
import type {
  FormRequestInfo,
  HttpRequestInfo,
  RequestAuthentication,
  ResponseHints,
} from "./http-request.ts";
import type { Alongside, Invoke, Precondition } from "./invoke.ts";
import { accountOf, type Caller } from "./principal.ts";
import type { Reader, Store, Tables, Transaction } from "./store.ts";

/** The reason for asking for a decision. */
export interface Question {
  /** The caller asked for the action itself, which counts as an access to the service. */
  readonly isCall: boolean;
  /** The same was allowed to this request before, so it isn't logged again. */
  readonly isRepeated?: boolean;
}

export interface RequestContextInit {
  readonly requestId: string;
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  /** False when nothing in the request named the Region, so that `region` is the default. */
  readonly regionIsSigned?: boolean;
  readonly caller: Caller;
  /** Left out for a call from inside the process. */
  readonly authentication?: RequestAuthentication | undefined;
  readonly nowMs: number;
  readonly sourceIp: string | undefined;
  readonly userAgent: string | undefined;
  readonly referer?: string | undefined;
  /** Left out for what the console didn't ask. */
  readonly isConsole?: boolean | undefined;
  readonly secure: boolean;
  /** The `baseUrl` of a call from inside the process, where the work it is part of has one. */
  readonly baseUrl?: string | undefined;
  /** Makes the `baseUrl` of a request from outside. */
  readonly baseUrlOf?: (http: HttpRequestInfo) => string | undefined;
  readonly store: Store;
  readonly invoke: Invoke;
  readonly transaction?: Transaction;
  /** See `within`. */
  readonly precondition?: Precondition | undefined;
  /** See `within`. */
  readonly alongside?: Alongside | undefined;
  /** See InvokeOptions. */
  readonly systemTags?: Readonly<Record<string, string>> | undefined;
  /** Its body is accepted even on a nearly full disk. */
  readonly isEssential?: boolean;
  readonly http?: HttpRequestInfo;
  readonly form?: FormRequestInfo;
  /** Rejects when the request, made now, would be refused. */
  readonly recheck?: () => Promise<void>;
  /** Decides one more pair for the request's caller; rejects with the service's refusal. */
  readonly authorize?: (
    authorization: Authorization,
    context: RequestContext,
    question: Question,
  ) => Promise<void>;
}

/** All that a handler may know about its request. */
export class RequestContext implements Reader {
  readonly requestId: string;
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  /** False when nothing in the request named the Region, so that `region` is the default. */
  readonly regionIsSigned: boolean;
  readonly caller: Caller;
  /** Undefined for a call from inside the process. */
  readonly authentication: RequestAuthentication | undefined;
  /** The caller's account; `anonymous` for unsigned requests, where they are admitted. */
  readonly accountId: string;
  readonly nowMs: number;
  readonly sourceIp: string | undefined;
  readonly userAgent: string | undefined;
  readonly referer: string | undefined;
  /** The console says that it asks this for a page: only lists of decisions leave it out. */
  readonly isConsole: boolean;
  readonly secure: boolean;
  readonly http: HttpRequestInfo | undefined;
  readonly form: FormRequestInfo | undefined;
  readonly response: ResponseHints;
  readonly #store: Store;
  readonly #transaction: Transaction | undefined;
  readonly #precondition: Precondition | undefined;
  readonly #alongside: Alongside | undefined;
  /** See InvokeOptions; undefined for all calls but those of resource types. */
  readonly systemTags: Readonly<Record<string, string>> | undefined;
  /** Its body is accepted even on a nearly full disk. */
  readonly isEssential: boolean;
  readonly #invoke: Invoke;
  readonly #baseUrl: string | undefined;
  readonly #baseUrlOf: RequestContextInit["baseUrlOf"];
  readonly #authorize: RequestContextInit["authorize"];
  readonly #recheck: RequestContextInit["recheck"];
  #beforeCommit: ((tx: Transaction) => Promise<void>) | undefined;

  constructor(init: RequestContextInit) {
    this.requestId = init.requestId;
    this.service = init.service;
    this.operation = init.operation;
    this.region = init.region;
    this.regionIsSigned = init.regionIsSigned ?? true;
    this.caller = init.caller;
    this.authentication = init.authentication;
    this.accountId = accountOf(init.caller.principal);
    this.nowMs = init.nowMs;
    this.sourceIp = init.sourceIp;
    this.userAgent = init.userAgent;
    this.referer = init.referer;
    this.isConsole = init.isConsole === true;
    this.secure = init.secure;
    this.http = init.http;
    this.form = init.form;
    this.response = init.form?.response ?? { status: undefined, headers: {} };
    this.#store = init.store;
    this.#transaction = init.transaction;
    this.#precondition = init.precondition;
    this.#alongside = init.alongside;
    this.systemTags = init.systemTags;
    this.isEssential = init.isEssential ?? false;
    this.#invoke = init.invoke;
    this.#baseUrl = init.baseUrl;
    this.#baseUrlOf = init.baseUrlOf;
    this.#authorize = init.authorize;
    this.#recheck = init.recheck;
  }

  /**
   * Decides one more pair of action and resource inside a handler, for operations whose parts are
   * refused one by one (DeleteObjects). Rejects with the service's refusal.
   */
  async authorize(
    authorization: Authorization,
    question: Question = { isCall: true },
  ): Promise<void> {
    assert(this.#authorize, "the request context was made without a way to decide");
    await this.#authorize(authorization, this, question);
  }

  /**
   * Authenticates and decides the request again, for answers that go on for hours. Rejects when it
   * would be refused by now: its key is gone, its session has expired, a policy has changed.
   */
  async recheck(): Promise<void> {
    await this.#recheck?.();
  }

  /**
   * The service that makes this call with the caller's credentials, e.g. `ivs.amazonaws.com`: the
   * last of the caller's chain. Undefined for calls that the caller makes itself.
   */
  get invokedBy(): string | undefined {
    return callingService(this.caller);
  }

  /**
   * The server's URL as the caller knows it, without a slash at the end, for addresses in answers.
   * For a call from inside the process it is that of the work's first request; undefined where no
   * request asked for the work.
   */
  get baseUrl(): string | undefined {
    return this.http ? this.#baseUrlOf?.(this.http) : this.#baseUrl;
  }

  /** True if reads may yet be rolled back, so that nothing read may be cached. */
  get inTransaction(): boolean {
    return this.#transaction !== undefined;
  }

  /** For reads: inside the surrounding transaction when there is one. */
  db<T extends Tables>(): Kysely<T> {
    return (this.#transaction ?? this.#store).tables<T>().db;
  }

  /** Runs `run` in the surrounding transaction when there is one, else in one of its own. */
  transaction<T extends Tables, R>(run: (tx: Transaction<T>) => Promise<R>): Promise<R> {
    if (this.#transaction) return run(this.#transaction.tables<T>());
    return this.#store.tables<T>().transaction((tx) => this.within(tx, run));
  }

  /**
   * Runs `run` once what the request has changed is committed: at once, or with the surrounding
   * transaction, and not at all if that is rolled back. Work that others do for a change is woken
   * so: woken earlier it would find nothing, and nothing would wake it again.
   */
  afterCommit(run: () => void): void {
    if (this.#transaction) this.#transaction.afterCommit(run);
    else run();
  }

  /**
   * Runs `run` in `tx`, a transaction that was opened for this request (or for several, committed
   * together). First the request's precondition must hold; after `run`'s changes comes what is
   * committed alongside, and last the audit's record. All of it is committed or none, so nothing
   * that changes the store for a request runs in a transaction in any other way. Rejects as `run`
   * does, with the precondition's AwsError, or with the failure of what follows.
   */
  within<T extends Tables, R>(
    tx: Transaction<T>,
    run: (tx: Transaction<T>) => Promise<R>,
  ): Promise<R> {
    assert(!this.#transaction, "a call inside another's transaction opens none of its own");
    if (!this.#precondition && !this.#alongside && !this.#beforeCommit) return run(tx);
    return this.#guarded(tx, run);
  }

  async #guarded<T extends Tables, R>(
    tx: Transaction<T>,
    run: (tx: Transaction<T>) => Promise<R>,
  ): Promise<R> {
    await this.#precondition?.(tx.tables());
    const result = await run(tx);
    await this.#alongside?.(tx.tables());
    await this.#beforeCommit?.(tx.tables());
    return result;
  }

  /** Sets what runs last in each transaction of the request's own: the audit. */
  beforeCommit(run: (tx: Transaction) => Promise<void>): void {
    this.#beforeCommit = run;
  }

  /**
   * Calls another service with this caller's credentials passed on (a forward access session):
   * the same authorisation as if the caller had called, with `invokedBy` appended to the chain of
   * services that `aws:CalledVia` names. With `transaction`, the call joins it; `region` is another
   * one than the request's, for what lies there.
   */
  forward<Output>(
    service: string,
    operation: string,
    input: object,
    options: {
      readonly invokedBy: string;
      readonly region?: string;
      readonly transaction?: Transaction;
    },
  ): Promise<Output> {
    return this.#invoke<Output>(service, operation, input, {
      as: calledThrough(this.caller, options.invokedBy),
      region: options.region ?? this.region,
      sourceIp: this.sourceIp,
      userAgent: this.userAgent,
      ...(options.transaction === undefined ? {} : { transaction: options.transaction }),
    });
  }
}

/** Guards handlers that a mistake of the gateway could let an unsigned request reach. */
export function requireAccount(context: RequestContext): string {
  if (/^\d{12}$/.test(context.accountId)) return context.accountId;
  throw new AwsError("AccessDenied", "This operation needs the credentials of an account.", {
    status: 403,
  });
}
