import {
  paginateListStackResources,
  type Stack,
  type StackResourceSummary,
} from "@aws-sdk/client-cloudformation";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { pagesOf } from "../../wire/read-pages.ts";
import { useList } from "../../wire/use-list.ts";
import { ResourceGraph } from "./resource-graph.tsx";
import { resourcePlace } from "./resource-place.ts";
import { cloudFormationOf, POLL_MS } from "./stack-calls.ts";
import { Reason } from "./stack-events.tsx";
import { StatusText } from "./status-text.tsx";

/** A stack's resources with their states, and how they depend on each other. */
export function StackResources({ stack }: { readonly stack: Stack }) {
  const { StackId = "" } = stack;
  const resources = useList(
    `resources of ${StackId}`,
    (aws) => {
      const input = { StackName: StackId };
      const pages = paginateListStackResources({ client: cloudFormationOf(aws) }, input);
      return pagesOf(pages, (page) => page.StackResourceSummaries);
    },
    { everyMs: POLL_MS },
  );
  return (
    <SpaceBetween size="l">
      <ResourceTable
        plural="resources"
        call={resources}
        idOf={({ LogicalResourceId = "" }) => LogicalResourceId}
        empty="No resource has been made yet."
        columns={COLUMNS}
      />
      <ResourceGraph stack={stack} resources={resources.data ?? []} />
    </SpaceBetween>
  );
}

const COLUMNS = [
  {
    id: "resource",
    header: "Logical ID",
    isRowHeader: true,
    value: ({ LogicalResourceId }: StackResourceSummary) => LogicalResourceId,
    cell: ({ LogicalResourceId }: StackResourceSummary) => (
      <span className="narrow-cell">{LogicalResourceId}</span>
    ),
  },
  {
    id: "status",
    header: "Status",
    value: ({ ResourceStatus }: StackResourceSummary) => ResourceStatus,
    cell: ({ ResourceStatus }: StackResourceSummary) => <StatusText status={ResourceStatus} />,
  },
  {
    id: "physical",
    header: "Physical ID",
    value: ({ PhysicalResourceId }: StackResourceSummary) => PhysicalResourceId,
    cell: (resource: StackResourceSummary) => <PhysicalId resource={resource} />,
  },
  {
    id: "type",
    header: "Type",
    value: ({ ResourceType }: StackResourceSummary) => ResourceType,
  },
  {
    id: "reason",
    header: "Reason",
    value: ({ ResourceStatusReason }: StackResourceSummary) => ResourceStatusReason,
    cell: ({ ResourceStatusReason }: StackResourceSummary) => (
      <Reason text={ResourceStatusReason} />
    ),
  },
  {
    id: "changed",
    header: "Changed",
    value: ({ LastUpdatedTimestamp }: StackResourceSummary) => LastUpdatedTimestamp,
  },
];

/** A link to the resource's page, as long as the resource is there. */
function PhysicalId({ resource }: { readonly resource: StackResourceSummary }) {
  const { PhysicalResourceId: id, ResourceType, ResourceStatus } = resource;
  if (id === undefined || id === "") return "–";
  const place = ResourceStatus === "DELETE_COMPLETE" ? undefined : resourcePlace(ResourceType, id);
  return (
    <span className="name-cell">
      {place === undefined ? id : <PlaceLink to={place}>{id}</PlaceLink>}
    </span>
  );
}
