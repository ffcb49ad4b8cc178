import { type Policy, paginateListPolicies } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useCall } from "../../wire/use-call.ts";

export function PoliciesPage() {
  const [scope, setScope] = useState<"Local" | "AWS">("Local");
  const policies = useCall(`policies of scope ${scope}`, ({ iam: client }) =>
    allPages(
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
        onChange={({ detail }) => setScope(detail.selectedId === "AWS" ? "AWS" : "Local")}
      />
      <ResourceTable
        plural="policies"
        call={policies}
        idOf={({ Arn }) => Arn ?? ""}
        actions={
          <Button variant="primary" onClick={() => goTo("#/iam/policies/create")}>
            Create policy
          </Button>
        }
        empty="This account has no policies of its own yet. Those of AWS are beside."
        columns={[
          {
            id: "name",
            header: "Name",
            isRowHeader: true,
            cell: ({ Arn = "", PolicyName }: Policy) => (
              <PlaceLink to={placeOf("/iam/policies/:arn", { arn: Arn })}>{PolicyName}</PlaceLink>
            ),
          },
          {
            id: "attached",
            header: "Attached to",
            cell: ({ AttachmentCount }: Policy) => AttachmentCount ?? 0,
          },
          { id: "path", header: "Path", cell: ({ Path }: Policy) => Path },
        ]}
      />
    </Page>
  );
}
