import { GetUserCommand, TagUserCommand, UntagUserCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
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
import { TagsPanel } from "../../shared/tags-panel.tsx";
import { useCall } from "../../wire/use-call.ts";
import { AccessKeys } from "./access-keys.tsx";
import { CompareDraft } from "./compare-draft.tsx";
import { identityRemoval } from "./deletion/identity-removal.tsx";
import { GroupPolicies } from "./group-policies.tsx";
import { iamTags, tagFieldsOf } from "./iam-tags.ts";
import { PermissionsBoundary } from "./permissions-boundary.tsx";
import { PermissionsPanel } from "./permissions-panel.tsx";
import { SimulateButton } from "./simulate-button.tsx";
import { UsedPermissions } from "./used-permissions.tsx";
import { UserGroups } from "./user-groups.tsx";

export function UserPage({ params }: PageProps) {
  const name = params.name ?? "";
  const [deleting, setDeleting] = useState(false);
  const got = useCall(`user ${name}`, (aws) =>
    aws.iam.send(new GetUserCommand({ UserName: name })),
  );
  const user = got.data?.User;
  return (
    <Page
      title={name}
      actions={
        <Actions>
          {user && <SimulateButton principal={user.Arn ?? ""} />}
          <Button disabled={!user} onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </Actions>
      }
    >
      <CallState what="user" call={got} />
      {user && (
        <Container>
          <KeyValuePairs
            columns={3}
            minColumnWidth={FACT_WIDTH_MIN}
            items={[
              { label: "ARN", value: <CopiedValue label="ARN" value={user.Arn ?? ""} /> },
              { label: "Created", value: <Moment at={user.CreateDate} /> },
              {
                label: "Permissions boundary",
                value: (
                  <PermissionsBoundary
                    of={{ kind: "user", name }}
                    boundary={user.PermissionsBoundary?.PermissionsBoundaryArn}
                    onChanged={got.reload}
                  />
                ),
              },
            ]}
          />
        </Container>
      )}
      {user && (
        <PageTabs
          tabs={[
            {
              id: "permissions",
              label: "Permissions",
              content: (
                <SpaceBetween size="l">
                  <PermissionsPanel owner={{ kind: "user", name }} />
                  <GroupPolicies userName={name} />
                </SpaceBetween>
              ),
            },
            { id: "keys", label: "Access keys", content: <AccessKeys userName={name} /> },
            {
              id: "used",
              label: "Used",
              content: <UsedPermissions principal={user.Arn ?? ""} />,
            },
            {
              id: "compare",
              label: "Compare",
              content: <CompareDraft owner={{ kind: "user", name }} />,
            },
            { id: "groups", label: "Groups", content: <UserGroups userName={name} /> },
            {
              id: "tags",
              label: "Tags",
              content: (
                <TagsPanel
                  tags={tagFieldsOf(user.Tags)}
                  put={(aws, fields) =>
                    aws.iam.send(new TagUserCommand({ UserName: name, Tags: iamTags(fields) }))
                  }
                  remove={(aws, TagKeys) =>
                    aws.iam.send(new UntagUserCommand({ UserName: name, TagKeys }))
                  }
                  onChanged={got.reload}
                />
              ),
            },
          ]}
        />
      )}
      {deleting && (
        <RemoveItems
          removal={identityRemoval("user", String)}
          items={[name]}
          plural="users"
          onClose={() => setDeleting(false)}
          onDone={() => goTo("#/iam/users")}
        />
      )}
    </Page>
  );
}
