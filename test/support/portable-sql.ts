/**
 * SQL of PostgreSQL that CockroachDB lacks, takes without effect or understands in another way.
 * Source: CockroachDB's pages "PostgreSQL Compatibility", "SQL Feature Support" and "Known
 * Limitations", v24.3. docs/database.md says which of it Rolecast can't do without.
 */
const LACKING: readonly RegExp[] = [
  // Events.
  /\b(?:un)?listen\b|\bnotify\b|\bpg_notify\b/,
  // Functions of advisory locks are there, and lock nothing.
  /\bpg_(?:try_)?advisory_\w+/,
  // Numbers that aren't in a row, of 64 bits.
  /\bnextval\b|\b(?:big|small)?serial\b|\bgenerated (?:always|by default) as identity\b/,
  /\bcreate (?:or replace )?(?:constraint )?(?:domain|trigger|extension|rule|aggregate|cast)\b/,
  /\bcreate (?:or replace )?(?:operator|function|procedure|language|foreign)\b/,
  /\bexclude using\b|\bdeferrable\b|\bset constraints\b|\binherits\b/,
  /\bcreate (?:global |local )?temp(?:orary)?\b|\bon commit (?:drop|delete|preserve)\b/,
  /\bunlogged\b/,
  /\busing (?:brin|hash|gist|spgist)\b/,
  /\block table\b|\bfor (?:no key update|key share|share)\b/,
  /\b(?:ctid|xmin|xmax|cmin|cmax|tableoid)\b/,
  /\b(?:vacuum|reindex|cluster|merge into|tablesample|prepare transaction|grouping sets)\b/,
  /\bxml\w*\b|\bxpath\b/,
  /\bpg_(?:terminate_backend|cancel_backend|export_snapshot|current_xact_id|current_snapshot)\b/,
  // The quotient of integers is a decimal there; `//` isn't PostgreSQL's.
  /\//,
  // Operators of bits bind in another order.
  /[&#]|<<|>>/,
  // An expression as the target of a conflict.
  /\bon conflict \([^)]*\(/,
];

/** The parts of a statement, compiled or written, that CockroachDB lacks. */
export function lackingIn(statement: string): readonly string[] {
  const text = statement
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    .replaceAll(/"[^"]*"/g, '""')
    .replaceAll(/--.*|\$\{[^}]*\}/g, "")
    .replaceAll(/\s+/g, " ")
    .toLowerCase();
  return LACKING.flatMap((pattern) => pattern.exec(text)?.[0] ?? []);
}

/** Messages between nodes, which are understood by PostgreSQL alone: docs/database.md. */
export const MESSAGES: readonly string[] = ["listen", "pg_notify"];
