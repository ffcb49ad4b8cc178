import type * as kms from "@aws-sdk/client-kms";
import type { Kysely } from "kysely";
import {
  defineOperations,
  type OperationHandler,
  type OperationTable,
} from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import {
  currentKey,
  keyOperation,
  requireImported,
  requireNotPending,
} from "../access/key-operation.ts";
import { invalidState, validation } from "../errors.ts";
import { keyArn, multiRegionType } from "../key-name.ts";
import { isPendingDeletion } from "../key-state.ts";
import { relatedKeys, updateKey } from "../rows/keys.ts";
import type { KeyRow, KeyState, KmsTables } from "../tables.ts";
import { DAY_MS } from "./rotation-dates.ts";

/** Source: API reference, ScheduleKeyDeletion. */
const DEFAULT_WINDOW_DAYS = 30;
/** Same source. The model's limits, 1 and 365, are wider. */
const WINDOW_DAYS_MIN = 7;
const WINDOW_DAYS_MAX = 30;

/** EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion. */
export function keyStateOperations(): OperationTable {
  return defineOperations<typeof kms>()({
    EnableKey: turn("EnableKey", "Enabled"),
    DisableKey: turn("DisableKey", "Disabled"),
    ScheduleKeyDeletion: keyOperation(
      "ScheduleKeyDeletion",
      {
        asked: ({ PendingWindowInDays: days = DEFAULT_WINDOW_DAYS }) => ({
          keys: { "kms:schedulekeydeletionpendingwindowindays": String(days) },
        }),
      },
      (key, { PendingWindowInDays: days = DEFAULT_WINDOW_DAYS }, context) => {
        requireWindow(days);
        return context.transaction<KmsTables, kms.ScheduleKeyDeletionResponse>(async ({ db }) => {
          requireNotPending(await currentKey(key, context, db));
          if (await hasReplicas(key, context, db)) {
            const state = "PendingReplicaDeletion";
            await updateKey(key, { state, deletion_days: days }, db);
            return { KeyId: keyArn(key), KeyState: state, PendingWindowInDays: days };
          }
          const deletion_ms = context.nowMs + days * DAY_MS;
          await updateKey(key, { state: "PendingDeletion", deletion_ms }, db);
          return {
            KeyId: keyArn(key),
            DeletionDate: new Date(deletion_ms),
            KeyState: "PendingDeletion",
            PendingWindowInDays: days,
          };
        });
      },
    ),
    CancelKeyDeletion: keyOperation("CancelKeyDeletion", {}, (key, _input, context) =>
      context.transaction<KmsTables, kms.CancelKeyDeletionResponse>(async ({ db }) => {
        if (!isPendingDeletion(await currentKey(key, context, db)))
          throw invalidState(`${keyArn(key)} is not pending deletion.`);
        // As on AWS, the key has to be enabled again.
        const change = { state: "Disabled", deletion_ms: null, deletion_days: null } as const;
        await updateKey(key, change, db);
        return { KeyId: keyArn(key) };
      }),
    ),
  });
}

/** Throws ValidationException. */
function requireWindow(days: number): void {
  if (days < WINDOW_DAYS_MIN || days > WINDOW_DAYS_MAX)
    throw validation(
      `PendingWindowInDays must be between ${WINDOW_DAYS_MIN} and ${WINDOW_DAYS_MAX}`,
    );
}

function turn(
  operation: string,
  state: KeyState,
): OperationHandler<{ readonly KeyId: string }, object> {
  return keyOperation(operation, {}, (key: KeyRow, _input, context) =>
    context.transaction<KmsTables, object>(async ({ db }) => {
      const current = await currentKey(key, context, db);
      requireNotPending(current);
      requireImported(current);
      await updateKey(key, { state }, db);
      return {};
    }),
  );
}

/** Whether it is a primary key with replicas, which it can't be deleted before. */
async function hasReplicas(
  key: KeyRow,
  { nowMs }: Pick<RequestContext, "nowMs">,
  db: Kysely<KmsTables>,
): Promise<boolean> {
  return multiRegionType(key) === "PRIMARY" && (await relatedKeys(key, nowMs, db)).length > 1;
}
