import {
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  ExecuteChangeSetCommand,
  type ResourceChange,
  type ResourceChangeDetail,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { goTo } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { CallState } from "../../shared/call-state.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { useAction } from "../../shared/use-action.ts";
import { useCall } from "../../wire/use-call.ts";
import { changedValues } from "./changed-values.ts";
import { cloudFormationOf, POLL_MS } from "./stack-calls.ts";
import { StatusText } from "./status-text.tsx";

interface PreviewProps {
  readonly stack: Stack;
  readonly changeSetId: string;
  readonly onExecuted: () => void;
  readonly onDiscarded: () => void;
}

/** Shows the changes that a change set would make, which are executed or discarded here. */
export function ChangePreview(props: PreviewProps) {
  const { changeSetId: ChangeSetName } = props;
  const changeSet = useCall(
    `change set ${ChangeSetName}`,
    (aws) =>
      cloudFormationOf(aws).send(
        new DescribeChangeSetCommand({ ChangeSetName, IncludePropertyValues: true }),
      ),
    { everyMs: POLL_MS },
  );
  if (changeSet.data === undefined) return <CallState what="change set" call={changeSet} />;
  return <Preview {...props} changeSet={changeSet.data} />;
}

function Preview(props: PreviewProps & { readonly changeSet: DescribeChangeSetCommandOutput }) {
  const { stack, changeSet, changeSetId: ChangeSetName, onExecuted, onDiscarded } = props;
  const isNew = stack.StackStatus === "REVIEW_IN_PROGRESS";
  const execute = useAction("The changes weren't made", async (aws) => {
    await cloudFormationOf(aws).send(new ExecuteChangeSetCommand({ ChangeSetName }));
    onExecuted();
    return `${stack.StackName} is being ${isNew ? "created" : "changed"}.`;
  });
  const discard = useAction("The change set wasn't discarded", async (aws) => {
    const client = cloudFormationOf(aws);
    await client.send(new DeleteChangeSetCommand({ ChangeSetName }));
    if (isNew) {
      await client.send(new DeleteStackCommand({ StackName: stack.StackId }));
      goTo("#/cloudformation/stacks");
    } else onDiscarded();
    return "The change set is discarded.";
  });
  const { Status, StatusReason, ExecutionStatus } = changeSet;
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            actions={
              <Actions>
                <Button loading={discard.running} onClick={() => discard.run()}>
                  Discard
                </Button>
                <Button
                  variant="primary"
                  loading={execute.running}
                  disabled={ExecutionStatus !== "AVAILABLE"}
                  onClick={() => execute.run()}
                >
                  Execute
                </Button>
              </Actions>
            }
          >
            Preview
          </Header>
        }
      >
        <KeyValuePairs
          columns={3}
          minColumnWidth={FACT_WIDTH_MIN}
          items={[
            { label: "Change set", value: changeSet.ChangeSetName ?? "–" },
            { label: "Status", value: <StatusText status={Status} /> },
            { label: "Execution", value: <StatusText status={ExecutionStatus} /> },
            ...(StatusReason === undefined ? [] : [{ label: "Reason", value: StatusReason }]),
          ]}
        />
      </Container>
      <Changes changes={changeSet.Changes?.flatMap(({ ResourceChange }) => ResourceChange ?? [])} />
    </SpaceBetween>
  );
}

function Changes({ changes = [] }: { readonly changes: readonly ResourceChange[] | undefined }) {
  return (
    <Table
      items={changes}
      trackBy={({ LogicalResourceId = "" }) => LogicalResourceId}
      ariaLabels={{ tableLabel: "Changes" }}
      header={
        <Header variant="h2" counter={`(${changes.length})`}>
          Changes
        </Header>
      }
      empty={<Box textAlign="center">Nothing would change.</Box>}
      columnDefinitions={[
        {
          id: "resource",
          header: "Logical ID",
          isRowHeader: true,
          cell: ({ LogicalResourceId }) => <span className="narrow-cell">{LogicalResourceId}</span>,
        },
        { id: "action", header: "Action", cell: ({ Action }) => Action },
        { id: "replacement", header: "Replacement", cell: ({ Replacement }) => Replacement ?? "–" },
        { id: "type", header: "Type", cell: ({ ResourceType }) => ResourceType },
        { id: "values", header: "Values", cell: (change) => <Values change={change} /> },
        {
          id: "physical",
          header: "Physical ID",
          cell: ({ PhysicalResourceId }) => (
            <span className="name-cell">{PhysicalResourceId ?? "–"}</span>
          ),
        },
      ]}
    />
  );
}

function Values({ change }: { readonly change: ResourceChange }) {
  const { Details = [], BeforeContext, AfterContext } = change;
  const targets = Details.filter(isOfValue);
  if (targets.length === 0) {
    const context = changedValues(BeforeContext, AfterContext);
    if (context.length === 0) return "–";
    return (
      <ul className="plain-list name-cell">
        {context.map(({ path, before, after }) => (
          <li key={path}>
            <b>{path}</b>: <Change before={before} after={after} />
          </li>
        ))}
      </ul>
    );
  }
  return (
    <ul className="plain-list name-cell">
      {targets.map(({ Target, CausingEntity }) => (
        <li key={`${Target?.Path} ${Target?.Name} ${CausingEntity}`}>
          <b>{Target?.Path ?? Target?.Name ?? Target?.Attribute}</b>:{" "}
          <Change before={Target?.BeforeValue} after={Target?.AfterValue} />
          {Target?.RequiresRecreation === "Always" && ", which needs a replacement"}
          {CausingEntity !== undefined && ` (by ${CausingEntity})`}
        </li>
      ))}
    </ul>
  );
}

function isOfValue({ Target }: ResourceChangeDetail): boolean {
  return Target?.Path !== undefined || Target?.Name !== undefined || Target?.Attribute === "Tags";
}

function Change(props: {
  readonly before: string | undefined;
  readonly after: string | undefined;
}) {
  const { before, after } = props;
  if (before === undefined) return <code>{after ?? "another value"}</code>;
  return (
    <>
      <code>{before}</code> becomes <code>{after ?? "nothing"}</code>
    </>
  );
}
