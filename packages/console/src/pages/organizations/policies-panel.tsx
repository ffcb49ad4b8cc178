import {
  DeletePolicyCommand,
  DisablePolicyTypeCommand,
  EnablePolicyTypeCommand,
  type PolicySummary,
  type PolicyType,
  paginateListPolicies,
} from "@aws-sdk/client-organizations";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { useAddressState } from "../../routing/address-state.ts";
import { Actions } from "../../shared/actions.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAction } from "../../shared/use-action.ts";
import { pagesOf } from "../../wire/read-pages.ts";
import { useList } from "../../wire/use-list.ts";
import { type OrganizationTree, organizationsOf } from "./organization-tree.ts";
import { PolicyForm } from "./policy-form.tsx";
import { POLICY_TYPES, TYPE_TITLES } from "./policy-types.ts";

const OPTIONS = POLICY_TYPES.map((type) => ({ value: type, label: TYPE_TITLES[type] }));

/** The organization's policies of one type, and whether the type is on. */
export function OrganizationPolicies(props: {
  readonly tree: OrganizationTree;
  readonly onChanged: () => void;
}) {
  const { tree, onChanged } = props;
  const [wanted, setWanted] = useAddressState("type", POLICY_TYPES[0]);
  const type = POLICY_TYPES.find((each) => each === wanted) ?? "SERVICE_CONTROL_POLICY";
  const [opened, setOpened] = useState<PolicySummary | "new">();
  const policies = useList(`organization's ${type}`, (aws) => {
    const client = organizationsOf(aws);
    return pagesOf(paginateListPolicies({ client }, { Filter: type }), (page) => page.Policies);
  });
  return (
    <SpaceBetween size="l">
      <Actions>
        <FormField label="Type">
          <Select
            options={OPTIONS}
            selectedOption={OPTIONS.find(({ value }) => value === type) ?? null}
            onChange={({ detail }) => setWanted(detail.selectedOption.value ?? "")}
          />
        </FormField>
        <TypeSwitch
          type={type}
          rootId={tree.root.id}
          isOn={tree.types.includes(type)}
          onChanged={onChanged}
        />
      </Actions>
      <ResourceTable
        key={type}
        plural="policies"
        call={policies}
        idOf={({ Id }) => Id ?? ""}
        empty="None of this type yet."
        removal={{
          one: "policy",
          nameOf: ({ Name = "" }) => Name,
          remove: async (aws, { Id }) => {
            await organizationsOf(aws).send(new DeletePolicyCommand({ PolicyId: Id }));
          },
        }}
        actions={
          <Button variant="primary" onClick={() => setOpened("new")}>
            Create policy
          </Button>
        }
        columns={[
          {
            id: "name",
            header: "Name",
            isRowHeader: true,
            value: ({ Name }: PolicySummary) => Name,
            cell: (policy: PolicySummary) => (
              <Button variant="inline-link" onClick={() => setOpened(policy)}>
                {policy.Name}
              </Button>
            ),
          },
          { id: "description", header: "Description", value: ({ Description }) => Description },
          {
            id: "owner",
            header: "Owner",
            value: ({ AwsManaged }) => (AwsManaged ? "AWS" : "Organization"),
          },
          { id: "id", header: "Id", value: ({ Id }) => Id },
        ]}
      />
      {opened !== undefined && (
        <PolicyForm
          type={type}
          policy={opened === "new" ? undefined : opened}
          onClose={() => setOpened(undefined)}
          onSaved={policies.reload}
        />
      )}
    </SpaceBetween>
  );
}

function TypeSwitch(props: {
  readonly type: PolicyType;
  readonly rootId: string;
  readonly isOn: boolean;
  readonly onChanged: () => void;
}) {
  const { type: PolicyType, rootId: RootId, isOn, onChanged } = props;
  const change = useAction("The policy type wasn't changed", async (aws) => {
    const client = organizationsOf(aws);
    if (isOn) await client.send(new DisablePolicyTypeCommand({ RootId, PolicyType }));
    else await client.send(new EnablePolicyTypeCommand({ RootId, PolicyType }));
    onChanged();
    return `${TYPE_TITLES[PolicyType]}: ${isOn ? "off" : "on"}.`;
  });
  return (
    <>
      <StatusIndicator type={isOn ? "success" : "stopped"}>{isOn ? "On" : "Off"}</StatusIndicator>
      <Button loading={change.running} onClick={() => change.run()}>
        {isOn ? "Switch off" : "Switch on"}
      </Button>
    </>
  );
}
