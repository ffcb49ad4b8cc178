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
import { nameColumn } from "../../shared/columns.tsx";
import { Page } from "../../shared/page.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useList } from "../../wire/use-list.ts";
import { restrictionPolicyPages } from "../ivs/ivs-lists.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { RESTRICTIONS } from "./restriction-facts.ts";
import { RestrictionPolicyForm } from "./restriction-policy-form.tsx";

type Summary = PlaybackRestrictionPolicySummary;

export function RestrictionPoliciesPage() {
  const [editing, setEditing] = useState<Summary | "new">();
  const policies = useList("restriction policies", restrictionPolicyPages);
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
        removal={{
          one: "restriction policy",
          nameOf: ivsName,
          remove: async ({ ivs }, { arn }) => {
            await ivs.send(new DeletePlaybackRestrictionPolicyCommand({ arn }));
          },
        }}
        actions={([chosen, ...others]) => (
          <Actions>
            <Button
              disabled={!chosen || others.length > 0}
              onClick={() => chosen && setEditing(chosen)}
            >
              Edit
            </Button>
            {create}
          </Actions>
        )}
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
    </Page>
  );
}

const COLUMNS = [
  nameColumn<Summary>(ivsName, ({ arn = "" }) =>
    placeOf("/ivs/restriction-policies/:arn", { arn }),
  ),
  ...RESTRICTIONS.map(({ label, shown }) => ({ id: label, header: label, value: shown })),
];
