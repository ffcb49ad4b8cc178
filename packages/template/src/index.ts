export { compareTemplates } from "./compare/compare-templates.ts";
export type { Comparison, DeployedResource, DeployedStack } from "./compare/comparison.ts";
export { differences, isSame } from "./compare/differences.ts";
export {
  type Replacement,
  replacementAt,
  replacementOf,
  type SchemaLookup,
  type TypeSchema,
} from "./compare/recreation.ts";
export type { ChangeDetail, ChangeTarget, ResourceChange } from "./compare/resource-change.ts";
export { documentAsJson, parseTemplate, templateOfJson } from "./declare/parse-template.ts";
export type {
  OutputDeclaration,
  ParameterDeclaration,
  ResourceDeclaration,
  RuleAssertion,
  RuleDeclaration,
  Template,
  TransformDeclaration,
} from "./declare/template.ts";
export { placeOf } from "./document/read-document.ts";
export { type Place, TemplateError, type TemplateErrorCode } from "./document/template-error.ts";
export { isMap, type MapValue, sameValue, type Value } from "./document/value.ts";
export {
  type DynamicReference,
  dynamicReferencesIn,
  withDynamicValues,
} from "./evaluate/dynamic-references.ts";
export {
  type Attributes,
  type Environment,
  type ParameterValue,
  UNKNOWN,
} from "./evaluate/environment.ts";
export { Evaluation, type ResolvedOutput, type ResolvedResource } from "./evaluate/evaluation.ts";
export { importsIn, importsOf } from "./evaluate/imports.ts";
export {
  type GivenParameter,
  MissingSsmParameter,
  type ResolvedParameter,
  resolveParameters,
  ssmParametersOf,
} from "./evaluate/resolve-parameters.ts";
export { expandTemplate, includesOf, parseProcessedTemplate } from "./expand/expand-template.ts";
export { withKnownValues } from "./expand/known-values.ts";
export { type DependencyGraph, refuseCircles } from "./order/dependency-graph.ts";
export {
  type Capability,
  type NeededCapabilities,
  neededCapabilities,
  requireCapabilities,
} from "./summary/capabilities.ts";
export {
  type ParameterSummary,
  type ResourceIdentifierSummary,
  type TemplateSummary,
  templateSummary,
} from "./summary/template-summary.ts";
