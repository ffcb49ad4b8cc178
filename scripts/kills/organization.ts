import { Organizations } from "@aws-sdk/client-organizations";
import type { Node } from "./node.ts";

/** The root's id of the organization, which whichever model comes first makes. */
export async function rootIdOf(at: Node): Promise<string> {
  const organizations = at.client(Organizations);
  await organizations.createOrganization({ FeatureSet: "ALL" }).catch((error: Error) => {
    if (error.name !== "AlreadyInOrganizationException") throw error;
  });
  const { Roots = [] } = await organizations.listRoots({});
  return Roots[0]?.Id ?? "";
}
