import type { MapValue } from "../document/value.ts";
import type { Attributes } from "../evaluate/environment.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import type { SchemaLookup } from "./recreation.ts";

/** A resource of a stack as it is. */
export interface DeployedResource {
  readonly type: string;
  readonly physicalId: string;
  /** The properties that it was given last, with dynamic references as they stand. */
  readonly properties: MapValue;
}

/** A stack as it is. */
export interface DeployedStack {
  /** Its template, in the environment in which it was carried out. */
  readonly evaluation: Evaluation;
  readonly resources: ReadonlyMap<string, DeployedResource>;
  readonly attributes: Attributes;
}

export interface Comparison {
  /** Undefined: the stack is new. */
  readonly before: DeployedStack | undefined;
  readonly after: Evaluation;
  readonly schemas: SchemaLookup;
  /** Compares the values, and shows them, as the API's IncludePropertyValues does. */
  readonly includeValues: boolean;
  /** The stack's own tags change, and with them those of all resources that take tags. */
  readonly stackTagsChange?: boolean;
  /** The physical ids of resources that exist, and become the stack's. */
  readonly imports?: ReadonlyMap<string, string>;
}
