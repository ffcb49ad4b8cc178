import type * as iam from "@aws-sdk/client-iam";
import type { CompiledStatement, ContextValue, RequestContextValues } from "@rolecast/policy";
import { invalidInput } from "../errors.ts";

/** The context of a simulated request: what is known, with a note of what was asked in vain. */
export class SimulationContext implements RequestContextValues {
  readonly #known: ReadonlyMap<string, ContextValue>;
  readonly #missing = new Set<string>();

  constructor(known: ReadonlyMap<string, ContextValue>) {
    this.#known = known;
  }

  get(key: string): ContextValue | undefined {
    const value = this.#known.get(key);
    if (value === undefined) this.#missing.add(key);
    return value;
  }

  /**
   * Asks all conditions of these statements: an evaluation stops at the first that doesn't hold,
   * and whoever simulates wants to hear of every missing key at once.
   */
  askAll(statements: readonly CompiledStatement[]): void {
    for (const statement of statements)
      for (const condition of statement.conditions) condition.holds(this);
  }

  /** Lower-cased, sorted. */
  missing(): readonly string[] {
    return [...this.#missing].sort();
  }
}

/** `ContextEntries` by lower-cased key. A list type makes a multivalued key, whatever its length. */
export function entriesOf(
  entries: readonly iam.ContextEntry[] | undefined,
): ReadonlyMap<string, ContextValue> {
  const values = new Map<string, ContextValue>();
  for (const { ContextKeyName, ContextKeyValues = [], ContextKeyType } of entries ?? []) {
    if (ContextKeyName === undefined) continue;
    const [first, ...others] = ContextKeyValues;
    const key = ContextKeyName.toLowerCase();
    if (ContextKeyType?.endsWith("List")) {
      values.set(key, ContextKeyValues);
      continue;
    }
    if (others.length > 0)
      throw invalidInput(
        `The context key ${ContextKeyName} has several values; its type must be a list.`,
      );
    if (first !== undefined) values.set(key, first);
  }
  return values;
}
