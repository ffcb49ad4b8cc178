export { matchesActionPattern } from "./compile/action-matcher.ts";
export {
  type CompiledPolicy,
  type CompiledStatement,
  compilePolicy,
} from "./compile/compile-policy.ts";
export { decide } from "./decide/decide.ts";
export type { Effect, PolicyLayers } from "./decide/policy-layers.ts";
export { PolicySet } from "./decide/policy-set.ts";
export { PolicyCompileError } from "./document/policy-compile-error.ts";
export type { PrincipalEntry, PrincipalType } from "./document/policy-document.ts";
export type { Position, PositionRange } from "./document/position.ts";
export { explain } from "./explain/explain.ts";
export type {
  ExplainedStatement,
  Explanation,
  LayerOutcome,
  MatchedStatement,
} from "./explain/explanation.ts";
export { accountOf, type Principal } from "./principal.ts";
export type {
  ContextValue,
  DecisionRequest,
  PolicySource,
  RequestContextValues,
} from "./request.ts";
