import { compilePolicy, PolicySet } from "@rolecast/policy";
import type { Organization, OrganizationPolicy } from "../kernel/organization.ts";

const NO_LEVELS: readonly PolicySet[] = [];

/** An account's organization policies, compiled: one set a level. */
interface MemberLayers {
  readonly scpLevels: readonly PolicySet[];
  readonly rcpLevels: readonly PolicySet[];
}

/** An organization's policies, compiled once: they don't change while the server runs. */
export class OrganizationLayers {
  readonly #members: ReadonlyMap<string, MemberLayers>;

  constructor(organization: Organization | undefined) {
    // A level's list of policies is the same object in all accounts below it.
    const sets = new Map<readonly OrganizationPolicy[], PolicySet>();
    const setOf = (level: readonly OrganizationPolicy[], kind: "scp" | "rcp") => {
      let set = sets.get(level);
      if (!set) {
        set = new PolicySet(
          level.map(({ id, text }) => compilePolicy(text, { kind, id, managed: true })),
        );
        sets.set(level, set);
      }
      return set;
    };
    this.#members = new Map(
      [...(organization?.members.values() ?? [])].map((member) => [
        member.accountId,
        {
          scpLevels: member.scpLevels.map((level) => setOf(level, "scp")),
          rcpLevels: member.rcpLevels.map((level) => setOf(level, "rcp")),
        },
      ]),
    );
  }

  /** The caller's account's; none when it is in no organization, or manages it. */
  scpLevels(accountId: string): readonly PolicySet[] {
    return this.#members.get(accountId)?.scpLevels ?? NO_LEVELS;
  }

  /** The resource's account's. */
  rcpLevels(accountId: string): readonly PolicySet[] {
    return this.#members.get(accountId)?.rcpLevels ?? NO_LEVELS;
  }
}
