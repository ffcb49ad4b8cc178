import { PolicySet } from "@rolecast/policy";
import type {
  OrganizationLevel,
  OrganizationMember,
  Organizations,
} from "../kernel/organization.ts";
import type { PolicyCache } from "./policy-cache.ts";

const NO_LEVELS: readonly PolicySet[] = [];

type Kind = "scp" | "rcp";

/**
 * The policies of the organizations at one moment, compiled when an account is first decided on. A
 * document is compiled once, also over changes of the organizations: the cache keeps it.
 */
export class OrganizationLayers {
  readonly #organizations: Organizations;
  readonly #policies: PolicyCache;
  /** A level is the same object in all accounts below it. */
  readonly #sets = new WeakMap<OrganizationLevel, PolicySet>();
  readonly #levels = {
    scp: new WeakMap<OrganizationMember, readonly PolicySet[]>(),
    rcp: new WeakMap<OrganizationMember, readonly PolicySet[]>(),
  };

  constructor(organizations: Organizations, policies: PolicyCache) {
    this.#organizations = organizations;
    this.#policies = policies;
  }

  isOf(organizations: Organizations): boolean {
    return this.#organizations === organizations;
  }

  /** The caller's account's; none when it is in no organization, or manages it. */
  scpLevels(accountId: string): readonly PolicySet[] {
    return this.#levelsOf(accountId, "scp");
  }

  /** The resource's account's. */
  rcpLevels(accountId: string): readonly PolicySet[] {
    return this.#levelsOf(accountId, "rcp");
  }

  #levelsOf(accountId: string, kind: Kind): readonly PolicySet[] {
    const member = this.#organizations.members.get(accountId);
    if (!member) return NO_LEVELS;
    const known = this.#levels[kind].get(member);
    if (known) return known;
    const levels = kind === "scp" ? member.scpLevels : member.rcpLevels;
    const sets = levels.map((level) => this.#setOf(level, kind));
    this.#levels[kind].set(member, sets);
    return sets;
  }

  #setOf(level: OrganizationLevel, kind: Kind): PolicySet {
    const known = this.#sets.get(level);
    if (known) return known;
    const target = { arn: level.arn, title: titleOf(level) };
    const set = new PolicySet(
      level.policies.map(({ id, text }) =>
        this.#policies.compile(text, { kind, id, managed: true, target }),
      ),
    );
    this.#sets.set(level, set);
    return set;
  }
}

function titleOf({ kind, id, name }: OrganizationLevel): string {
  return kind === "root" ? "the root" : `the ${kind} \`${name}\` (${id})`;
}
