import { isMap, type MapValue, type Value } from "../document/value.ts";

/** The call of an intrinsic function: a map with one key, which names the function. */
export interface FunctionCall {
  readonly name: string;
  readonly argument: Value;
}

/** Reads a value as the call of a function; undefined is data. `Condition` counts in conditions. */
export function functionCall(value: Value): FunctionCall | undefined {
  if (!isMap(value)) return undefined;
  const name = onlyKey(value);
  if (name === undefined) return undefined;
  if (name !== "Ref" && !name.startsWith("Fn::")) return undefined;
  return { name, argument: value[name] ?? null };
}

function onlyKey(map: MapValue): string | undefined {
  let only: string | undefined;
  for (const key in map) {
    if (only !== undefined) return undefined;
    only = key;
  }
  return only;
}
