import type { Connection } from "../connection.ts";
import { jsonOf } from "../connection.ts";
import { fetchSigned, refusal } from "../signed-request.ts";
import {
  type AttachedPolicy,
  type GuardedAccount,
  type GuardedLevel,
  type GuardedOrganization,
  guardedAccount,
} from "./guarded-organization.ts";

const TYPES = { scp: "SERVICE_CONTROL_POLICY", rcp: "RESOURCE_CONTROL_POLICY" } as const;
type Kind = keyof typeof TYPES;

interface Named {
  readonly Id: string;
  readonly Name: string;
}

interface Root extends Named {
  readonly PolicyTypes: readonly { readonly Type: string }[];
}

/** Reads the organization of the key's account from a running server. @throws CommandError */
export function organizationOfServer(connection: Connection): Promise<GuardedOrganization> {
  return new OrganizationReader(connection).read();
}

class OrganizationReader {
  readonly #connection: Connection;
  readonly #accounts = new Map<string, GuardedAccount>();
  readonly #documents = new Map<string, string>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async read(): Promise<GuardedOrganization> {
    const { Organization } = await this.#call<{
      Organization: { Id: string; MasterAccountId: string };
    }>("DescribeOrganization", {});
    const [root] = await this.#list<Root>("ListRoots", "Roots", {});
    if (!root) return this.#accounts;
    const on = root.PolicyTypes.map(({ Type }) => Type);
    const kinds = (["scp", "rcp"] as const).filter((kind) => on.includes(TYPES[kind]));
    const { Id: id, MasterAccountId: managementId } = Organization;
    const level = await this.#level(root.Id, "the root", kinds);
    await this.#below(root.Id, [level], `${id}/${root.Id}/`, { id, managementId, kinds });
    return this.#accounts;
  }

  async #below(
    ParentId: string,
    levels: readonly GuardedLevel[],
    orgPath: string,
    organization: { id: string; managementId: string; kinds: readonly Kind[] },
  ): Promise<void> {
    const { id, managementId, kinds } = organization;
    for (const account of await this.#list<Named>("ListAccountsForParent", "Accounts", {
      ParentId,
    })) {
      const own = await this.#level(account.Id, `the account \`${account.Id}\``, kinds);
      const place = { organizationId: id, orgPath };
      const isManagement = account.Id === managementId;
      this.#accounts.set(account.Id, guardedAccount(place, [...levels, own], isManagement));
    }
    const units = await this.#list<Named>(
      "ListOrganizationalUnitsForParent",
      "OrganizationalUnits",
      { ParentId },
    );
    for (const unit of units) {
      const level = await this.#level(unit.Id, `the unit \`${unit.Name}\``, kinds);
      await this.#below(unit.Id, [...levels, level], `${orgPath}${unit.Id}/`, organization);
    }
  }

  async #level(TargetId: string, title: string, kinds: readonly Kind[]): Promise<GuardedLevel> {
    const policies: AttachedPolicy[] = [];
    for (const kind of kinds) {
      const input = { TargetId, Filter: TYPES[kind] };
      const attached = await this.#list<{ Id: string; Arn: string }>(
        "ListPoliciesForTarget",
        "Policies",
        input,
      );
      for (const { Id, Arn } of attached)
        policies.push({ kind, id: Arn, text: await this.#document(Id) });
    }
    return { title, policies, kinds };
  }

  async #document(PolicyId: string): Promise<string> {
    const known = this.#documents.get(PolicyId);
    if (known !== undefined) return known;
    const { Policy } = await this.#call<{ Policy: { Content: string } }>("DescribePolicy", {
      PolicyId,
    });
    this.#documents.set(PolicyId, Policy.Content);
    return Policy.Content;
  }

  async #list<Item>(operation: string, member: string, input: object): Promise<readonly Item[]> {
    const all: Item[] = [];
    let NextToken: string | undefined;
    do {
      const page: Record<string, unknown> = await this.#call(operation, { ...input, NextToken });
      all.push(...(page[member] as Item[]));
      NextToken = page.NextToken as string | undefined;
    } while (NextToken !== undefined);
    return all;
  }

  async #call<Output>(operation: string, input: object): Promise<Output> {
    const response = await fetchSigned(this.#connection, {
      ...{ path: "/", method: "POST", service: "organizations" },
      target: { name: `AWSOrganizationsV20161128.${operation}`, input },
    });
    const answer = await jsonOf(response);
    if (response.ok) return answer as Output;
    throw refusal(response, { message: answer.Message ?? answer.message });
  }
}
