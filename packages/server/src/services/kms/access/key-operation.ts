import type { Kysely } from "kysely";
import type { Authorization } from "../../../kernel/authorization.ts";
import { type OperationHandler, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import {
  aliasNotAccepted,
  aliasNotFound,
  disabled,
  dryRun,
  invalidState,
  keyNotFound,
} from "../errors.ts";
import { arnOf, type KeyName, keyArn, readKeyName } from "../key-name.ts";
import { isPendingDeletion, keyStateOf } from "../key-state.ts";
import { findKey, findLivingKey } from "../rows/keys.ts";
import type { KeyRow, KmsTables } from "../tables.ts";
import { type OnKey, onKey, onMissingKey } from "./key-authorization.ts";

export interface KeyOperationTraits<Input> {
  /** The key may be named by an alias. */
  readonly takesAlias?: true;
  /** Gives the facts that the decision needs beside the operation's name. */
  readonly asked?: (input: Input, context: RequestContext) => OnKey;
  /** Gives what must be allowed beside the operation on the key. */
  readonly also?: (
    key: KeyRow,
    input: Input,
    context: RequestContext,
  ) => Promise<readonly Authorization[]>;
  /** Other accounts may be allowed it. Source: API reference, "Cross-account use". */
  readonly crossAccount?: true;
}

interface KeyInput {
  readonly KeyId: string;
}

/**
 * An operation on the key that its input names, decided on that key and handled with the same row.
 */
export function keyOperation<Input extends KeyInput, Output>(
  operation: string,
  traits: KeyOperationTraits<Input>,
  handle: (key: KeyRow, input: Input, context: RequestContext) => Promise<Output> | Output,
): OperationHandler<Input, Output> {
  const { takesAlias = false, crossAccount = false, asked, also } = traits;
  return withSubject({
    authorize: async (input: Input, context) => {
      const name = readKeyName(input.KeyId, context);
      if (name.alias !== undefined && !takesAlias) throw aliasNotAccepted(input.KeyId);
      const key = await findKey(name, context);
      if (!key) return { pairs: onNothing(operation, name, context), subject: undefined };
      const keys = name.alias === undefined ? {} : { "kms:requestalias": name.alias };
      const more = asked?.(input, context) ?? {};
      const pairs = await onKey(operation, key, context, {
        ...more,
        keys: { ...keys, ...more.keys },
        isManagement: !crossAccount,
      });
      const others = also ? await also(key, input, context) : [];
      return { pairs: [pairs, ...others], subject: key };
    },
    handle: (input, context, key) => {
      if (!key) throw missing(readKeyName(input.KeyId, context), context);
      return handle(key, input, context);
    },
  });
}

/** Throws NotFoundException for the caller's own account, which may know. */
export function onNothing(operation: string, name: KeyName, context: RequestContext) {
  if (name.accountId === context.accountId) throw missing(name, context);
  return onMissingKey(operation, arnOf(name, context.region), name.accountId, context);
}

/** The error for a name without a key. */
export function missing(name: KeyName, { region }: Pick<RequestContext, "region">) {
  const arn = arnOf(name, region);
  return name.alias === undefined ? keyNotFound(arn) : aliasNotFound(arn);
}

/**
 * The key as a change of it finds it in its own transaction. Throws NotFoundException for one that
 * has been removed since it was decided on.
 */
export async function currentKey(
  key: KeyRow,
  { nowMs }: Pick<RequestContext, "nowMs">,
  db: Kysely<KmsTables>,
): Promise<KeyRow> {
  const current = await findLivingKey(key, nowMs, db);
  if (!current) throw keyNotFound(keyArn(key));
  return current;
}

/** Throws DisabledException or KMSInvalidStateException for a key that encrypts nothing now. */
export function requireUsable(key: KeyRow): void {
  if (keyStateOf(key) === "Disabled") throw disabled(keyArn(key));
  requireNotPending(key);
  requireImported(key);
}

/** Throws KMSInvalidStateException for a key that is to be deleted. */
export function requireNotPending(key: KeyRow): void {
  if (isPendingDeletion(key)) throw invalidState(`${keyArn(key)} is pending deletion.`);
}

/** Throws KMSInvalidStateException for a key without material. */
export function requireImported(key: KeyRow): void {
  if (keyStateOf(key) === "PendingImport") throw invalidState(`${keyArn(key)} is pending import.`);
}

/** Throws DryRunOperationException once all else has been checked. */
export function endDryRun(isDryRun: boolean | undefined): void {
  if (isDryRun) throw dryRun();
}
