import type { Kysely } from "kysely";
import type { CloudFormationTables, SignalRow } from "../tables.ts";
import { opened, sealed } from "./sealed-columns.ts";

type Db = Kysely<CloudFormationTables>;

/** A resource that is signalled: a wait condition's handle, or whatever waits itself. */
export type Signalled = Pick<SignalRow, "stack_id" | "logical_id">;

/** A resource keeps so many; a handle is signalled by few hosts. */
const SIGNALS_MAX = 1_000;

const DATA = ["data"] as const;

export async function signalsOf({ stack_id, logical_id }: Signalled, db: Db): Promise<SignalRow[]> {
  const rows = await db
    .selectFrom("cloudformation_signals")
    .selectAll()
    .where("stack_id", "=", stack_id)
    .where("logical_id", "=", logical_id)
    .orderBy("unique_id")
    .execute();
  return rows.map((row) => opened(row, DATA, db));
}

/** Keeps a signal, unless one with its id is there. False: there are too many already. */
export async function putSignal(row: SignalRow, db: Db): Promise<boolean> {
  const all = await signalsOf(row, db);
  if (all.some(({ unique_id }) => unique_id === row.unique_id)) return true;
  if (all.length >= SIGNALS_MAX) return false;
  await db
    .insertInto("cloudformation_signals")
    .values(hidesData(row) ? sealed(row, DATA, db) : row)
    .execute();
  return true;
}

/** A custom resource's response whose data aren't shown. */
function hidesData({ data }: SignalRow): boolean {
  return data.includes('"NoEcho":true');
}

export async function removeSignals({ stack_id, logical_id }: Signalled, db: Db): Promise<void> {
  await db
    .deleteFrom("cloudformation_signals")
    .where("stack_id", "=", stack_id)
    .where("logical_id", "=", logical_id)
    .execute();
}
