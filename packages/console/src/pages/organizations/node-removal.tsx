import {
  DeleteOrganizationalUnitCommand,
  RemoveAccountFromOrganizationCommand,
} from "@aws-sdk/client-organizations";
import Box from "@cloudscape-design/components/box";
import type { Removal } from "../../shared/remove-items.tsx";
import { type OrganizationNode, organizationsOf } from "./organization-tree.ts";

/** Deletes a unit, or takes an account out of the organization. */
export function nodeRemoval(kind: OrganizationNode["kind"]): Removal<OrganizationNode> {
  const isUnit = kind === "unit";
  return {
    one: kind,
    nameOf: ({ name }) => name,
    verb: isUnit ? "Delete" : "Remove",
    done: isUnit ? "deleted" : "removed from the organization",
    consequences: (
      <Box>
        {isUnit
          ? "Policies that are attached to it stay in the organization."
          : "The account goes on by itself, and no policy of the organization binds it any more."}
      </Box>
    ),
    remove: async (aws, { id }) => {
      const client = organizationsOf(aws);
      if (isUnit)
        await client.send(new DeleteOrganizationalUnitCommand({ OrganizationalUnitId: id }));
      else await client.send(new RemoveAccountFromOrganizationCommand({ AccountId: id }));
    },
  };
}
