import type { CompiledPolicy, CompiledStatement } from "../compile/compile-policy.ts";

/**
 * The conditions of a policy's Allows that its edited version lacks: "StringLike s3:prefix" of a
 * statement with the same Sid, or else in the same place.
 */
export function droppedConditions(
  before: CompiledPolicy,
  after: CompiledPolicy,
): readonly string[] {
  return before.statements
    .filter(({ effect }) => effect === "Allow")
    .flatMap((statement) => {
      const edited = sameStatement(statement, after);
      // A statement that is gone allows nothing any more.
      if (edited?.effect !== "Allow") return [];
      const kept = new Set(namesOf(edited));
      return namesOf(statement).filter((name) => !kept.has(name));
    });
}

function sameStatement(
  { sid, index }: CompiledStatement,
  { statements }: CompiledPolicy,
): CompiledStatement | undefined {
  const named = sid === undefined ? undefined : statements.find((each) => each.sid === sid);
  return named ?? statements[index];
}

function namesOf({ written }: CompiledStatement): readonly string[] {
  return written.conditions.map(({ operator, key }) => `${operator} ${key}`);
}
