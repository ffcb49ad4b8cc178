import type { RequestContext } from "../../../kernel/request-context.ts";
import { GenerationCache } from "../changes/generation-cache.ts";
import type { Generations } from "../changes/generations.ts";
import { readOwner } from "./authorization.ts";
import type { OwnerSubject } from "./owners.ts";

/** Cached roles take a few kilobytes each. */
const CACHED_ROLES_MAX = 2000;

/** Services and tools ask GetRole most, so roles are kept for it until their account changes. */
export class RoleViews {
  readonly #generations: Generations;
  readonly #cache: GenerationCache<OwnerSubject<"role">>;

  constructor(generations: Generations) {
    this.#generations = generations;
    this.#cache = new GenerationCache(generations, CACHED_ROLES_MAX);
  }

  async find(context: RequestContext, roleName: string): Promise<OwnerSubject<"role">> {
    // What a transaction reads may yet be rolled back, and what is kept may be older.
    if (context.inTransaction) return readOwner(context, "role", roleName);
    const key = `${context.accountId}/${roleName}`;
    const known = this.#cache.find(key);
    if (known) return known;
    const readAt = this.#generations.current();
    const subject = await readOwner(context, "role", roleName);
    if (subject.owner) this.#cache.put(key, context.accountId, readAt, subject);
    return subject;
  }
}
