import { CreateOrganizationCommand } from "@aws-sdk/client-organizations";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useAddressState } from "../../routing/address-state.ts";
import { CallState } from "../../shared/call-state.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { Page } from "../../shared/page.tsx";
import { PageTabs } from "../../shared/page-tabs.tsx";
import { useAction } from "../../shared/use-action.ts";
import { useCall } from "../../wire/use-call.ts";
import { NodePanel } from "./node-panel.tsx";
import { nodesOf, type OrganizationTree, organizationsOf, readTree } from "./organization-tree.ts";
import { OrganizationPolicies } from "./policies-panel.tsx";
import { TreeTable } from "./tree-table.tsx";

/** The organization as a tree, with what is attached where, and its policies. */
export function OrganizationPage() {
  const tree = useCall("organization", readTree);
  return (
    <Page
      title="Organization"
      description="Accounts in a tree, and policies that bound them, in force at once."
    >
      <CallState what="organization" call={tree} />
      {tree.data === "none" && <NoOrganization onCreated={tree.reload} />}
      {tree.data !== undefined && tree.data !== "none" && (
        <Shown tree={tree.data} reload={tree.reload} />
      )}
    </Page>
  );
}

function NoOrganization({ onCreated }: { readonly onCreated: () => void }) {
  const create = useAction("The organization wasn't created", async (aws) => {
    await organizationsOf(aws).send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    onCreated();
    return "The organization is created, and this account manages it.";
  });
  return (
    <Container header={<Header variant="h2">No organization yet</Header>}>
      <SpaceBetween size="s">
        <Box>
          This account is in no organization. With one, you create accounts that work at once, and
          policies that bound what anybody in them may do.
        </Box>
        <Button variant="primary" loading={create.running} onClick={() => create.run()}>
          Create organization
        </Button>
      </SpaceBetween>
    </Container>
  );
}

function Shown(props: { readonly tree: OrganizationTree; readonly reload: () => void }) {
  const { tree, reload } = props;
  const { organization, root } = tree;
  const [chosenId, choose] = useAddressState("place", root.id);
  const node = nodesOf(root).find(({ id }) => id === chosenId) ?? root;
  return (
    <>
      <Container>
        <KeyValuePairs
          columns={3}
          minColumnWidth={FACT_WIDTH_MIN}
          items={[
            {
              label: "Organization",
              value: <CopiedValue label="organization" value={organization.Id ?? ""} />,
            },
            { label: "Management account", value: organization.MasterAccountId ?? "–" },
            {
              label: "Features",
              value: organization.FeatureSet === "ALL" ? "All" : "Consolidated billing",
            },
          ]}
        />
      </Container>
      <PageTabs
        tabs={[
          {
            id: "tree",
            label: "Tree",
            content: (
              <SpaceBetween size="l">
                <TreeTable
                  root={root}
                  chosen={node}
                  managementId={organization.MasterAccountId}
                  onChoose={choose}
                  onReload={reload}
                />
                <NodePanel
                  key={node.id}
                  node={node}
                  tree={tree}
                  onChanged={reload}
                  onChoose={choose}
                />
              </SpaceBetween>
            ),
          },
          {
            id: "policies",
            label: "Policies",
            content: <OrganizationPolicies tree={tree} onChanged={reload} />,
          },
        ]}
      />
    </>
  );
}
