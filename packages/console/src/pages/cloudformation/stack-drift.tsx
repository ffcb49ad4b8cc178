import {
  DescribeStackDriftDetectionStatusCommand,
  DetectStackDriftCommand,
  type PropertyDifference,
  paginateDescribeStackResourceDrifts,
  type Stack,
  type StackResourceDrift,
} from "@aws-sdk/client-cloudformation";
import Button from "@cloudscape-design/components/button";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAction } from "../../shared/use-action.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { pagesOf } from "../../wire/read-pages.ts";
import { useList } from "../../wire/use-list.ts";
import { cloudFormationOf, isRunning, POLL_MS } from "./stack-calls.ts";
import { StatusText } from "./status-text.tsx";

/** Lists the resources that were changed without the stack, as of the last detection. */
export function StackDrift({ stack }: { readonly stack: Stack }) {
  const { StackId = "", StackStatus } = stack;
  const drifts = useList(`drifts of ${StackId}`, (aws) => {
    const input = { StackName: StackId };
    const pages = paginateDescribeStackResourceDrifts({ client: cloudFormationOf(aws) }, input);
    return pagesOf(pages, (page) => page.StackResourceDrifts);
  });
  const detect = useAction("Drift wasn't detected", async (aws) => {
    const found = await detectDrift(aws, StackId);
    drifts.reload();
    return found;
  });
  return (
    <ResourceTable
      plural="drifts"
      heading="Drift"
      call={drifts}
      idOf={({ LogicalResourceId = "" }) => LogicalResourceId}
      empty="Nothing has been compared yet."
      actions={
        <Button
          variant="primary"
          loading={detect.running}
          disabled={isRunning(StackStatus) || StackStatus === "DELETE_COMPLETE"}
          onClick={() => detect.run()}
        >
          Detect drift
        </Button>
      }
      columns={COLUMNS}
    />
  );
}

async function detectDrift(aws: AwsClients, StackName: string): Promise<string> {
  const client = cloudFormationOf(aws);
  const { StackDriftDetectionId } = await client.send(new DetectStackDriftCommand({ StackName }));
  for (;;) {
    const { DetectionStatus, DetectionStatusReason, DriftedStackResourceCount } = await client.send(
      new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }),
    );
    if (DetectionStatus === "DETECTION_FAILED")
      throw new Error(DetectionStatusReason ?? "The detection failed.");
    if (DetectionStatus !== "DETECTION_IN_PROGRESS")
      return driftedText(DriftedStackResourceCount ?? 0);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function driftedText(count: number): string {
  if (count === 0) return "No resource has drifted.";
  return count === 1 ? "1 resource has drifted." : `${count} resources have drifted.`;
}

const COLUMNS = [
  {
    id: "resource",
    header: "Logical ID",
    isRowHeader: true,
    value: ({ LogicalResourceId }: StackResourceDrift) => LogicalResourceId,
    cell: ({ LogicalResourceId }: StackResourceDrift) => (
      <span className="narrow-cell">{LogicalResourceId}</span>
    ),
  },
  {
    id: "status",
    header: "Drift",
    value: ({ StackResourceDriftStatus }: StackResourceDrift) => StackResourceDriftStatus,
    cell: ({ StackResourceDriftStatus }: StackResourceDrift) => (
      <StatusText status={StackResourceDriftStatus} />
    ),
  },
  {
    id: "differences",
    header: "Differences",
    value: ({ PropertyDifferences = [] }: StackResourceDrift) =>
      PropertyDifferences.map(({ PropertyPath }) => PropertyPath).join(" "),
    cell: ({ PropertyDifferences = [] }: StackResourceDrift) => (
      <Differences of={PropertyDifferences} />
    ),
  },
  {
    id: "type",
    header: "Type",
    value: ({ ResourceType }: StackResourceDrift) => ResourceType,
  },
  {
    id: "detected",
    header: "Detected",
    value: ({ Timestamp }: StackResourceDrift) => Timestamp,
  },
];

function Differences(props: { readonly of: readonly PropertyDifference[] }) {
  if (props.of.length === 0) return "–";
  return (
    <ul className="plain-list name-cell">
      {props.of.map(({ PropertyPath, ExpectedValue, ActualValue }) => (
        <li key={PropertyPath}>
          <b>{PropertyPath}</b>: <code>{ExpectedValue}</code> in the template,{" "}
          <code>{ActualValue}</code> now
        </li>
      ))}
    </ul>
  );
}
