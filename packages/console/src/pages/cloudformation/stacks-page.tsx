import type { StackSummary } from "@aws-sdk/client-cloudformation";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useAddressState } from "../../routing/address-state.ts";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import { nameColumn } from "../../shared/columns.tsx";
import { Page } from "../../shared/page.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useList } from "../../wire/use-list.ts";
import { POLL_MS } from "./stack-calls.ts";
import { ACTIVE, DELETED, stackPages } from "./stack-lists.ts";
import { STACK_REMOVAL } from "./stack-removal.ts";
import { StatusText } from "./status-text.tsx";

/** Stacks that are there, or those that were deleted. */
export function StacksPage() {
  const [shown, show] = useAddressState("show", "active");
  const stacks = useList(
    `${shown} stacks`,
    (aws) => stackPages(aws, shown === "deleted" ? DELETED : ACTIVE),
    { everyMs: POLL_MS },
  );
  const create = (
    <Button variant="primary" onClick={() => goTo("#/cloudformation/stacks/create")}>
      Create stack
    </Button>
  );
  return (
    <Page
      title="Stacks"
      description="Resources that a template describes, made and changed together."
    >
      <ResourceTable
        key={shown}
        plural="stacks"
        call={stacks}
        idOf={({ StackId = "" }) => StackId}
        {...(shown === "active" ? { removal: STACK_REMOVAL } : {})}
        actions={
          <>
            <SegmentedControl
              label="Which stacks"
              selectedId={shown}
              options={[
                { id: "active", text: "Active" },
                { id: "deleted", text: "Deleted" },
              ]}
              onChange={({ detail }) => show(detail.selectedId)}
            />
            {create}
          </>
        }
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>No {shown === "deleted" ? "deleted " : ""}stacks in this Region</b>
            <Box>The CDK, the AWS CLI and this page deploy templates as stacks.</Box>
          </SpaceBetween>
        }
        columns={COLUMNS}
      />
    </Page>
  );
}

const COLUMNS = [
  nameColumn<StackSummary>(
    ({ StackName = "" }) => StackName,
    ({ StackId = "" }) => placeOf("/cloudformation/stacks/:arn", { arn: StackId }),
  ),
  {
    id: "status",
    header: "Status",
    value: ({ StackStatus }: StackSummary) => StackStatus,
    cell: ({ StackStatus }: StackSummary) => <StatusText status={StackStatus} />,
  },
  {
    id: "changed",
    header: "Changed",
    value: ({ DeletionTime, LastUpdatedTime, CreationTime }: StackSummary) =>
      DeletionTime ?? LastUpdatedTime ?? CreationTime,
  },
  {
    id: "drift",
    header: "Drift",
    value: ({ DriftInformation }: StackSummary) => DriftInformation?.StackDriftStatus,
    cell: ({ DriftInformation }: StackSummary) => (
      <StatusText status={DriftInformation?.StackDriftStatus} />
    ),
  },
  {
    id: "description",
    header: "Description",
    value: ({ TemplateDescription }: StackSummary) => TemplateDescription,
  },
];
