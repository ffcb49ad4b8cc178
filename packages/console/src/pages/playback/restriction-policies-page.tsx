import {
  DeletePlaybackRestrictionPolicyCommand,
  type PlaybackRestrictionPolicySummary,
} from "@aws-sdk/client-ivs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { DeleteModal } from "../../shared/delete-modal.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { listRestrictionPolicies } from "../ivs/ivs-lists.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { RESTRICTIONS } from "./restriction-facts.ts";
import { RestrictionPolicyForm } from "./restriction-policy-form.tsx";

type Summary = PlaybackRestrictionPolicySummary;

export function RestrictionPoliciesPage() {
  const { ivs } = useAws();
  const { done } = useNotices();
  const [selected, setSelected] = useState<readonly Summary[]>([]);
  const [editing, setEditing] = useState<Summary | "new">();
  const [deleting, setDeleting] = useState<Summary>();
  const policies = useCall("restriction policies", listRestrictionPolicies);
  const chosen = selected[0];
  const create = (
    <Button variant="primary" onClick={() => setEditing("new")}>
      Create restriction policy
    </Button>
  );
  return (
    <Page
      title="Restriction policies"
      description="From which countries and on which web sites a channel may be watched."
    >
      <ResourceTable
        plural="restriction policies"
        call={policies}
        idOf={({ arn }) => arn ?? ""}
        selected={selected}
        onSelect={setSelected}
        actions={
          <Actions>
            <Button disabled={!chosen} onClick={() => setDeleting(chosen)}>
              Delete
            </Button>
            <Button disabled={!chosen} onClick={() => setEditing(chosen)}>
              Edit
            </Button>
            {create}
          </Actions>
        }
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>No restriction policies in this Region</b>
            <Box>Channels without one may be watched from everywhere.</Box>
            {create}
          </SpaceBetween>
        }
        columns={COLUMNS}
      />
      {editing !== undefined && (
        <RestrictionPolicyForm
          policy={editing === "new" ? undefined : editing}
          onClose={() => setEditing(undefined)}
          onSaved={policies.reload}
        />
      )}
      {deleting && (
        <DeleteModal
          what={`restriction policy ${ivsName(deleting)}`}
          onClose={() => setDeleting(undefined)}
          onDelete={async () => {
            await ivs.send(new DeletePlaybackRestrictionPolicyCommand({ arn: deleting.arn }));
            done("The restriction policy is deleted.");
            setSelected([]);
            policies.reload();
          }}
        />
      )}
    </Page>
  );
}

const COLUMNS = [
  {
    id: "name",
    header: "Name",
    isRowHeader: true,
    cell: (policy: Summary) => (
      <PlaceLink to={placeOf("/ivs/restriction-policies/:arn", { arn: policy.arn ?? "" })}>
        {ivsName(policy)}
      </PlaceLink>
    ),
  },
  ...RESTRICTIONS.map(({ label, shown }) => ({ id: label, header: label, cell: shown })),
];
