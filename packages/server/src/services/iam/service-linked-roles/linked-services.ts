import assert from "node:assert/strict";
import type { LinkedServiceUsage, RoleUsage } from "../../../kernel/ports/identity.ts";
import type { OutsideService } from "../../../kernel/ports/linked-services.ts";
import type { Transaction } from "../../../kernel/store.ts";
import type { LinkedRoleTemplates } from "../catalogue/linked-role-templates.ts";

/** The services that report where they use their role. The rest of AWS's never do. */
export class LinkedServices {
  readonly #templates: LinkedRoleTemplates;
  readonly #usages = new Map<string, LinkedServiceUsage>();

  constructor(templates: LinkedRoleTemplates) {
    this.#templates = templates;
  }

  /** Called before the worker starts, and again when a reset starts it again. */
  register(usage: LinkedServiceUsage): void {
    const { servicePrincipal } = usage;
    const known = this.#usages.get(servicePrincipal);
    assert(!known || known === usage, `${servicePrincipal} is registered by two services.`);
    this.#usages.set(servicePrincipal, usage);
  }

  /** The service, if it runs outside this server, so that no transaction can hold its answer. */
  outside(servicePrincipal: string): OutsideService | undefined {
    return this.#templates.outside(servicePrincipal);
  }

  /** False for a service of the configuration that was taken out while its role stayed. */
  isKnown(servicePrincipal: string): boolean {
    return this.#templates.find(servicePrincipal) !== undefined;
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
