import type { Operation } from "@rolecast/wire";
import type { Authorizer } from "../authz/authorizer.ts";
import type { Authorization } from "../kernel/authorization.ts";
import { AwsError } from "../kernel/aws-error.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Ids } from "../kernel/ids.ts";
import {
  type Decide,
  type Invoke,
  type InvokeOptions,
  UncallableOperationError,
  UnknownOperationError,
} from "../kernel/invoke.ts";
import {
  type AnyOperationHandler,
  type OperationHandler,
  pairsOf,
  subjectOf,
} from "../kernel/operations.ts";
import type { CallAudit, CallAuditor } from "../kernel/ports/call-audit.ts";
import type { Tracer } from "../kernel/ports/tracer.ts";
import { type Question, RequestContext } from "../kernel/request-context.ts";
import type { Store } from "../kernel/store.ts";
import { whenKnown } from "../kernel/when-known.ts";
import { inHashOrder } from "../validation/hash-order.ts";
import { refuseUnsupportedMembers } from "../validation/unsupported-members.ts";
import {
  findViolations,
  invalidValueSentence,
  validationSentence,
} from "../validation/violations.ts";
import { withBlankMembers } from "./blank-members.ts";
import { refuseUnforwarded } from "./forwarded-operations.ts";
import type { LoadedService } from "./registered-service.ts";
import { findAbsentMembers } from "./required-members.ts";
import type { ServiceRegistry } from "./service-registry.ts";

export interface DispatcherOptions {
  readonly registry: ServiceRegistry;
  readonly authorizer: Authorizer;
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly tracer: Tracer;
  /**
   * Catches up with other nodes' changes of an account; for requests from outside, authentication
   * did.
   */
  readonly refresh: (accountId: string) => Promise<void> | undefined;
  /** Keeps records of calls. */
  readonly auditor: CallAuditor;
  /** Called after the end of every request. */
  readonly audit: (entry: AuditEntry) => void;
}

/** The facts of a request at its end, without input and output, which may hold secrets. */
export interface AuditEntry {
  readonly requestId: string;
  readonly service: string;
  readonly operation: string;
  readonly context: RequestContext;
  readonly errorCode: string | undefined;
  readonly durationMs: number;
}

/** The input; if its document is malformed, the members outside the document. */
interface Received {
  readonly input: Readonly<Record<string, unknown>>;
  readonly malformed: AwsError | undefined;
}

/** The steps that a request from outside and one from a service share: from validation to audit. */
export class Dispatcher {
  readonly #options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /**
   * Validates, authorizes, dispatches, audits. Rejects with AwsError, or with an internal error.
   * `malformed` is the error in the document that the input lacks: only permitted callers get it.
   */
  async run(
    loaded: LoadedService,
    operation: Operation,
    input: Readonly<Record<string, unknown>>,
    context: RequestContext,
    malformed?: AwsError,
  ): Promise<unknown> {
    const { clock, auditor, audit } = this.#options;
    const { service } = loaded;
    const startedMs = clock.nowMs();
    const call = auditor.begin({ service, operation, input, context });
    let errorCode: string | undefined;
    try {
      const handled = this.#handle(loaded, operation, { input, malformed }, context, call);
      const output = handled instanceof Promise ? await handled : handled;
      if (call) await endCall(call, output, context);
      return output;
    } catch (error) {
      errorCode = error instanceof AwsError ? error.code : "InternalFailure";
      await call?.end({ error });
      throw error;
    } finally {
      audit({
        requestId: context.requestId,
        service: service.definition.name,
        operation: operation.name,
        context,
        errorCode,
        durationMs: clock.nowMs() - startedMs,
      });
    }
  }

  /** The output, or its promise. Throws or rejects as `run` does. */
  #handle(
    loaded: LoadedService,
    operation: Operation,
    { input, malformed }: Received,
    context: RequestContext,
    call: CallAudit | undefined,
  ): unknown {
    const handler = handlerOf(loaded, operation.name, context);
    const refusal = malformed ?? validate(loaded, operation, input);
    const decided = refusal && operation.input ? withBlankMembers(operation.input, input) : input;
    return whenKnown(handler.authorize(decided, context), (decidable) => {
      const pairs = pairsOf(decidable);
      if (call) {
        call.decidedOn(Array.isArray(pairs) ? pairs : [pairs]);
        context.beforeCommit((tx) => call.intend(tx));
      }
      const { authorizer, tracer } = this.#options;
      const authorize = () => authorizer.authorize(loaded.service, pairs, context);
      return whenKnown(tracer.step("authorize", authorize), () => {
        if (refusal) throw refusal;
        return handler.handle(input, context, subjectOf(decidable));
      });
    });
  }

  /** Decides a previously allowed request again. Rejects with the service's refusal. */
  async redecide(
    loaded: LoadedService,
    operation: Operation,
    input: Readonly<Record<string, unknown>>,
    context: RequestContext,
  ): Promise<void> {
    const decidable = await handlerOf(loaded, operation.name, context).authorize(input, context);
    const question = { isCall: false, isRepeated: true };
    await this.#options.authorizer.authorize(loaded.service, pairsOf(decidable), context, question);
  }

  /** Returns the function with which a handler of this service decides one more pair. */
  authorizerOf({ service }: LoadedService) {
    return async (
      authorization: Authorization,
      context: RequestContext,
      question: Question,
    ): Promise<void> =>
      this.#options.authorizer.authorize(service, authorization, context, question);
  }

  /** Calls an operation of another service (kernel/invoke.ts). */
  readonly invoke: Invoke = async <Output>(
    serviceName: string,
    operationName: string,
    input: object,
    options: InvokeOptions,
  ): Promise<Output> => {
    const registered = this.#options.registry.named(serviceName);
    const loaded = registered && (registered.loaded ?? (await registered.load()));
    const operation = loaded?.wire.operations.get(operationName);
    if (!loaded || !operation)
      throw new UnknownOperationError(`No operation ${serviceName}:${operationName}`);
    if (options.isNamedByCaller) refuseUncallable(loaded, operation);
    refuseUnforwarded(options.as, serviceName, operationName);
    const context = new RequestContext({
      requestId: options.requestId ?? this.#options.ids.uuid(),
      service: serviceName,
      operation: operationName,
      region: options.region,
      caller: options.as,
      authentication: options.authentication,
      nowMs: this.#options.clock.nowMs(),
      sourceIp: options.sourceIp,
      userAgent: options.userAgent,
      referer: options.referer,
      baseUrl: options.baseUrl,
      secure: options.secure ?? true,
      regionIsSigned: options.regionIsSigned ?? true,
      store: this.#options.store,
      invoke: this.invoke,
      authorize: this.authorizerOf(loaded),
      ...(options.transaction === undefined ? {} : { transaction: options.transaction }),
      ...(options.form === undefined ? {} : { form: options.form }),
      ...(options.precondition === undefined ? {} : { precondition: options.precondition }),
      ...(options.alongside === undefined ? {} : { alongside: options.alongside }),
      ...(options.systemTags === undefined ? {} : { systemTags: options.systemTags }),
      ...(options.isEssential === undefined ? {} : { isEssential: options.isEssential }),
    });
    if (!context.inTransaction) await this.#options.refresh(context.accountId);
    const members = input as Readonly<Record<string, unknown>>;
    if (options.isOnlyDecided) {
      await this.redecide(loaded, operation, members, context);
      return undefined as Output;
    }
    const output = await this.#options.tracer.step(`${serviceName}/${operationName}`, () =>
      this.run(loaded, operation, members, context),
    );
    return output as Output;
  };

  /** Decides on work that is no operation of a service here (kernel/invoke.ts). */
  readonly decide: Decide = async (pairs, { as, requestId, userAgent, transaction, ...named }) => {
    const context = new RequestContext({
      ...named,
      ...{ requestId: requestId ?? this.#options.ids.uuid(), caller: as, userAgent },
      ...{ nowMs: this.#options.clock.nowMs(), sourceIp: undefined, secure: true },
      ...{ store: this.#options.store, invoke: this.invoke },
      ...(transaction === undefined ? {} : { transaction }),
    });
    if (!context.inTransaction) await this.#options.refresh(context.accountId);
    await this.#options.authorizer.authorize({}, pairs, context);
  };
}

function refuseUncallable({ service }: LoadedService, operation: Operation): void {
  const name = `${service.definition.name}:${operation.name}`;
  if (service.servesOwnRoutes)
    throw new UncallableOperationError(`${name}, an operation of the server's own`);
  if (operation.streamingInput || operation.streamingOutput)
    throw new UncallableOperationError(`${name}, which sends or answers a stream`);
}

/**
 * Ends a call's record. Inside another call's transaction the record is committed with it; the
 * other call waits for its own record, which is written after this one.
 */
function endCall(call: CallAudit, output: unknown, context: RequestContext): Promise<void> {
  if (!context.inTransaction) return call.end({ output });
  return context.transaction(async (tx) => {
    await call.intend(tx);
    tx.afterCommit(() => {
      const end = async () => call.end({ output });
      // The journal has logged it, and the other call's own record fails too.
      end().catch(() => {});
    });
  });
}

type Input = Readonly<Record<string, unknown>>;

/** A handler as the dispatcher runs it: the subject is what its own `authorize` returned. */
interface RunnableHandler {
  readonly authorize: OperationHandler<Input, unknown>["authorize"];
  handle(input: Input, context: RequestContext, subject: unknown): unknown;
}

/** The page of the server's own documentation. */
const OPERATIONS_PAGE = "/_rolecast/docs/operations";

function handlerOf(
  { service: { title }, operations }: LoadedService,
  name: string,
  context: RequestContext,
): RunnableHandler {
  const handler: AnyOperationHandler | undefined = Object.hasOwn(operations, name)
    ? operations[name]
    : undefined;
  if (!handler) {
    throw new AwsError(
      "NotImplemented",
      `Rolecast doesn't implement ${title}'s ${name} yet. ${context.baseUrl ?? ""}${OPERATIONS_PAGE} lists the operations that work.`,
      { status: 501, fault: "server" },
    );
  }
  return handler as unknown as RunnableHandler;
}

/**
 * Throws the service's validation error for input outside its limits, and NotImplemented for
 * members that it doesn't support. Returns an error in a
 * document instead: the caller gets that one only after authorization.
 */
function validate(
  { constraints }: LoadedService,
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
): AwsError | undefined {
  refuseUnsupportedMembers(operation.name, input, constraints);
  const violations = [
    ...findAbsentMembers(operation, input, constraints),
    ...findViolations(operation, input, constraints),
  ];
  if (violations.length === 0) {
    const invalid = invalidValueSentence(operation.name, input, constraints);
    if (invalid === undefined) return undefined;
    throw new AwsError(constraints.errorCode, invalid, { status: 400 });
  }
  const [first] = violations;
  const own = first && constraints.refuse?.(first, operation.input);
  if (own) return own;
  const reported = constraints.inHashOrder
    ? inHashOrder(violations, operation.input?.members.length ?? 0)
    : violations;
  throw new AwsError(constraints.errorCode, validationSentence(reported, constraints), {
    status: 400,
    ...(constraints.fieldsOf ? { fields: constraints.fieldsOf(reported) } : {}),
  });
}
