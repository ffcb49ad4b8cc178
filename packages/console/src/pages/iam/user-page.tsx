import {
  DeleteUserCommand,
  GetUserCommand,
  TagUserCommand,
  UntagUserCommand,
} from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { goTo } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { CallState } from "../../shared/call-state.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { DeleteModal } from "../../shared/delete-modal.tsx";
import { Moment } from "../../shared/moment.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { Page } from "../../shared/page.tsx";
import { TagsPanel } from "../../shared/tags-panel.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { AccessKeys } from "./access-keys.tsx";
import { iamTags, tagFieldsOf } from "./iam-tags.ts";
import { PermissionsBoundary } from "./permissions-boundary.tsx";
import { PermissionsPanel } from "./permissions-panel.tsx";
import { UserGroups } from "./user-groups.tsx";

export function UserPage({ params }: PageProps) {
  const name = params.name ?? "";
  const { iam } = useAws();
  const { done } = useNotices();
  const [deleting, setDeleting] = useState(false);
  const got = useCall(`user ${name}`, (aws) =>
    aws.iam.send(new GetUserCommand({ UserName: name })),
  );
  const user = got.data?.User;
  return (
    <Page
      title={name}
      actions={
        <Button disabled={!user} onClick={() => setDeleting(true)}>
          Delete
        </Button>
      }
    >
      <CallState what="user" call={got} />
      {user && (
        <Container>
          <KeyValuePairs
            columns={3}
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
        <Tabs
          tabs={[
            {
              id: "permissions",
              label: "Permissions",
              content: <PermissionsPanel owner={{ kind: "user", name }} />,
            },
            { id: "keys", label: "Access keys", content: <AccessKeys userName={name} /> },
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
        <DeleteModal
          what={`user ${name}`}
          consequences={
            <Box>IAM deletes users without keys, policies and groups only: remove them first.</Box>
          }
          onClose={() => setDeleting(false)}
          onDelete={async () => {
            await iam.send(new DeleteUserCommand({ UserName: name }));
            done(`User ${name} is deleted.`);
            goTo("#/iam/users");
          }}
        />
      )}
    </Page>
  );
}
