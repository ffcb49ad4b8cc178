import type { Authorization, Pairs } from "./authorization.ts";
import type { Checked } from "./checked.ts";
import type { RequestContext } from "./request-context.ts";

/** Allowed to every authenticated caller, e.g. `sts:GetCallerIdentity`. */
export const NO_PERMISSION_NEEDED: readonly Authorization[] = [];

/** The pairs that must be allowed, and the entity that they are about: see `withSubject`. */
export interface Decidable<Subject> {
  readonly pairs: Pairs;
  readonly subject: Subject;
}

/** Declarations of an operation besides its two functions. */
interface OperationTraits {
  /**
   * Admits requests without a signature whose input proves the caller's identity: an identity
   * provider's token. `authorize` must then name the caller (`Authorization.caller`).
   */
  readonly unsigned?: boolean;
  /**
   * Pages of all sites may embed its answers, as pictures and films: it changes nothing, and they
   * can't read them.
   */
  readonly embeddable?: boolean;
  /**
   * Digests its streamed body itself and compares the digest with `http.unverifiedSha256`, where
   * that is given; the gateway then doesn't.
   */
  readonly verifiesSha256?: boolean;
}

/** An operation as `defineOperations` takes it; `withSubject` makes one that has a subject. */
export interface OperationHandler<Input, Output> extends OperationTraits {
  /**
   * Says what must be allowed. It may read the store, and throws when the resource's absence is
   * the answer.
   */
  readonly authorize: (
    input: Input,
    context: RequestContext,
  ) => Pairs | Decidable<unknown> | Promise<Pairs | Decidable<unknown>>;
  handle(input: Input, context: RequestContext, subject: never): Promise<Output> | Output;
}

/** An operation whose handler gets the entity that was decided on. */
export interface SubjectHandler<Input, Output, Subject> extends OperationTraits {
  readonly authorize: (
    input: Input,
    context: RequestContext,
  ) => Decidable<Subject> | Promise<Decidable<Subject>>;
  handle(input: Input, context: RequestContext, subject: Subject): Promise<Output> | Output;
}

/**
 * An operation that is decided on an entity and answers about, or changes, that same entity: what
 * `authorize` returns as `subject` is the third argument of `handle`, so it is read once.
 *
 * `authorize` reads before the decision and outside of the handler's transaction (a call that
 * joined another's transaction reads in it), so the subject is how things were then:
 *
 * - A read may answer from it.
 * - A change may rely on it for what never changes: its id, ARN, account, time of creation.
 * - All else that the change depends on (that the entity is still there, its quotas, what is
 *   attached to it) it reads again in its transaction, by the subject's id. By its name it could
 *   find a namesake that was made in between, that was never decided on.
 */
export function withSubject<Input, Output, Subject>(
  handler: SubjectHandler<Input, Output, Subject>,
): OperationHandler<Input, Output> {
  return handler as unknown as OperationHandler<Input, Output>;
}

/** The pairs of what `authorize` returned. */
export function pairsOf(decidable: Pairs | Decidable<unknown>): Pairs {
  return "pairs" in decidable ? decidable.pairs : decidable;
}

/** The subject of what `authorize` returned; undefined where it has none. */
export function subjectOf(decidable: Pairs | Decidable<unknown>): unknown {
  return "pairs" in decidable ? decidable.subject : undefined;
}

/** A handler after its types have been checked. */
export type AnyOperationHandler = OperationHandler<never, unknown>;

/** AWS's operation name → its handler. */
export type OperationTable = Readonly<Record<string, AnyOperationHandler>>;

type CommandName<Client, Name extends string> = `${Name}Command` & keyof Client;

/** The SDK's input type of an operation, from its command class. */
export type InputOf<Client, Name extends string> = Client[CommandName<Client, Name>] extends new (
  ...args: never[]
) => { readonly input: infer Input }
  ? NonNullable<Input>
  : never;

/** The SDK's output type of an operation, without what the SDK itself adds. */
export type OutputOf<Client, Name extends string> = Client[CommandName<Client, Name>] extends new (
  ...args: never[]
) => {
  resolveMiddleware: (...args: never[]) => (args: never) => Promise<{ output: infer Output }>;
}
  ? Omit<Output, "$metadata">
  : never;

/** The operation names that a client module has commands for. */
export type OperationName<Client> = keyof Client extends infer Key
  ? Key extends `${infer Name}Command`
    ? Name
    : never
  : never;

/**
 * Declares operations, typed by the SDK's client module:
 * `defineOperations<typeof ivs>()({ GetChannel: { authorize, handle } })`.
 * Leaving out `authorize` doesn't compile: nothing runs undecided.
 */
export function defineOperations<Client>() {
  return <
    Table extends {
      [Name in OperationName<Client>]?: OperationHandler<
        Checked<InputOf<Client, Name>>,
        OutputOf<Client, Name>
      >;
    },
  >(
    // A name that the client has no command for could never be called, so it doesn't compile.
    table: Table & { readonly [Name in Exclude<keyof Table, OperationName<Client>>]: never },
  ): OperationTable => table as unknown as OperationTable;
}
