import { PolicySet } from "@rolecast/policy";
import type { OrganizationLevel, Organizations } from "../kernel/organization.ts";
import type { PolicyCache } from "./policy-cache.ts";

type Kind = "scp" | "rcp";

/** The levels from the root to an account, compiled; none in no organization, or managing it. */
export interface AccountLevels {
  readonly scp: readonly PolicySet[];
  readonly rcp: readonly PolicySet[];
}

const NO_LEVELS: AccountLevels = { scp: [], rcp: [] };

/**
 * The policies of the organizations at one moment, compiled when an account is first decided on. A
 * document is compiled once, also over changes of the organizations: the cache keeps it.
 */
export class OrganizationLayers {
  readonly #organizations: Organizations;
  readonly #policies: PolicyCache;
  /** A level is the same object in all accounts below it. */
  readonly #sets = new WeakMap<OrganizationLevel, PolicySet>();
  readonly #accounts = new Map<string, AccountLevels>();

  constructor(organizations: Organizations, policies: PolicyCache) {
    this.#organizations = organizations;
    this.#policies = policies;
  }

  isOf(organizations: Organizations): boolean {
    return this.#organizations === organizations;
  }

  levelsOf(accountId: string): AccountLevels {
    return this.#accounts.get(accountId) ?? this.#compile(accountId);
  }

  #compile(accountId: string): AccountLevels {
    const member = this.#organizations.members.get(accountId);
    // Accounts outside of all organizations aren't kept: anybody can name one.
    if (!member) return NO_LEVELS;
    const setsOf = (levels: readonly OrganizationLevel[], kind: Kind) =>
      levels.map((level) => this.#setOf(level, kind));
    const levels = {
      scp: setsOf(member.scpLevels, "scp"),
      rcp: setsOf(member.rcpLevels, "rcp"),
    };
    this.#accounts.set(accountId, levels);
    return levels;
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
