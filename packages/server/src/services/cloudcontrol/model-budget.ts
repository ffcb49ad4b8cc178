import { PatchError } from "./patch-error.ts";

/** Source: Cloud Control API reference, ResourceDescription, Properties. */
export const MODEL_LENGTH_MAX = 262_144;
/** Rolecast's own; the deepest modelled type nests about a dozen. */
export const MODEL_DEPTH_MAX = 100;
/** Moving the items of a list along costs this fraction of copying them. */
const MOVED_ITEMS_FREE = 256;

/**
 * The work that a patch may still do. Its operations name values that it doesn't contain, so a
 * short patch can ask for any amount of work: each value is paid for before it is copied, compared
 * or moved. A value costs its characters, and one for each node.
 */
export class ModelBudget {
  #left = MODEL_LENGTH_MAX;

  spend(cost: number): void {
    this.#left -= cost;
    if (this.#left < 0) throw new PatchError("the patch takes too much to be applied");
  }

  /** Pays for the places that so many items of a list move to. */
  moveItems(count: number): void {
    this.spend(count / MOVED_ITEMS_FREE);
  }

  copy(value: unknown, depth = 0): unknown {
    this.#enter(value, depth);
    if (Array.isArray(value)) return value.map((each) => this.copy(each, depth + 1));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      this.#members(value).map(([name, each]) => [name, this.copy(each, depth + 1)]),
    );
  }

  isEqual(one: unknown, other: unknown, depth = 0): boolean {
    this.#enter(one, depth);
    this.#enter(other, depth);
    if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
      return one === other;
    if (Array.isArray(one) || Array.isArray(other))
      return (
        Array.isArray(one) &&
        Array.isArray(other) &&
        one.length === other.length &&
        one.every((each, index) => this.isEqual(each, other[index], depth + 1))
      );
    const members = this.#members(one);
    const others = new Map(this.#members(other));
    return (
      members.length === others.size &&
      members.every(
        ([name, each]) => others.has(name) && this.isEqual(each, others.get(name), depth + 1),
      )
    );
  }

  /** Pays for the node itself. */
  #enter(value: unknown, depth: number): void {
    if (depth > MODEL_DEPTH_MAX) throw new PatchError("a value is nested too deep");
    this.spend(typeof value === "string" ? value.length + 1 : 1);
  }

  #members(value: object): readonly (readonly [string, unknown])[] {
    const members = Object.entries(value);
    for (const [name] of members) this.spend(name.length);
    return members;
  }
}
