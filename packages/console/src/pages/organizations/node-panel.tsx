import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { Actions } from "../../shared/actions.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { Moment } from "../../shared/moment.tsx";
import { RemoveItems } from "../../shared/remove-items.tsx";
import { AttachedPolicies } from "./attached-policies.tsx";
import { EffectivePolicies } from "./effective-policies.tsx";
import { nodeRemoval } from "./node-removal.tsx";
import type { OrganizationNode, OrganizationTree } from "./organization-tree.ts";
import { CreateAccount, MoveAccount, UnitForm } from "./place-forms.tsx";

interface NodePanelProps {
  readonly node: OrganizationNode;
  readonly tree: OrganizationTree;
  readonly onChanged: () => void;
  readonly onChoose: (id: string) => void;
}

/** One place of the tree: its facts, what can be done there, and its policies. */
export function NodePanel(props: NodePanelProps) {
  const { node, tree } = props;
  const [attached, setAttached] = useState(0);
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header variant="h2" actions={<NodeActions {...props} />}>
            {node.name}
          </Header>
        }
      >
        <KeyValuePairs columns={3} minColumnWidth={FACT_WIDTH_MIN} items={factsOf(node)} />
      </Container>
      <AttachedPolicies
        node={node}
        types={tree.types}
        onChanged={() => setAttached((count) => count + 1)}
      />
      <EffectivePolicies key={attached} node={node} tree={tree} />
    </SpaceBetween>
  );
}

function factsOf({ arn, id, account }: OrganizationNode) {
  return [
    { label: "Id", value: <CopiedValue label="id" value={id} /> },
    { label: "ARN", value: <CopiedValue label="ARN" value={arn} /> },
    ...(account
      ? [
          { label: "E-mail", value: account.Email ?? "–" },
          { label: "Joined", value: <Moment at={account.JoinedTimestamp} /> },
        ]
      : []),
  ];
}

type Dialog = "unit" | "account" | "rename" | "move" | "remove";

function NodeActions({ node, tree, onChanged, onChoose }: NodePanelProps) {
  const [dialog, setDialog] = useState<Dialog>();
  const close = () => setDialog(undefined);
  const { kind } = node;
  const opens = (what: Dialog, text: string, disabled = false) => (
    <Button disabled={disabled} onClick={() => setDialog(what)}>
      {text}
    </Button>
  );
  const isManagement = node.id === tree.organization.MasterAccountId;
  const parent = node.above.at(-1)?.id ?? "";
  return (
    <>
      <Actions>
        {kind !== "account" && opens("unit", "Create unit")}
        {kind !== "account" && opens("account", "Create account")}
        {kind === "unit" && opens("rename", "Rename")}
        {kind === "account" && opens("move", "Move")}
        {kind !== "root" &&
          opens(
            "remove",
            kind === "unit" ? "Delete" : "Remove from organization",
            isManagement || node.children.length > 0,
          )}
      </Actions>
      {dialog === "unit" && <UnitForm parent={node} onClose={close} onDone={onChanged} />}
      {dialog === "rename" && <UnitForm unit={node} onClose={close} onDone={onChanged} />}
      {dialog === "account" && <CreateAccount parent={node} onClose={close} onDone={onChanged} />}
      {dialog === "move" && (
        <MoveAccount account={node} tree={tree} onClose={close} onDone={onChanged} />
      )}
      {dialog === "remove" && (
        <RemoveItems
          removal={nodeRemoval(kind)}
          items={[node]}
          plural={kind === "unit" ? "units" : "accounts"}
          onClose={close}
          onDone={() => {
            onChoose(parent);
            onChanged();
          }}
        />
      )}
    </>
  );
}
