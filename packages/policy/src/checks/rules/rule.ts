import type { Report } from "../finding.ts";
import type { ConditionSubject, StatementSubject, Subject } from "../subject.ts";

/** A check of a whole policy. */
export type PolicyRule = (subject: Subject) => Iterable<Report>;
/** A check of one statement. */
export type StatementRule = (statement: StatementSubject, subject: Subject) => Iterable<Report>;
/** A check of one key of one operator. */
export type ConditionRule = (
  condition: ConditionSubject,
  statement: StatementSubject,
  subject: Subject,
) => Iterable<Report>;

/** Runs a rule over each statement. */
export function forStatements(rule: StatementRule): PolicyRule {
  return function* (subject) {
    for (const statement of subject.statements) yield* rule(statement, subject);
  };
}

/** Runs a rule over each key of each statement's conditions. */
export function forConditions(rule: ConditionRule): PolicyRule {
  return function* (subject) {
    for (const statement of subject.statements) {
      for (const condition of statement.conditions) yield* rule(condition, statement, subject);
    }
  };
}
