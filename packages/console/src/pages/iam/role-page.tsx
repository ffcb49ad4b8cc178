import { GetRoleCommand, type Role, TagRoleCommand, UntagRoleCommand } from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { TabsProps } from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { goTo } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { CallState } from "../../shared/call-state.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { Moment } from "../../shared/moment.tsx";
import { Page } from "../../shared/page.tsx";
import { PageTabs } from "../../shared/page-tabs.tsx";
import { RemoveItems } from "../../shared/remove-items.tsx";
import { shownDuration } from "../../shared/shown-values.ts";
import { TagsPanel } from "../../shared/tags-panel.tsx";
import { useCall } from "../../wire/use-call.ts";
import { CompareDraft } from "./compare-draft.tsx";
import { DeleteLinkedRole } from "./delete-linked-role.tsx";
import { identityRemoval } from "./deletion/identity-removal.tsx";
import { EditRole } from "./edit-role.tsx";
import { iamTags, tagFieldsOf } from "./iam-tags.ts";
import { LinkedRoleUsage } from "./linked-role-usage.tsx";
import { PermissionsBoundary } from "./permissions-boundary.tsx";
import { PermissionsPanel } from "./permissions-panel.tsx";
import { accountOfRole, linkedService, trustedBy } from "./role-facts.ts";
import { SimulateButton } from "./simulate-button.tsx";
import { TrustPanel } from "./trust-panel.tsx";
import { TrustedPrincipals } from "./trusted-principals.tsx";
import { UsedPermissions } from "./used-permissions.tsx";

export function RolePage({ params }: PageProps) {
  const name = params.name ?? "";
  const [deleting, setDeleting] = useState(false);
  const got = useCall(`role ${name}`, (aws) =>
    aws.iam.send(new GetRoleCommand({ RoleName: name })),
  );
  const role = got.data?.Role;
  const service = role && linkedService(role);
  return (
    <Page
      title={name}
      description={role?.Description}
      actions={
        <Actions>
          {role && <SimulateButton principal={role.Arn ?? ""} />}
          <Button disabled={!role} onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </Actions>
      }
    >
      <CallState what="role" call={got} />
      {role && service !== undefined && (
        <Alert type="info" header="Protected: this role belongs to a service">
          Only {service} may assume it, and nobody can edit its permissions or its trust. It can be
          deleted when the service no longer uses it.
        </Alert>
      )}
      {role && <Facts role={role} service={service} onChanged={got.reload} />}
      {role && <PageTabs tabs={tabsOf(role, service, got.reload, () => setDeleting(true))} />}
      {role && deleting && service === undefined && (
        <RemoveItems
          removal={identityRemoval("role", String)}
          items={[name]}
          plural="roles"
          onClose={() => setDeleting(false)}
          onDone={() => goTo("#/iam/roles")}
        />
      )}
      {role && deleting && service !== undefined && (
        <DeleteLinkedRole roleName={name} onClose={() => setDeleting(false)} />
      )}
    </Page>
  );
}

function Facts(props: {
  readonly role: Role;
  readonly service: string | undefined;
  readonly onChanged: () => void;
}) {
  const { role, service, onChanged } = props;
  const [editing, setEditing] = useState(false);
  const used = role.RoleLastUsed;
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button onClick={() => setEditing(true)}>
              {service === undefined ? "Edit" : "Edit description"}
            </Button>
          }
        >
          About {service !== undefined && <Badge color="blue">Service-linked</Badge>}
        </Header>
      }
    >
      <KeyValuePairs
        columns={3}
        minColumnWidth={FACT_WIDTH_MIN}
        items={[
          { label: "ARN", value: <CopiedValue label="ARN" value={role.Arn ?? ""} /> },
          {
            label: "Trusted",
            value: <TrustedPrincipals principals={trustedBy(role)} account={accountOfRole(role)} />,
          },
          { label: "Created", value: <Moment at={role.CreateDate} /> },
          {
            label: "Last used",
            value: used?.LastUsedDate ? (
              <>
                <Moment at={used.LastUsedDate} /> in {used.Region ?? "?"}
              </>
            ) : (
              "Never"
            ),
          },
          {
            label: "Maximum session duration",
            value: shownDuration((role.MaxSessionDuration ?? 0) * 1_000),
          },
          {
            label: "Permissions boundary",
            value: (
              <PermissionsBoundary
                of={{ kind: "role", name: role.RoleName ?? "" }}
                boundary={role.PermissionsBoundary?.PermissionsBoundaryArn}
                locked={service !== undefined}
                onChanged={onChanged}
              />
            ),
          },
          { label: "Description", value: role.Description || "–" },
        ]}
      />
      {editing && (
        <EditRole
          role={role}
          linked={service !== undefined}
          onClose={() => setEditing(false)}
          onSaved={onChanged}
        />
      )}
    </Container>
  );
}

function tabsOf(
  role: Role,
  service: string | undefined,
  onChanged: () => void,
  onDelete: () => void,
): TabsProps.Tab[] {
  const name = role.RoleName ?? "";
  const locked = service !== undefined;
  const tabs: TabsProps.Tab[] = [
    {
      id: "permissions",
      label: "Permissions",
      content: <PermissionsPanel owner={{ kind: "role", name }} locked={locked} />,
    },
    {
      id: "trust",
      label: "Trust",
      content: <TrustPanel role={role} locked={locked} onSaved={onChanged} />,
    },
    {
      id: "tags",
      label: "Tags",
      content: (
        <TagsPanel
          tags={tagFieldsOf(role.Tags)}
          put={({ iam }, fields) =>
            iam.send(new TagRoleCommand({ RoleName: name, Tags: iamTags(fields) }))
          }
          remove={({ iam }, TagKeys) => iam.send(new UntagRoleCommand({ RoleName: name, TagKeys }))}
          onChanged={onChanged}
          locked={locked}
        />
      ),
    },
  ];
  if (service === undefined) {
    const content = <UsedPermissions principal={role.Arn ?? ""} />;
    const compare = <CompareDraft owner={{ kind: "role", name }} />;
    return [
      ...tabs,
      { id: "used", label: "Used", content },
      { id: "compare", label: "Compare", content: compare },
    ];
  }
  return [
    {
      id: "usage",
      label: "Used by",
      content: <LinkedRoleUsage service={service} roleName={name} onDelete={onDelete} />,
    },
    ...tabs,
  ];
}
