import type { Caller } from "./principal.ts";
import type { ContextEntries, RequestContext } from "./request-context.ts";

/** The document of a resource's own policy, told apart by content so that it compiles once. */
export interface ResourcePolicy {
  /** What it is attached to: a bucket's ARN, a role's ARN. */
  readonly id: string;
  readonly text: string;
  /** A trust policy must allow by itself; a bucket policy may. */
  readonly kind: "resource" | "trust";
}

/** One pair of action and resource that must be allowed for an operation to run. */
export interface Authorization {
  /** `s3:PutObject`. */
  readonly action: string;
  /** The resource's ARN, or `*` where the action knows no resources. */
  readonly resource: string;
  /** The account that owns the resource; left out, the caller's. */
  readonly resourceAccountId?: string;
  /**
   * Whose word it needs, where that isn't the resource's account: somebody else's object in a bucket.
   * Condition keys and organizations' policies go by the resource's account nonetheless.
   */
  readonly decidingAccountId?: string;
  /** Condition keys of this action, lower-cased: `iam:awsservicename`, `aws:requesttag/team`. */
  readonly context?: ContextEntries;
  readonly resourcePolicy?: ResourcePolicy;
  /** What the resource's access control list allows beside its policy. */
  readonly grants?: ResourcePolicy;
  /** Who is decided on where the input proves it; left out, who signed the request. */
  readonly caller?: Caller;
  /** How the denial names the resource, where AWS doesn't use its ARN: `role app`. */
  readonly resourceLabel?: string;
}

/** Allowed to every authenticated caller, e.g. `sts:GetCallerIdentity`. */
export const NO_PERMISSION_NEEDED: readonly Authorization[] = [];

type Authorize<Input> = (
  input: Input,
  context: RequestContext,
) => Authorization | readonly Authorization[] | Promise<Authorization | readonly Authorization[]>;

export interface OperationHandler<Input, Output> {
  /** What must be allowed. May read the store; throws when the resource's absence is the answer. */
  readonly authorize: Authorize<Input>;
  handle(input: Input, context: RequestContext): Promise<Output> | Output;
  /**
   * Takes requests without signature, whose input proves by itself who calls: the token of an
   * identity provider. `authorize` must then say on whom to decide (`Authorization.caller`).
   */
  readonly unsigned?: boolean;
  /**
   * Pages of all sites may show what it answers, as pictures and films: it changes nothing, and they
   * can't read it.
   */
  readonly embeddable?: boolean;
  /**
   * Digests its streamed body anyway, and so compares it with `http.unverifiedSha256` itself, where
   * that is given: the gateway doesn't.
   */
  readonly verifiesSha256?: boolean;
}

/** A handler whose types have been checked and are no longer needed. */
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
        InputOf<Client, Name>,
        OutputOf<Client, Name>
      >;
    },
  >(
    // A name that the client has no command for would be served to nobody: it doesn't compile.
    table: Table & { readonly [Name in Exclude<keyof Table, OperationName<Client>>]: never },
  ): OperationTable => table as unknown as OperationTable;
}
