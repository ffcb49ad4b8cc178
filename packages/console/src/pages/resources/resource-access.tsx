import Autosuggest from "@cloudscape-design/components/autosuggest";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { CallState } from "../../shared/call-state.tsx";
import { nameColumn } from "../../shared/columns.tsx";
import { EnterForm } from "../../shared/enter-form.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { ResourceTable } from "../../shared/resource-table.tsx";
import type { Call } from "../../wire/use-call.ts";
import { useList } from "../../wire/use-list.ts";
import { actionsOf, type PrincipalAccess, resourceOf, whoMayReach } from "./access-question.ts";
import { OutsideAccess } from "./outside-access.tsx";
import type { ResourcePolicy } from "./resource-facts.ts";

/** The users and roles that may do something with a resource, and others from outside. */
export function ResourceAccess(props: {
  readonly type: string;
  readonly arn: string;
  readonly policy: Call<ResourcePolicy | undefined>;
}) {
  const { type, arn, policy } = props;
  const [first = "", ...others] = actionsOf(type);
  const [asked, setAsked] = useState(first);
  const [typed, setTyped] = useState(first);
  // Without the policy an answer would be half of the truth.
  if (policy.loading || policy.error !== undefined)
    return <CallState what="policy" call={policy} />;
  return (
    <SpaceBetween size="l">
      <EnterForm onSubmit={() => setAsked(typed.trim())}>
        <FormField
          label="Action"
          description="IAM's simulator is asked for each user and role."
          secondaryControl={<Button disabled={typed.trim() === ""}>Ask</Button>}
        >
          <Autosuggest
            value={typed}
            ariaLabel="Action"
            placeholder="service:Operation"
            options={[first, ...others].filter(Boolean).map((value) => ({ value }))}
            filteringType="none"
            enteredTextLabel={(text) => `Use ${text}`}
            onChange={({ detail }) => setTyped(detail.value)}
            onSelect={({ detail }) => setAsked(detail.value)}
          />
        </FormField>
      </EnterForm>
      {asked !== "" && <Principals key={asked} action={asked} arn={arn} policy={policy.data} />}
      <OutsideAccess type={type} arn={arn} policy={policy.data?.text} />
    </SpaceBetween>
  );
}

/** Users and roles that are asked about at first. */
const FIRST_PRINCIPALS = 200;

function Principals(props: {
  readonly action: string;
  readonly arn: string;
  readonly policy: ResourcePolicy | undefined;
}) {
  const { action, arn, policy } = props;
  const question = { action, arn, policy: policy?.text };
  const answers = useList(
    `who may ${JSON.stringify(question)}`,
    (aws) => whoMayReach(aws, question),
    { first: FIRST_PRINCIPALS },
  );
  return (
    <ResourceTable
      plural="users and roles"
      heading={`Who may ${action}${resourceOf(action, arn) === arn ? "" : " on its objects"}`}
      call={answers}
      idOf={(access) => access.arn}
      empty="No users and no roles: the root user alone may reach it."
      columns={COLUMNS}
    />
  );
}

const COLUMNS: readonly Column<PrincipalAccess>[] = [
  nameColumn<PrincipalAccess>(
    ({ name }) => name,
    ({ kind, name }) => placeOf(`/iam/${kind.toLowerCase()}s/:name`, { name }),
  ),
  { id: "kind", header: "Kind", value: ({ kind }) => kind },
  {
    id: "access",
    header: "Decision",
    value: ({ allowed }) => (allowed ? "Allowed" : "Denied"),
    cell: ({ allowed }) => (
      <StatusIndicator type={allowed ? "success" : "stopped"}>
        {allowed ? "Allowed" : "Denied"}
      </StatusIndicator>
    ),
  },
  {
    id: "by",
    header: "Matched in",
    value: ({ decidedBy }) => decidedBy.join(", ") || undefined,
  },
  {
    id: "keys",
    header: "Depends on",
    value: ({ dependsOn }) => dependsOn.join(", ") || undefined,
  },
];
