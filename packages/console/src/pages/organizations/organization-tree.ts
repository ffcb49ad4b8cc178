import {
  type Account,
  DescribeOrganizationCommand,
  type Organization,
  type OrganizationalUnit,
  OrganizationsClient,
  type PolicyType,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
  paginateListRoots,
} from "@aws-sdk/client-organizations";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";

/** A root, a unit or an account, with the levels above it. */
export interface OrganizationNode {
  readonly kind: "root" | "unit" | "account";
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  /** The account's own facts. */
  readonly account?: Account;
  /** From the root to the parent. */
  readonly above: readonly OrganizationNode[];
  /** Its units, then its accounts. */
  readonly children: readonly OrganizationNode[];
}

export interface OrganizationTree {
  readonly organization: Organization;
  readonly root: OrganizationNode;
  /** The types of policies that are on. */
  readonly types: readonly PolicyType[];
}

export function organizationsOf(aws: AwsClients): OrganizationsClient {
  return aws.client("organizations", (options) => new OrganizationsClient(options));
}

/** The organization of the caller's account; `none` where it is in none. */
export async function readTree(aws: AwsClients): Promise<OrganizationTree | "none"> {
  const client = organizationsOf(aws);
  const described = await client.send(new DescribeOrganizationCommand({})).catch(noneIfNotInUse);
  if (described === "none") return "none";
  const [root] = await allPages(paginateListRoots({ client }, {}), (page) => page.Roots);
  const on = root?.PolicyTypes?.filter(({ Status }) => Status === "ENABLED") ?? [];
  const place = { kind: "root", id: root?.Id ?? "", arn: root?.Arn ?? "", name: "Root" } as const;
  return {
    organization: described.Organization ?? {},
    root: await withChildren(client, place, []),
    types: on.flatMap(({ Type }) => Type ?? []),
  };
}

function noneIfNotInUse(error: unknown): "none" {
  if (error instanceof Error && error.name === "AWSOrganizationsNotInUseException") return "none";
  throw error;
}

type Place = Omit<OrganizationNode, "children" | "above">;

/** One level after the other: an organization has 2,000 units at most. */
async function withChildren(
  client: OrganizationsClient,
  place: Place,
  above: readonly OrganizationNode[],
): Promise<OrganizationNode> {
  const ParentId = place.id;
  const [units, accounts] = await Promise.all([
    allPages(
      paginateListOrganizationalUnitsForParent({ client }, { ParentId }),
      (page) => page.OrganizationalUnits,
    ),
    allPages(paginateListAccountsForParent({ client }, { ParentId }), (page) => page.Accounts),
  ]);
  const here = [...above, { ...place, above, children: [] }];
  const children: OrganizationNode[] = [];
  for (const unit of units) children.push(await withChildren(client, placeOfUnit(unit), here));
  for (const account of accounts)
    children.push({ ...placeOfAccount(account), above: here, children: [] });
  return { ...place, above, children };
}

function placeOfUnit({ Id = "", Arn = "", Name = "" }: OrganizationalUnit): Place {
  return { kind: "unit", id: Id, arn: Arn, name: Name };
}

function placeOfAccount(account: Account): Place {
  const { Id = "", Arn = "", Name = "" } = account;
  return { kind: "account", id: Id, arn: Arn, name: Name, account };
}

/** All nodes, from the root down. */
export function nodesOf(node: OrganizationNode): readonly OrganizationNode[] {
  return [node, ...node.children.flatMap(nodesOf)];
}
