import { GetPolicyCommand, type IAMClient, paginateListGroupsForUser } from "@aws-sdk/client-iam";
import { allPages } from "../../wire/all-pages.ts";
import type { PolicyText } from "./draft-comparison.ts";
import { readPolicyVersion } from "./policy-documents.ts";
import { listOwnedPolicies, operationsOf, type PolicyOwner } from "./policy-owner.ts";

/** The documents of all policies of a user, through its groups too, or of a role. */
export async function principalPolicies(
  client: IAMClient,
  owner: PolicyOwner,
): Promise<readonly PolicyText[]> {
  const own = await policiesOf(client, owner, "");
  if (owner.kind !== "user") return own;
  const pages = paginateListGroupsForUser({ client }, { UserName: owner.name });
  const groups = await allPages(pages, (page) => page.Groups);
  const through = await Promise.all(
    groups.map(({ GroupName: name = "" }) =>
      policiesOf(client, { kind: "group", name }, ` via group ${name}`),
    ),
  );
  return [...own, ...through.flat()];
}

async function policiesOf(
  client: IAMClient,
  owner: PolicyOwner,
  suffix: string,
): Promise<readonly PolicyText[]> {
  const policies = await listOwnedPolicies(client, owner);
  return Promise.all(
    policies.map(async ({ name, arn }) => ({
      // A managed policy may be called like an inline one.
      name: `${name}${arn === undefined ? " (inline)" : ""}${suffix}`,
      text:
        arn === undefined
          ? await operationsOf(owner).read(client, owner.name, name)
          : await managedText(client, arn),
    })),
  );
}

async function managedText(client: IAMClient, PolicyArn: string): Promise<string> {
  const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn }));
  return readPolicyVersion(client, PolicyArn, Policy?.DefaultVersionId ?? "v1");
}
