import {
  GetRoleCommand,
  GetUserCommand,
  type IAMClient,
  paginateListGroupsForUser,
  type Statement,
} from "@aws-sdk/client-iam";
import { placeOf } from "../../routing/hash-route.ts";
import { ownValue } from "../../shared/own-value.ts";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { inParallel } from "../../wire/in-parallel.ts";
import { listOwnedPolicies, type PolicyOwner } from "../iam/policy-owner.ts";

/** A policy by its name, with the page where it is shown. */
export interface MatchedPolicy {
  readonly name: string;
  readonly href: string | undefined;
}

/** The policies that decide about a principal, by the simulator's ids. */
export type MatchedPolicies = ReadonlyMap<string, MatchedPolicy>;

export const NO_POLICIES: MatchedPolicies = new Map();

/** The simulator's names of policies that a question brings along. */
const OF_THE_QUESTION: Readonly<Record<string, string>> = {
  "PolicyInputList.1": "the policy that isn't saved",
};

/**
 * The policy of a matched statement. The simulator names managed ones without their ARN, and inline
 * ones as `user_ann_read`: of those that aren't known the id is all there is.
 */
export function matchedPolicy(
  { SourcePolicyId = "", SourcePolicyType }: Statement,
  known: MatchedPolicies,
): MatchedPolicy {
  const name = ownValue(OF_THE_QUESTION, SourcePolicyId) ?? SourcePolicyId;
  return known.get(keyOf(SourcePolicyType, SourcePolicyId)) ?? { name, href: undefined };
}

const IDENTITY = "IAM Policy";
const BOUNDARY = "Permissions Boundary Policy";

function keyOf(type: string | undefined, id: string): string {
  return `${type} ${id}`;
}

/** Reads the policies of a user, group or role: its own, its groups' and its boundary. */
export async function readMatchedPolicies(
  { iam }: AwsClients,
  arn: string,
): Promise<MatchedPolicies> {
  const owner = ownerOf(arn);
  if (owner === undefined) return NO_POLICIES;
  const [groups, boundary] = await Promise.all([groupsOf(iam, owner), boundaryOf(iam, owner)]);
  const owners = [owner, ...groups];
  const owned = await inParallel(owners, (one) => listOwnedPolicies(iam, one));
  const found = new Map<string, MatchedPolicy>();
  for (const [index, policies] of owned.entries()) {
    const { kind, name: ownerName } = owners[index] ?? owner;
    for (const { name, arn: policyArn } of policies) {
      if (policyArn === undefined) {
        found.set(keyOf(IDENTITY, `${kind}_${ownerName}_${name}`), {
          name: `${name} (inline, ${kind} ${ownerName})`,
          href: placeOf(`/iam/${kind}s/:name`, { name: ownerName }),
        });
      } else addManaged(found, keyOf(IDENTITY, name), name, policyArn);
    }
  }
  if (boundary !== undefined) {
    const name = boundary.slice(boundary.lastIndexOf("/") + 1);
    addManaged(found, keyOf(BOUNDARY, name), name, boundary);
  }
  return found;
}

/** One of AWS's and one of the account's may have the same name, which is all that is known. */
function addManaged(
  found: Map<string, MatchedPolicy>,
  key: string,
  name: string,
  arn: string,
): void {
  const href = placeOf("/iam/policies/:arn", { arn });
  const other = found.get(key);
  found.set(key, { name, href: other && other.href !== href ? undefined : href });
}

function ownerOf(arn: string): PolicyOwner | undefined {
  const [, kind, name] = /^arn:[^:]*:iam::\d+:(user|group|role)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  return name === undefined ? undefined : { kind: kind as PolicyOwner["kind"], name };
}

async function groupsOf(client: IAMClient, owner: PolicyOwner): Promise<readonly PolicyOwner[]> {
  if (owner.kind !== "user") return [];
  const pages = paginateListGroupsForUser({ client }, { UserName: owner.name });
  const groups = await allPages(pages, (page) => page.Groups);
  return groups.map(({ GroupName = "" }) => ({ kind: "group", name: GroupName }));
}

async function boundaryOf(client: IAMClient, { kind, name }: PolicyOwner) {
  if (kind === "group") return undefined;
  const identity =
    kind === "user"
      ? (await client.send(new GetUserCommand({ UserName: name }))).User
      : (await client.send(new GetRoleCommand({ RoleName: name }))).Role;
  return identity?.PermissionsBoundary?.PermissionsBoundaryArn;
}
