import { type Policy, paginateListPolicies } from "@aws-sdk/client-iam";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { pagesOf } from "../../wire/read-pages.ts";
import { useList } from "../../wire/use-list.ts";
import { operationsOf, type PolicyOwner } from "./policy-owner.ts";

/** Chooses managed policies and attaches them. */
export function AttachPolicies(props: {
  readonly owner: PolicyOwner;
  readonly onAttached: () => void;
  readonly onClose: () => void;
}) {
  const { owner, onAttached, onClose } = props;
  const { iam } = useAws();
  const { done } = useNotices();
  const [scope, setScope] = useState<"Local" | "AWS">("Local");
  const [selected, setSelected] = useState<readonly Policy[]>([]);
  const policies = useList(`policies of scope ${scope}`, ({ iam: client }) =>
    pagesOf(
      paginateListPolicies({ client, pageSize: 1_000 }, { Scope: scope }),
      (page) => page.Policies,
    ),
  );
  return (
    <ModalForm
      title={`Attach policies to ${owner.name}`}
      verb="Attach"
      size="large"
      disabled={selected.length === 0}
      onClose={onClose}
      onSubmit={async () => {
        const { attach } = operationsOf(owner);
        for (const { Arn = "" } of selected) await attach(iam, owner.name, Arn);
        done(`${selected.length} policies are attached to ${owner.name}.`);
        onAttached();
      }}
    >
      <SegmentedControl
        label="Policies of"
        selectedId={scope}
        options={[
          { id: "Local", text: "This account" },
          { id: "AWS", text: "AWS" },
        ]}
        onChange={({ detail }) => {
          setScope(detail.selectedId === "AWS" ? "AWS" : "Local");
          setSelected([]);
        }}
      />
      <ResourceTable
        key={scope}
        plural="policies"
        call={policies}
        idOf={({ Arn }) => Arn ?? ""}
        onSelect={setSelected}
        empty="This account has no policies of its own. Those of AWS are beside."
        columns={[
          {
            id: "name",
            header: "Name",
            isRowHeader: true,
            value: ({ PolicyName }: Policy) => PolicyName,
          },
          { id: "description", header: "Description", value: ({ Description }) => Description },
        ]}
      />
    </ModalForm>
  );
}
