import type { Value } from "../document/value.ts";
import type { Environment } from "./environment.ts";

/** The result of `Ref: AWS::NoValue`: what has it disappears from its map or list. */
export const NO_VALUE: unique symbol = Symbol("AWS::NoValue");

export type Resolved = Value | typeof NO_VALUE;

/** The services that a function gets while it is resolved. */
export interface Scope {
  readonly environment: Environment;
  /** The template's mappings, and whether AWS::LanguageExtensions is on. */
  readonly mappings: { readonly [name: string]: Value };
  readonly extended: boolean;
  /** Resolves a value below the function; `key` is its place for error texts. */
  resolve(value: Value, key: string | number): Resolved;
  /** Resolves a list; what resolves to AWS::NoValue is left out. */
  resolveAll(values: readonly Value[]): readonly Value[];
  /** The result of a Ref or an Fn::GetAtt. */
  refer(name: string, attribute: string | undefined): Resolved;
  condition(name: string, where: string): boolean;
  /** Counts characters that are made, and refuses a template that makes too many. */
  spend(characters: number): void;
}

/** Resolves the call of one function. */
export type IntrinsicFunction = (argument: Value, scope: Scope) => Resolved;
