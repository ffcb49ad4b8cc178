import { type CompiledPolicy, compilePolicy, PolicySet, type PolicySource } from "@rolecast/policy";
import { LruMap } from "../kernel/lru-map.ts";

/** Compiled documents in the cache. */
const COMPILED_MAX = 20_000;
const SETS_MAX = 10_000;

/** Compiles each document once and shares it between all principals that it applies to. */
export class PolicyCache {
  readonly #compiled = new LruMap<string, { text: string; policy: CompiledPolicy }>(COMPILED_MAX);
  readonly #single = new LruMap<CompiledPolicy, PolicySet>(SETS_MAX);

  compile(text: string, source: PolicySource): CompiledPolicy {
    const { kind, id, target } = source;
    // A policy of several levels of an organization is explained by each of them.
    const key = target ? `${kind} ${id} ${target.arn}` : `${kind} ${id}`;
    const known = this.#compiled.get(key);
    if (known && known.text === text) return known.policy;
    const policy = compilePolicy(text, source);
    this.#compiled.set(key, { text, policy });
    return policy;
  }

  /** A layer of one policy, e.g. a bucket's. */
  setOf(text: string, source: PolicySource): PolicySet {
    const policy = this.compile(text, source);
    let set = this.#single.get(policy);
    if (!set) {
      set = new PolicySet([policy]);
      this.#single.set(policy, set);
    }
    return set;
  }
}
