import type { Compilable, CompiledQuery, Kysely } from "kysely";
import type { Tables } from "./store.ts";

/** Stands in a statement for the value of that name. */
class Blank {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Makes a function that runs one statement again and again, each time with other values. Kysely
 * takes longer to build and compile a statement than SQLite to run it, so `build` is called once
 * for each database and set of columns, with blanks in place of the values: no part of the
 * statement may depend on what a value is. For what runs with every request.
 */
export function statement<T extends Tables, Values extends object, Row = unknown>(
  build: (db: Kysely<T>, values: Values) => Compilable<Row>,
): (db: Kysely<T>, values: Values) => Promise<readonly Row[]> {
  /** By the dialect's adapter, which a database's transactions share with it. */
  const known = new WeakMap<object, Map<string, CompiledQuery<Row>>>();
  return async (db, values) => {
    const executor = db.getExecutor();
    let ofDatabase = known.get(executor.adapter);
    if (!ofDatabase) {
      ofDatabase = new Map();
      known.set(executor.adapter, ofDatabase);
    }
    const names = Object.keys(values);
    const columns = names.join();
    let query = ofDatabase.get(columns);
    if (!query) {
      const blanks = Object.fromEntries(names.map((name) => [name, new Blank(name)]));
      query = build(db, blanks as Values).compile();
      ofDatabase.set(columns, query);
    }
    const given = values as Readonly<Record<string, unknown>>;
    const parameters = query.parameters.map((each) =>
      each instanceof Blank ? given[each.name] : each,
    );
    const compiled = { ...query, parameters };
    // What `db.executeQuery` does without plugins, but for an executor of its own each time.
    const { rows } = await executor.provideConnection((connection) =>
      connection.executeQuery<Row>(compiled),
    );
    return rows;
  };
}
