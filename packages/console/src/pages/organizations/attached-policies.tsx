import {
  AttachPolicyCommand,
  DetachPolicyCommand,
  type PolicySummary,
  type PolicyType,
  paginateListPolicies,
  paginateListPoliciesForTarget,
} from "@aws-sdk/client-organizations";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { type OrganizationNode, organizationsOf } from "./organization-tree.ts";
import { TYPE_TITLES } from "./policy-types.ts";

/** The policies that are attached to a place itself. */
export function AttachedPolicies(props: {
  readonly node: OrganizationNode;
  readonly types: readonly PolicyType[];
  readonly onChanged: () => void;
}) {
  const { node, types, onChanged } = props;
  const policies = useCall(`attached to ${node.id} of ${types.join()}`, (aws) =>
    attachedTo(aws, node.id, types),
  );
  const [attaching, setAttaching] = useState(false);
  const changed = () => {
    policies.reload();
    onChanged();
  };
  return (
    <>
      <ResourceTable
        plural="attached policies"
        call={{ ...policies, reload: changed }}
        idOf={({ Id }) => Id ?? ""}
        empty="No policy is attached here."
        removal={{
          one: "policy",
          nameOf: ({ Name = "" }) => Name,
          verb: "Detach",
          done: `detached from ${node.name}`,
          reversible: true,
          consequences: "The policy stays in the organization.",
          remove: async (aws, { Id }) => {
            const input = { PolicyId: Id, TargetId: node.id };
            await organizationsOf(aws).send(new DetachPolicyCommand(input));
          },
        }}
        actions={<Button onClick={() => setAttaching(true)}>Attach policy</Button>}
        columns={[
          {
            id: "name",
            header: "Name",
            isRowHeader: true,
            value: ({ Name }: PolicySummary) => Name,
          },
          {
            id: "type",
            header: "Type",
            value: ({ Type }: PolicySummary) => Type && TYPE_TITLES[Type],
          },
          { id: "id", header: "Id", value: ({ Id }: PolicySummary) => Id },
        ]}
      />
      {attaching && (
        <AttachPolicy
          node={node}
          types={types}
          attached={policies.data ?? []}
          onClose={() => setAttaching(false)}
          onAttached={changed}
        />
      )}
    </>
  );
}

function AttachPolicy(props: {
  readonly node: OrganizationNode;
  readonly types: readonly PolicyType[];
  readonly attached: readonly PolicySummary[];
  readonly onAttached: () => void;
  readonly onClose: () => void;
}) {
  const { node, types, attached, onAttached, onClose } = props;
  const aws = useAws();
  const { done } = useNotices();
  const all = useCall(`policies of ${types.join()}`, async () => {
    const client = organizationsOf(aws);
    const lists = types.map((Filter) =>
      allPages(paginateListPolicies({ client }, { Filter }), (page) => page.Policies),
    );
    return (await Promise.all(lists)).flat();
  });
  const known = new Set(attached.map(({ Id }) => Id));
  const options = (all.data ?? [])
    .filter(({ Id }) => !known.has(Id))
    .map(({ Id = "", Name = "", Type }) => ({
      value: Id,
      label: Name,
      description: Type === undefined ? "" : TYPE_TITLES[Type],
    }));
  const [chosen, setChosen] = useState<(typeof options)[number]>();
  return (
    <ModalForm
      title={`Attach a policy to ${node.name}`}
      verb="Attach"
      disabled={chosen === undefined}
      onClose={onClose}
      onSubmit={async () => {
        const input = { PolicyId: chosen?.value, TargetId: node.id };
        await organizationsOf(aws).send(new AttachPolicyCommand(input));
        done(`${chosen?.label} is attached to ${node.name}, and in force.`);
        onAttached();
      }}
    >
      <FormField label="Policy">
        <Select
          options={options}
          selectedOption={chosen ?? null}
          placeholder="Choose a policy"
          statusType={all.data ? "finished" : all.error === undefined ? "loading" : "error"}
          loadingText="Loading policies"
          errorText="The policies can't be shown"
          empty="Every policy of an enabled type is attached already."
          onChange={({ detail }) =>
            setChosen(options.find(({ value }) => value === detail.selectedOption.value))
          }
        />
      </FormField>
    </ModalForm>
  );
}

/** The policies of these types that are attached to one place. */
export async function attachedTo(
  aws: AwsClients,
  TargetId: string,
  types: readonly PolicyType[],
): Promise<readonly PolicySummary[]> {
  const client = organizationsOf(aws);
  const lists = types.map((Filter) =>
    allPages(
      paginateListPoliciesForTarget({ client }, { TargetId, Filter }),
      (page) => page.Policies,
    ),
  );
  return (await Promise.all(lists)).flat();
}
