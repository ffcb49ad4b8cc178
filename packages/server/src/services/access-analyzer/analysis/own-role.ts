import { compilePolicy, decide, PolicySet, type Principal } from "@rolecast/policy";
import type { IdentityDirectory } from "../../../kernel/ports/identity.ts";
import type { ShareableResource } from "../../../kernel/ports/shareable-resources.ts";
import type { Reader } from "../../../kernel/store.ts";

export const ROLE_NAME = "AWSServiceRoleForAccessAnalyzer";

/** Access Analyzer's own role of one account, by which it may look at resources, or not. */
export class OwnRole {
  readonly #principal: Principal;
  readonly #identity: PolicySet;

  private constructor(principal: Principal, identity: PolicySet) {
    this.#principal = principal;
    this.#identity = identity;
  }

  /** Undefined where there is none: in an organization's member that hasn't got it. */
  static async of(
    accountId: string,
    directory: IdentityDirectory,
    reader: Reader,
  ): Promise<OwnRole | undefined> {
    const role = await directory.findRole(accountId, ROLE_NAME, reader);
    if (!role) return undefined;
    const principal: Principal = {
      kind: "role-session",
      accountId,
      arn: `arn:aws:sts::${accountId}:assumed-role/${ROLE_NAME}/access-analyzer`,
      roleArn: role.arn,
      roleId: role.roleId,
      roleName: ROLE_NAME,
      sessionName: "access-analyzer",
      serviceLinked: true,
    };
    const { identity } = await directory.policiesOf(principal, reader);
    const policies = identity.map(({ id, managed, text }) =>
      compilePolicy(text, { kind: "identity", id, managed }),
    );
    return new OwnRole(principal, new PolicySet(policies));
  }

  /** Whether a resource's own policy, as it is stored, lets the role read it. */
  mayRead({ arn, accountId, sharings }: ShareableResource, action: string): boolean {
    const own = sharings.filter(({ source }) => source === "POLICY");
    const [first] = own;
    // Nobody reads a role by its trust policy.
    if (!first || first.kind === "trust") return true;
    const policies = own.map(({ text, kind }) =>
      compilePolicy(text, { kind, id: arn, managed: false }),
    );
    const request = {
      principal: this.#principal,
      resource: arn,
      resourceAccountId: accountId,
      action,
      context: new Map([
        ["aws:principalarn", "roleArn" in this.#principal ? this.#principal.roleArn : ""],
      ]),
    };
    const layers = {
      identity: this.#identity,
      resource: new PolicySet(policies),
      resourceKind: first.kind,
    };
    return decide(request, layers) === "allow";
  }
}
