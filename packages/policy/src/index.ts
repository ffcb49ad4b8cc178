export { advisePolicy } from "./advise/advise-policy.ts";
export type {
  AuthorizationData,
  ServiceAction,
  ServiceAuthorization,
} from "./advise/authorization-data.ts";
export type { PolicyWarning } from "./advise/policy-warning.ts";
export { type CheckPolicyOptions, checkPolicy } from "./checks/check-policy.ts";
export type {
  CheckCode,
  CheckFinding,
  CheckLocation,
  FindingType,
} from "./checks/finding.ts";
export type { PathElement } from "./checks/place.ts";
export {
  CHECKED_POLICY_TYPES,
  CHECKED_RESOURCE_TYPES,
  type CheckedPolicyType,
  type CheckedResourceType,
} from "./checks/subject.ts";
export type { AccessPoint, BucketAccess } from "./compare/bucket-access.ts";
export {
  type AccessList,
  type Grant,
  listedAccess,
  newAccess,
  publicAccess,
} from "./compare/checks.ts";
export {
  type CompareOptions,
  comparePolicies,
  findNewAccess,
  type NewAccess,
  type PolicyComparison,
  type Relation,
  type Witness,
} from "./compare/compare.ts";
export { droppedConditions } from "./compare/dropped-conditions.ts";
export { type ExternalAccess, externalAccess } from "./compare/external-access.ts";
export type { TrustZone } from "./compare/external-cells.ts";
export {
  type InternalAccess,
  type InternalPair,
  internalAccess,
  type ResourceAction,
} from "./compare/internal-access.ts";
export { referenceOptions } from "./compare/reference-options.ts";
export { namesAccessPoint } from "./compare/resources-through.ts";
export { matchesActionPattern } from "./compile/action-matcher.ts";
export {
  type CompiledPolicy,
  type CompiledStatement,
  compilePolicy,
} from "./compile/compile-policy.ts";
export { contextKeysOf } from "./compile/context-keys.ts";
export { type ContextValueType, isContextValue } from "./compile/context-value.ts";
export {
  type IpAddress,
  type IpRange,
  parseIpAddress,
  parseIpRange,
  rangeHolds,
} from "./compile/parse-ip.ts";
export { decide } from "./decide/decide.ts";
export type { Effect, PolicyLayers } from "./decide/policy-layers.ts";
export { PolicySet } from "./decide/policy-set.ts";
export type {
  JsonArray,
  JsonLiteral,
  JsonNode,
  JsonObject,
  JsonString,
} from "./document/json-node.ts";
export { PolicyJsonError, parseJson } from "./document/json-parser.ts";
export { PolicyCompileError } from "./document/policy-compile-error.ts";
export type { PrincipalType } from "./document/policy-document.ts";
export { POLICY_SIZE_LIMITS, policySizeWithoutWhitespace } from "./document/policy-size.ts";
export { type Position, type PositionRange, TextPositions } from "./document/position.ts";
export { type NamedPrincipal, principalsOf, rewritePrincipals } from "./document/principals-of.ts";
export { explain } from "./explain/explain.ts";
export type {
  ExplainedStatement,
  Explanation,
  LayerOutcome,
  MatchedStatement,
} from "./explain/explanation.ts";
export type {
  ComparedCondition,
  DenyObstacle,
  MissedPart,
  MissingAllow,
  NearMiss,
  Obstacle,
} from "./explain/obstacle.ts";
export { heldText, missText, obstacleText } from "./explain/obstacle-text.ts";
export { obstaclesOf } from "./explain/obstacles.ts";
export { type ProposedStatement, proposedStatement } from "./explain/proposal.ts";
export { patternFor, type ResourceRule } from "./generate/generalise.ts";
export {
  type GeneratedPolicy,
  type GeneratedStatement,
  type GenerateOptions,
  generatePolicy,
  type RecordedCall,
} from "./generate/generate-policy.ts";
export { safeCondition } from "./generate/safe-keys.ts";
export { callsOfTrailRecord, type TrailCall, type TrailRecord } from "./generate/trail-record.ts";
export {
  type UnusedPermissions,
  type UnusedStatement,
  unusedPermissions,
} from "./generate/unused-permissions.ts";
export { accountOf, type Principal } from "./principal.ts";
export type {
  ContextValue,
  DecisionRequest,
  PolicySource,
  RequestContextValues,
} from "./request.ts";
export { namesMeant } from "./spelling.ts";
export type { PolicyFinding } from "./validate/policy-finding.ts";
export { type ValidateOptions, validatePolicy } from "./validate/validate-policy.ts";
