import assert from "node:assert/strict";
import type { LinkedServiceUsage, RoleUsage } from "../../../kernel/identity.ts";
import type { Transaction } from "../../../kernel/store.ts";

/** The services that say where they use their role. The rest of the definitions never do. */
export class LinkedServices {
  readonly #usages = new Map<string, LinkedServiceUsage>();

  /** Called before the worker starts, and again when a reset starts it again. */
  register(usage: LinkedServiceUsage): void {
    const { servicePrincipal } = usage;
    const known = this.#usages.get(servicePrincipal);
    assert(!known || known === usage, `${servicePrincipal} is registered by two services.`);
    this.#usages.set(servicePrincipal, usage);
  }

  /** Empty when the service isn't registered or doesn't use its role, as seen inside `tx`. */
  async findUsage(
    servicePrincipal: string,
    accountId: string,
    tx: Transaction,
  ): Promise<readonly RoleUsage[]> {
    const usages = await this.#usages.get(servicePrincipal)?.findUsage(accountId, tx);
    return (usages ?? []).filter((usage) => usage.resources.length > 0);
  }
}
