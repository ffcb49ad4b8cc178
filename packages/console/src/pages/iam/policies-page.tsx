import { type Policy, paginateListPolicies } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { useAddressState } from "../../routing/address-state.ts";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import { nameColumn } from "../../shared/columns.tsx";
import { Page } from "../../shared/page.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { pagesOf } from "../../wire/read-pages.ts";
import { useList } from "../../wire/use-list.ts";
import { identityRemoval } from "./deletion/identity-removal.tsx";

export function PoliciesPage() {
  const [shown, show] = useAddressState("of", "Local");
  const scope = shown === "AWS" ? "AWS" : "Local";
  const policies = useList(`policies of scope ${scope}`, ({ iam: client }) =>
    pagesOf(
      paginateListPolicies({ client, pageSize: 1_000 }, { Scope: scope }),
      (page) => page.Policies,
    ),
  );
  return (
    <Page title="Policies" description="What is allowed and denied, to attach to many.">
      <SegmentedControl
        label="Policies of"
        selectedId={scope}
        options={[
          { id: "Local", text: "This account" },
          { id: "AWS", text: "AWS" },
        ]}
        onChange={({ detail }) => show(detail.selectedId)}
      />
      <ResourceTable
        key={scope}
        plural="policies"
        call={policies}
        idOf={({ Arn }) => Arn ?? ""}
        {...(scope === "AWS"
          ? {}
          : { removal: identityRemoval("policy", ({ Arn = "" }: Policy) => Arn) })}
        actions={
          <Button variant="primary" onClick={() => goTo("#/iam/policies/create")}>
            Create policy
          </Button>
        }
        empty="This account has no policies of its own yet. Those of AWS are beside."
        columns={[
          nameColumn<Policy>(
            ({ PolicyName = "" }) => PolicyName,
            ({ Arn = "" }) => placeOf("/iam/policies/:arn", { arn: Arn }),
          ),
          {
            id: "attached",
            header: "Attached to",
            value: ({ AttachmentCount }: Policy) => AttachmentCount ?? 0,
          },
          { id: "path", header: "Path", value: ({ Path }: Policy) => Path },
        ]}
      />
    </Page>
  );
}
