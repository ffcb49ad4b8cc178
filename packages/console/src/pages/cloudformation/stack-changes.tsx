import {
  type ChangeSetSummary,
  DeleteChangeSetCommand,
  paginateListChangeSets,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useAddressState } from "../../routing/address-state.ts";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { pagesOf } from "../../wire/read-pages.ts";
import { useList } from "../../wire/use-list.ts";
import { ChangePreview } from "./change-preview.tsx";
import { ChangeSetForm } from "./change-set-form.tsx";
import { cloudFormationOf } from "./stack-calls.ts";
import { StatusText } from "./status-text.tsx";

/** A stack's change sets: prepared, looked at, executed and discarded. */
export function StackChanges(props: {
  readonly stack: Stack;
  /** The stack isn't what it was. */
  readonly onChanged: () => void;
}) {
  const { stack, onChanged } = props;
  const { StackId = "" } = stack;
  const [opened, open] = useAddressState("change-set");
  const [, showTab] = useAddressState("tab");
  const [preparing, setPreparing] = useState(false);
  const sets = useList(`change sets of ${StackId} ${stack.StackStatus}`, (aws) => {
    const pages = paginateListChangeSets({ client: cloudFormationOf(aws) }, { StackName: StackId });
    return pagesOf(pages, (page) => page.Summaries);
  });
  if (preparing) {
    return (
      <ChangeSetForm
        stack={stack}
        onClose={() => setPreparing(false)}
        onPrepared={({ changeSetId }) => {
          setPreparing(false);
          open(changeSetId);
          sets.reload();
        }}
      />
    );
  }
  return (
    <SpaceBetween size="l">
      <ResourceTable
        plural="change sets"
        call={sets}
        idOf={({ ChangeSetId = "" }) => ChangeSetId}
        empty="No change is prepared."
        actions={
          <Button
            variant="primary"
            disabled={stack.StackStatus === "DELETE_COMPLETE"}
            onClick={() => setPreparing(true)}
          >
            Change the stack
          </Button>
        }
        removal={{
          one: "change set",
          nameOf: ({ ChangeSetName = "" }) => ChangeSetName,
          remove: async (aws, { ChangeSetId }) => {
            const input = { ChangeSetName: ChangeSetId };
            await cloudFormationOf(aws).send(new DeleteChangeSetCommand(input));
            if (ChangeSetId === opened) open("");
          },
        }}
        columns={[
          {
            id: "name",
            header: "Name",
            isRowHeader: true,
            value: ({ ChangeSetName }: ChangeSetSummary) => ChangeSetName,
            cell: ({ ChangeSetName, ChangeSetId = "" }: ChangeSetSummary) => (
              <Button variant="inline-link" onClick={() => open(ChangeSetId)}>
                {ChangeSetName}
              </Button>
            ),
          },
          {
            id: "status",
            header: "Status",
            value: ({ Status }) => Status,
            cell: ({ Status }) => <StatusText status={Status} />,
          },
          {
            id: "execution",
            header: "Execution",
            value: ({ ExecutionStatus }) => ExecutionStatus,
            cell: ({ ExecutionStatus }) => <StatusText status={ExecutionStatus} />,
          },
          { id: "created", header: "Created", value: ({ CreationTime }) => CreationTime },
          { id: "description", header: "Description", value: ({ Description }) => Description },
        ]}
      />
      {opened !== "" && (
        <ChangePreview
          key={opened}
          stack={stack}
          changeSetId={opened}
          onExecuted={() => {
            open("");
            showTab("events");
            onChanged();
          }}
          onDiscarded={() => {
            open("");
            sets.reload();
          }}
        />
      )}
    </SpaceBetween>
  );
}
