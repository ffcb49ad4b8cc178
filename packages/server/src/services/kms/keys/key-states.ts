import type * as kms from "@aws-sdk/client-kms";
import {
  defineOperations,
  type OperationHandler,
  type OperationTable,
} from "../../../kernel/operations.ts";
import { currentKey, keyOperation, requireNotPending } from "../access/key-operation.ts";
import { invalidState } from "../errors.ts";
import { keyArn } from "../key-name.ts";
import { updateKey } from "../rows/keys.ts";
import type { KeyRow, KeyState, KmsTables } from "../tables.ts";

/** Source: API reference, ScheduleKeyDeletion. */
const DEFAULT_WINDOW_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

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
      (key, { PendingWindowInDays: days = DEFAULT_WINDOW_DAYS }, context) =>
        context.transaction<KmsTables, kms.ScheduleKeyDeletionResponse>(async ({ db }) => {
          requireNotPending(await currentKey(key, context, db));
          const deletion_ms = context.nowMs + days * DAY_MS;
          await updateKey(key, { state: "PendingDeletion", deletion_ms }, db);
          return {
            KeyId: keyArn(key),
            DeletionDate: new Date(deletion_ms),
            KeyState: "PendingDeletion",
            PendingWindowInDays: days,
          };
        }),
    ),
    CancelKeyDeletion: keyOperation("CancelKeyDeletion", {}, (key, _input, context) =>
      context.transaction<KmsTables, kms.CancelKeyDeletionResponse>(async ({ db }) => {
        const { state } = await currentKey(key, context, db);
        if (state !== "PendingDeletion")
          throw invalidState(`${keyArn(key)} is not pending deletion.`);
        // As on AWS, the key has to be enabled again.
        await updateKey(key, { state: "Disabled", deletion_ms: null }, db);
        return { KeyId: keyArn(key) };
      }),
    ),
  });
}

function turn(
  operation: string,
  state: KeyState,
): OperationHandler<{ readonly KeyId: string }, object> {
  return keyOperation(operation, {}, (key: KeyRow, _input, context) =>
    context.transaction<KmsTables, object>(async ({ db }) => {
      requireNotPending(await currentKey(key, context, db));
      await updateKey(key, { state }, db);
      return {};
    }),
  );
}
