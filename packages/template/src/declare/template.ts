import type { MapValue, Value } from "../document/value.ts";

/** A template as it was declared: nothing in it is evaluated yet. */
export interface Template {
  /** The text as it was given. */
  readonly text: string;
  /** The whole content, with short tags written out. */
  readonly document: MapValue;
  readonly description: string | undefined;
  readonly metadata: MapValue | undefined;
  /** Macros of the `Transform` section, in their order. Empty after `expandTemplate`. */
  readonly transforms: readonly TransformDeclaration[];
  /** Whether `AWS::LanguageExtensions` was declared: functions are allowed in more places. */
  readonly extended: boolean;
  readonly parameters: ReadonlyMap<string, ParameterDeclaration>;
  /** Map name → first key → second key → value. */
  readonly mappings: MapValue;
  readonly conditions: ReadonlyMap<string, Value>;
  readonly rules: ReadonlyMap<string, RuleDeclaration>;
  readonly resources: ReadonlyMap<string, ResourceDeclaration>;
  readonly outputs: ReadonlyMap<string, OutputDeclaration>;
}

/** A macro that a template names, and the parameters that it is given. */
export interface TransformDeclaration {
  readonly name: string;
  readonly parameters: MapValue;
}

/** An input of the template. Numbers and booleans are text here, as they are on the wire. */
export interface ParameterDeclaration {
  readonly name: string;
  readonly type: string;
  readonly defaultValue: string | undefined;
  readonly description: string | undefined;
  readonly noEcho: boolean;
  readonly allowedValues: readonly string[] | undefined;
  readonly allowedPattern: string | undefined;
  readonly constraintDescription: string | undefined;
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
  readonly minValue: number | undefined;
  readonly maxValue: number | undefined;
}

/** A resource of the template, with its functions unresolved. */
export interface ResourceDeclaration {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: MapValue;
  readonly dependsOn: readonly string[];
  readonly condition: string | undefined;
  /** A policy's name, or a function that gives one. */
  readonly deletionPolicy: Value | undefined;
  readonly updateReplacePolicy: Value | undefined;
  readonly metadata: Value | undefined;
  readonly creationPolicy: Value | undefined;
  readonly updatePolicy: Value | undefined;
}

/** A value that the stack shows, and exports if it has a name for that. */
export interface OutputDeclaration {
  readonly name: string;
  readonly value: Value;
  readonly description: string | undefined;
  readonly condition: string | undefined;
  readonly exportName: Value | undefined;
}

/** A check of parameters: when its condition holds, all of its assertions must. */
export interface RuleDeclaration {
  readonly name: string;
  readonly condition: Value | undefined;
  readonly assertions: readonly RuleAssertion[];
}

export interface RuleAssertion {
  readonly assert: Value;
  readonly description: string | undefined;
}
