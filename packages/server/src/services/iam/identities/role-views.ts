import type { RequestContext } from "../../../kernel/request-context.ts";
import { GenerationCache } from "../changes/generation-cache.ts";
import type { Generations } from "../changes/generations.ts";
import { findRole, type Role } from "../rows/roles.ts";
import { type StoredTag, tagsOf } from "../rows/tags.ts";
import type { IamTables } from "../tables.ts";

/** A few kilobytes each. */
const CACHED_ROLES_MAX = 2000;

/** A role with what decisions about it and answers of it need. */
export interface RoleView {
  readonly role: Role;
  readonly tags: readonly StoredTag[];
}

/** GetRole is what services and tools ask most, so its answers are kept until something changes. */
export class RoleViews {
  readonly #generations: Generations;
  readonly #cache: GenerationCache<RoleView>;

  constructor(generations: Generations) {
    this.#generations = generations;
    this.#cache = new GenerationCache(generations, CACHED_ROLES_MAX);
  }

  async find(context: RequestContext, roleName: string): Promise<RoleView | undefined> {
    // What a transaction reads may yet be rolled back, and what is kept may be older.
    if (context.inTransaction) return readView(context, roleName);
    const key = `${context.accountId}/${roleName}`;
    const known = this.#cache.find(key);
    if (known) return known;
    const readAt = this.#generations.current();
    const view = await readView(context, roleName);
    if (view) this.#cache.put(key, context.accountId, readAt, view);
    return view;
  }
}

async function readView(context: RequestContext, name: string): Promise<RoleView | undefined> {
  const db = context.db<IamTables>();
  const role = await findRole(db, context.accountId, name);
  return role && { role, tags: await tagsOf(db, role.role_id) };
}
