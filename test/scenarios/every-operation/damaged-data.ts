import Libsql from "libsql";

/** Columns of a row that may be damaged, and what finds the row. */
export interface DamagedRow {
  readonly table: string;
  readonly rowid: unknown;
  readonly texts: readonly (readonly [column: string, text: string])[];
}

export function inDatabase<T>(data: string, work: (db: Libsql.Database) => T): T {
  const db = new Libsql(`${data}/rolecast.db`);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

export function tablesOf(data: string): readonly string[] {
  const rows = inDatabase(data, (db) =>
    db.prepare("select name from sqlite_master where type = 'table' order by name").all(),
  ) as readonly { readonly name: string }[];
  return rows.map(({ name }) => name).filter((name) => !OURS.test(name));
}

/** Migrations and the sealing key are the database's own: without them there is no start. */
const OURS = /^(rolecast_migrations|rolecast_sealing|sqlite_.*)$/;

/** JSON, and what is sealed. */
const READ_AS_A_WHOLE = /^(?:[[{].*[\]}]|sealed:.*)$/s;

/** Columns whose texts are sealed, whatever they look like. */
const SEALED = /(^|_)(sealed|secret|private|material)(_|$)/;

/** The rows of a table that have texts which are read as a whole. */
export function documentsOf(data: string, table: string): readonly DamagedRow[] {
  const rows = inDatabase(data, (db) =>
    db.prepare(`select rowid as "row number", * from "${table}"`).all(),
  ) as readonly Readonly<Record<string, unknown>>[];
  const found = rows.map(({ "row number": rowid, ...columns }) => ({
    ...{ table, rowid },
    texts: Object.entries(columns).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === "string" && (READ_AS_A_WHOLE.test(entry[1]) || SEALED.test(entry[0])),
    ),
  }));
  return found.filter(({ texts }) => texts.length > 0);
}

/** Writes a text into all of the columns, or what was in them. */
export function write(data: string, rows: readonly DamagedRow[], damage?: string): void {
  inDatabase(data, (db) => {
    db.exec("begin");
    for (const { table, rowid, texts } of rows)
      for (const [column, text] of texts)
        db.prepare(`update "${table}" set "${column}" = ? where rowid = ?`).run(
          damage ?? text,
          rowid,
        );
    db.exec("commit");
  });
}

/** Puts a row that nobody can read into each table that has none. */
export function fillEmpty(data: string, account: string, damage: string): readonly string[] {
  return tablesOf(data).filter((table) =>
    inDatabase(data, (db) => {
      if (db.prepare(`select 1 from "${table}" limit 1`).get()) return false;
      const columns = db.prepare(`pragma table_info("${table}")`).all() as readonly Column[];
      const names = columns.map(({ name }) => `"${name}"`).join(", ");
      const values = columns.map(({ name, type }) =>
        name === "account_id" ? account : name === "region" ? "us-east-1" : made(type, damage),
      );
      const places = values.map(() => "?").join(", ");
      db.prepare(`insert into "${table}" (${names}) values (${places})`).run(...values);
      return true;
    }),
  );
}

interface Column {
  readonly name: string;
  readonly type: string;
}

function made(type: string, damage: string): unknown {
  return /int/i.test(type) ? 0 : /blob/i.test(type) ? Buffer.from(damage) : damage;
}
