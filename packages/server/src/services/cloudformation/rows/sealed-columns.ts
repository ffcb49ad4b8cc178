import assert from "node:assert/strict";
import type { Kysely } from "kysely";
import { SecretBox } from "../../../kernel/crypto/secret-box.ts";
import type { Store } from "../../../kernel/store.ts";
import type { CloudFormationTables } from "../tables.ts";

type Db = Kysely<CloudFormationTables>;

/** Never changes. */
const PURPOSE = "rolecast stacks";

/** No JSON begins with it. */
const MARK = "sealed:";

/** By the dialect's adapter, which all connections to a database share. */
const boxes = new WeakMap<object, SecretBox>();

/** Has the columns that hold secrets sealed in this database. */
export function sealColumns({ db }: Pick<Store, "db">, sealingKey: Uint8Array): void {
  boxes.set(db.getExecutor().adapter, new SecretBox(sealingKey, PURPOSE));
}

function boxOf(db: Db): SecretBox {
  const box = boxes.get(db.getExecutor().adapter);
  assert(box, "the service has named the key of its columns");
  return box;
}

/** A row to be written, with these columns sealed. Only their names are bound to what they have. */
export function sealed<Row extends object>(
  row: Row,
  columns: readonly (keyof Row & string)[],
  db: Db,
): Row {
  const box = boxOf(db);
  const texts = columns.flatMap((column) => {
    const text: unknown = row[column];
    return typeof text === "string" ? [[column, MARK + box.seal(text, column)] as const] : [];
  });
  return { ...row, ...Object.fromEntries(texts) };
}

/** A row that was read, with those of these columns opened that are sealed. */
export function opened<Row extends object>(
  row: Row,
  columns: readonly (keyof Row & string)[],
  db: Db,
): Row {
  let open = row;
  for (const column of columns) {
    const text: unknown = row[column];
    if (typeof text !== "string" || !text.startsWith(MARK)) continue;
    open = { ...open, [column]: boxOf(db).open(text.slice(MARK.length), column) };
  }
  return open;
}

/** The columns with a version's hidden parameters, and all that transforms made of them. */
const OF_VERSIONS = ["parameters", "processed"] as const;

interface Parametrized {
  parameters: string;
  processed: string | null;
}

/** A version or change set to be written: sealed if one of its parameters is hidden. */
export function sealedParameters<Row extends Parametrized>(row: Row, db: Db): Row {
  return row.parameters.includes('"noEcho":true') ? sealed(row, OF_VERSIONS, db) : row;
}

export function openedParameters<Row extends Parametrized>(row: Row, db: Db): Row {
  return opened(row, OF_VERSIONS, db);
}
