import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import type { Removal } from "../../shared/remove-items.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useCall } from "../../wire/use-call.ts";
import { AttachPolicies } from "./attach-policies.tsx";
import { InlinePolicyForm } from "./inline-policy-form.tsx";
import {
  listOwnedPolicies,
  managerOf,
  type OwnedPolicy,
  operationsOf,
  type PolicyOwner,
} from "./policy-owner.ts";

/** The policies of a user, group or role. */
export function PermissionsPanel(props: {
  readonly owner: PolicyOwner;
  /** A service-linked role's policies can't be changed. */
  readonly locked?: boolean;
}) {
  const { owner, locked = false } = props;
  const policies = useCall(`policies of ${owner.kind} ${owner.name}`, ({ iam }) =>
    listOwnedPolicies(iam, owner),
  );
  const [attaching, setAttaching] = useState(false);
  const [opened, setOpened] = useState<OwnedPolicy | "new">();
  return (
    <>
      <ResourceTable
        plural="policies"
        call={policies}
        idOf={({ arn, name }) => arn ?? `inline ${name}`}
        {...(locked ? {} : { removal: removalOf(owner) })}
        actions={
          <Actions>
            <Button disabled={locked} onClick={() => setOpened("new")}>
              Create inline policy
            </Button>
            <Button disabled={locked} variant="primary" onClick={() => setAttaching(true)}>
              Attach policies
            </Button>
          </Actions>
        }
        empty={`No policies: this ${owner.kind} may do nothing that a resource's own policy doesn't allow.`}
        columns={[
          {
            id: "name",
            header: "Name",
            isRowHeader: true,
            value: (policy: OwnedPolicy) => policy.name,
            cell: (policy: OwnedPolicy) =>
              policy.arn === undefined ? (
                <Button variant="inline-link" onClick={() => setOpened(policy)}>
                  {policy.name}
                </Button>
              ) : (
                <PlaceLink to={placeOf("/iam/policies/:arn", { arn: policy.arn })}>
                  {policy.name}
                </PlaceLink>
              ),
          },
          { id: "kind", header: "Type", value: (policy: OwnedPolicy) => kindOf(policy) },
        ]}
      />
      {attaching && (
        <AttachPolicies
          owner={owner}
          onClose={() => setAttaching(false)}
          onAttached={policies.reload}
        />
      )}
      {opened !== undefined && (
        <InlinePolicyForm
          owner={owner}
          name={opened === "new" ? undefined : opened.name}
          locked={locked}
          onClose={() => setOpened(undefined)}
          onSaved={policies.reload}
        />
      )}
    </>
  );
}

function removalOf(owner: PolicyOwner): Removal<OwnedPolicy> {
  const { detach, remove: removeInline } = operationsOf(owner);
  return {
    one: "policy",
    nameOf: ({ name }) => name,
    verb: "Remove",
    done: `removed from ${owner.name}`,
    consequences: "Managed policies stay in the account; inline policies are gone for good.",
    remove: async ({ iam }, { name, arn }) => {
      if (arn === undefined) await removeInline(iam, owner.name, name);
      else await detach(iam, owner.name, arn);
    },
  };
}

function kindOf({ arn }: OwnedPolicy): string {
  return arn === undefined ? "Inline" : managerOf(arn);
}
