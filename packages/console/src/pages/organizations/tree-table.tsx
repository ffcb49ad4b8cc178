import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { nodesOf, type OrganizationNode } from "./organization-tree.ts";

const KINDS = { root: "Root", unit: "Unit", account: "Account" } as const;

/** The tree, of which one place is chosen; what has something below it opens. */
export function TreeTable(props: {
  readonly root: OrganizationNode;
  readonly chosen: OrganizationNode;
  readonly managementId: string | undefined;
  readonly onChoose: (id: string) => void;
  readonly onReload: () => void;
}) {
  const { root, chosen, managementId, onChoose, onReload } = props;
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const all = nodesOf(root);
  return (
    <Table<OrganizationNode>
      items={[root]}
      trackBy={idOf}
      selectionType="single"
      selectedItems={[chosen]}
      onSelectionChange={({ detail }) => onChoose(detail.selectedItems[0]?.id ?? root.id)}
      expandableRows={{
        getItemChildren: ({ children }) => [...children],
        isItemExpandable: ({ children }) => children.length > 0,
        expandedItems: all.filter(({ id }) => !closed.has(id)),
        onExpandableItemToggle: ({ detail: { item, expanded } }) =>
          setClosed((known) => {
            const next = new Set(known);
            if (expanded) next.delete(item.id);
            else next.add(item.id);
            return next;
          }),
      }}
      columnDefinitions={[
        {
          id: "name",
          header: "Name",
          isRowHeader: true,
          cell: ({ name }) => <span className="name-cell">{name}</span>,
        },
        { id: "kind", header: "Kind", cell: ({ kind }) => KINDS[kind] },
        { id: "id", header: "Id", cell: idOf },
        {
          id: "state",
          header: "State",
          cell: ({ account, id }) => (
            <State state={account?.State} isManagement={id === managementId} />
          ),
        },
      ]}
      ariaLabels={{
        tableLabel: "Tree",
        selectionGroupLabel: "Place of the organization",
        itemSelectionLabel: (_, { name, id }) => `${name} ${id}`,
        expandButtonLabel: ({ name }) => `Open ${name}`,
        collapseButtonLabel: ({ name }) => `Close ${name}`,
      }}
      header={
        <Header
          counter={`(${all.filter(({ kind }) => kind === "account").length} accounts)`}
          actions={<Button iconName="refresh" ariaLabel="Reload the tree" onClick={onReload} />}
        >
          Tree
        </Header>
      }
    />
  );
}

function idOf({ id }: OrganizationNode): string {
  return id;
}

function State(props: { readonly state: string | undefined; readonly isManagement: boolean }) {
  const { state, isManagement } = props;
  if (state === undefined) return "–";
  return (
    <StatusIndicator type={state === "ACTIVE" ? "success" : "stopped"}>
      {state === "ACTIVE" ? "Active" : "Closed"}
      {isManagement && ", manages the organization"}
    </StatusIndicator>
  );
}
