import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAction } from "../../shared/use-action.ts";
import { useCall } from "../../wire/use-call.ts";
import { AttachPolicies } from "./attach-policies.tsx";
import { InlinePolicyForm } from "./inline-policy-form.tsx";
import {
  listOwnedPolicies,
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
  const [selected, setSelected] = useState<readonly OwnedPolicy[]>([]);
  const [attaching, setAttaching] = useState(false);
  const [opened, setOpened] = useState<OwnedPolicy | "new">();
  const chosen = selected[0];
  const remove = useAction("The policy wasn't removed", async ({ iam }, policy: OwnedPolicy) => {
    const { detach, remove: removeInline } = operationsOf(owner);
    if (policy.arn === undefined) await removeInline(iam, owner.name, policy.name);
    else await detach(iam, owner.name, policy.arn);
    setSelected([]);
    policies.reload();
    return `${policy.name} is no longer a policy of ${owner.name}.`;
  });
  return (
    <>
      <ResourceTable
        plural="policies"
        call={policies}
        idOf={({ arn, name }) => arn ?? `inline ${name}`}
        selected={selected}
        onSelect={setSelected}
        actions={
          <Actions>
            <Button
              disabled={!chosen || locked}
              loading={remove.running}
              onClick={() => chosen && void remove.run(chosen)}
            >
              Remove
            </Button>
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
          { id: "kind", header: "Type", cell: (policy: OwnedPolicy) => kindOf(policy) },
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

function kindOf({ arn }: OwnedPolicy): string {
  if (arn === undefined) return "Inline";
  return arn.startsWith("arn:aws:iam::aws:") ? "AWS managed" : "Customer managed";
}
