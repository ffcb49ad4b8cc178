import type { CompiledPolicy, CompiledStatement } from "../compile/compile-policy.ts";
import { TextPositions } from "../document/position.ts";
import type { ExplainedStatement } from "./explanation.ts";

/** A policy's lines are found once, however many of its statements are described. */
const positions = new WeakMap<CompiledPolicy, TextPositions>();

function positionsOf(policy: CompiledPolicy): TextPositions {
  let known = positions.get(policy);
  if (!known) {
    known = new TextPositions(policy.text);
    positions.set(policy, known);
  }
  return known;
}

/** Names a statement and its place in its policy. */
export function describeStatement(statement: CompiledStatement): ExplainedStatement {
  return {
    policy: statement.policy.source,
    ...(statement.sid !== undefined && { sid: statement.sid }),
    index: statement.index,
    position: positionsOf(statement.policy).range(statement.start, statement.end),
  };
}
