import { FULL_ACCESS } from "../../../kernel/control-policy.ts";
import type {
  Organization,
  OrganizationLevel,
  OrganizationMember,
  OrganizationPolicy,
  Organizations,
} from "../../../kernel/organization.ts";
import type { ReadableRows } from "../../../kernel/readable-rows.ts";
import { accountArn, policyArn, rootArn, unitArn } from "../names.ts";
import { CONTROL_KINDS, type PolicyType } from "../policy-type.ts";
import { allAccounts } from "../rows/accounts.ts";
import { attachmentsOfTypes } from "../rows/attachments.ts";
import { allOrganizations, type Db } from "../rows/organizations.ts";
import { policiesOfTypes } from "../rows/policies.ts";
import { allAdministrators } from "../rows/services.ts";
import { allUnits } from "../rows/units.ts";
import type { AccountRow, AdministratorRow, OrganizationRow, RootFeatures } from "../tables.ts";
import { Tree } from "../tree.ts";

const CONTROL_TYPES = Object.keys(CONTROL_KINDS) as readonly (keyof typeof CONTROL_KINDS)[];

/** Finds the policies of a kind that are attached to a root, unit or account. */
type Attached = (type: PolicyType, targetId: string) => readonly OrganizationPolicy[];

/** The parts of an organization's own row that are read as a whole. */
interface Settings {
  readonly rootFeatures: Organization["rootFeatures"];
  /** Types of policies. */
  readonly enabled: ReadonlySet<string>;
}

/** Nobody of its member accounts is allowed anything: every kind is in force, without a policy. */
const UNREADABLE: Settings = { rootFeatures: new Set(), enabled: new Set(CONTROL_TYPES) };

/**
 * Reads everything that decisions need to know of all organizations. One whose row can't be read
 * denies its member accounts everything, and leaves all others as they are.
 */
export async function readOrganizations(db: Db, readable: ReadableRows): Promise<Organizations> {
  const organizations = await allOrganizations(db);
  const [units, accounts, administrators] = [
    await allUnits(db),
    await allAccounts(db),
    await allAdministrators(db),
  ];
  const attached = await readAttached(organizations, db);
  const members = new Map<string, OrganizationMember>();
  for (const row of organizations) {
    const isOwn = (other: { organization_id: string }) =>
      other.organization_id === row.organization_id;
    const [settings] = readable.of("organization", [row], organizationId, settingsOf);
    const tree = new Tree(row, units.filter(isOwn));
    const { rootFeatures, enabled } = settings ?? UNREADABLE;
    const place = new Place(row, tree, enabled, settings ? attached : () => []);
    const organization = organizationOf(row, rootFeatures, administrators.filter(isOwn));
    for (const account of accounts.filter(isOwn))
      members.set(account.account_id, place.member(account, organization));
  }
  const hasClosed = accounts.some(({ closed_ms }) => closed_ms !== null);
  return { members, hasClosed };
}

function organizationId({ organization_id: id }: OrganizationRow): string {
  return id;
}

function settingsOf(row: OrganizationRow): Settings {
  return {
    rootFeatures: new Set(JSON.parse(row.root_features) as RootFeatures),
    enabled: new Set(JSON.parse(row.policy_types) as readonly string[]),
  };
}

function organizationOf(
  row: OrganizationRow,
  rootFeatures: Organization["rootFeatures"],
  administrators: readonly AdministratorRow[],
): Organization {
  const byService = new Map<string, Set<string>>();
  for (const { service_principal, account_id } of administrators)
    byService.set(
      service_principal,
      (byService.get(service_principal) ?? new Set()).add(account_id),
    );
  return {
    id: row.organization_id,
    managementAccountId: row.management_account_id,
    rootFeatures,
    administrators: byService,
  };
}

async function readAttached(organizations: readonly OrganizationRow[], db: Db): Promise<Attached> {
  const byId = new Map(organizations.map((row) => [row.organization_id, row]));
  const documents = new Map<string, OrganizationPolicy>([
    ["p-FullAWSAccess", FULL_ACCESS.scp],
    ["p-RCPFullAWSAccess", FULL_ACCESS.rcp],
  ]);
  for (const policy of await policiesOfTypes(CONTROL_TYPES, db)) {
    const owner = byId.get(policy.organization_id);
    if (owner)
      documents.set(policy.policy_id, { id: policyArn(owner, policy), text: policy.content });
  }
  const attached = new Map<string, OrganizationPolicy[]>();
  for (const { policy_id, policy_type, target_id } of await attachmentsOfTypes(CONTROL_TYPES, db)) {
    const document = documents.get(policy_id);
    const key = `${policy_type} ${target_id}`;
    if (document) attached.set(key, [...(attached.get(key) ?? []), document]);
  }
  return (type, targetId) => attached.get(`${type} ${targetId}`) ?? [];
}

/** Makes the members of one organization; a level is the same object in all accounts below it. */
class Place {
  readonly #organization: OrganizationRow;
  readonly #enabled: ReadonlySet<string>;
  readonly #tree: Tree;
  readonly #attached: Attached;
  readonly #levels = new Map<string, readonly OrganizationLevel[]>();

  constructor(
    organization: OrganizationRow,
    tree: Tree,
    enabled: ReadonlySet<string>,
    attached: Attached,
  ) {
    this.#organization = organization;
    this.#enabled = enabled;
    this.#tree = tree;
    this.#attached = attached;
  }

  member(account: AccountRow, organization: Organization): OrganizationMember {
    const { account_id: accountId, parent_id: parentId } = account;
    return {
      accountId,
      organization,
      orgPath: this.#tree.pathOf(parentId),
      isClosed: account.closed_ms !== null,
      scpLevels: this.#levelsOf("SERVICE_CONTROL_POLICY", account),
      rcpLevels: this.#levelsOf("RESOURCE_CONTROL_POLICY", account),
    };
  }

  /** Source: Organizations User Guide: neither kind affects the management account. */
  #levelsOf(type: PolicyType, account: AccountRow): readonly OrganizationLevel[] {
    const { account_id: id, name } = account;
    if (!this.#enabled.has(type) || id === this.#organization.management_account_id) return [];
    const arn = accountArn(this.#organization, id);
    const own = { kind: "account", id, arn, name, policies: this.#attached(type, id) } as const;
    return [...this.#levelsTo(type, account.parent_id), own];
  }

  #levelsTo(type: PolicyType, parentId: string): readonly OrganizationLevel[] {
    const key = `${type} ${parentId}`;
    const known = this.#levels.get(key);
    if (known) return known;
    const levels = this.#levelsAt(type, parentId);
    this.#levels.set(key, levels);
    return levels;
  }

  #levelsAt(type: PolicyType, id: string): readonly OrganizationLevel[] {
    const policies = this.#attached(type, id);
    const unit = this.#tree.unit(id);
    if (!unit) {
      const arn = rootArn(this.#organization);
      return [{ kind: "root", id, arn, name: "Root", policies }];
    }
    const arn = unitArn(this.#organization, id);
    const level = { kind: "unit", id, arn, name: unit.name, policies } as const;
    return [...this.#levelsTo(type, unit.parent_id), level];
  }
}
