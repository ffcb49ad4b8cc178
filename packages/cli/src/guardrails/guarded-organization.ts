import { compilePolicy, PolicySet } from "@rolecast/policy";

/** A policy at the place that it is attached to. */
export interface AttachedPolicy {
  readonly kind: "scp" | "rcp";
  /** A file's path, or an ARN. */
  readonly id: string;
  readonly text: string;
}

/** The root, a unit or an account. */
export interface GuardedLevel {
  /** `the unit \`prod\``. */
  readonly title: string;
  readonly policies: readonly AttachedPolicy[];
  /** Kinds whose policies are on. */
  readonly kinds: readonly ("scp" | "rcp")[];
}

/** An account with the levels from the root to its own. */
export interface GuardedAccount {
  readonly organizationId: string;
  /** As in `aws:PrincipalOrgPaths`. */
  readonly orgPath: string;
  readonly scpLevels: readonly PolicySet[];
  readonly rcpLevels: readonly PolicySet[];
}

/** The accounts of an organization by their ids. */
export type GuardedOrganization = ReadonlyMap<string, GuardedAccount>;

/** Compiles the levels above an account, whose policies don't bind the management account. */
export function guardedAccount(
  place: Pick<GuardedAccount, "organizationId" | "orgPath">,
  levels: readonly GuardedLevel[],
  isManagement: boolean,
): GuardedAccount {
  const setsOf = (kind: "scp" | "rcp") =>
    isManagement
      ? []
      : levels.flatMap(({ title, policies, kinds }) =>
          kinds.includes(kind) ? [setOf(kind, title, policies)] : [],
        );
  return { ...place, scpLevels: setsOf("scp"), rcpLevels: setsOf("rcp") };
}

function setOf(kind: "scp" | "rcp", title: string, policies: readonly AttachedPolicy[]): PolicySet {
  const own = policies.filter((policy) => policy.kind === kind);
  return new PolicySet(
    own.map(({ id, text }) =>
      compilePolicy(text, { kind, id, managed: true, target: { arn: title, title } }),
    ),
  );
}
