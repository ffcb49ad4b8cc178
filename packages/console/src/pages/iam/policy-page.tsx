import {
  DeletePolicyCommand,
  GetPolicyCommand,
  type Policy,
  TagPolicyCommand,
  UntagPolicyCommand,
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
import { iamTags, tagFieldsOf } from "./iam-tags.ts";
import { PolicyEntities } from "./policy-entities.tsx";
import { PolicyVersions } from "./policy-versions.tsx";

export function PolicyPage({ params }: PageProps) {
  const arn = params.arn ?? "";
  const { iam } = useAws();
  const { done } = useNotices();
  const [deleting, setDeleting] = useState(false);
  const got = useCall(`policy ${arn}`, (aws) =>
    aws.iam.send(new GetPolicyCommand({ PolicyArn: arn })),
  );
  const policy = got.data?.Policy;
  const ofAws = arn.startsWith("arn:aws:iam::aws:");
  const name = policy?.PolicyName ?? arn.split("/").at(-1) ?? arn;
  return (
    <Page
      title={name}
      description={policy?.Description}
      actions={
        <Button disabled={!policy || ofAws} onClick={() => setDeleting(true)}>
          Delete
        </Button>
      }
    >
      <CallState what="policy" call={got} />
      {policy && <Facts policy={policy} />}
      {policy && (
        <Tabs
          tabs={[
            {
              id: "document",
              label: "Document",
              content: <PolicyVersions arn={arn} locked={ofAws} onChanged={got.reload} />,
            },
            { id: "entities", label: "Attached to", content: <PolicyEntities arn={arn} /> },
            {
              id: "tags",
              label: "Tags",
              content: (
                <TagsPanel
                  locked={ofAws}
                  tags={tagFieldsOf(policy.Tags)}
                  put={(aws, fields) =>
                    aws.iam.send(new TagPolicyCommand({ PolicyArn: arn, Tags: iamTags(fields) }))
                  }
                  remove={(aws, TagKeys) =>
                    aws.iam.send(new UntagPolicyCommand({ PolicyArn: arn, TagKeys }))
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
          what={`policy ${name}`}
          consequences={<Box>IAM deletes policies that are attached to nobody.</Box>}
          onClose={() => setDeleting(false)}
          onDelete={async () => {
            await iam.send(new DeletePolicyCommand({ PolicyArn: arn }));
            done(`Policy ${name} is deleted.`);
            goTo("#/iam/policies");
          }}
        />
      )}
    </Page>
  );
}

function Facts({ policy }: { readonly policy: Policy }) {
  return (
    <Container>
      <KeyValuePairs
        columns={3}
        items={[
          { label: "ARN", value: <CopiedValue label="ARN" value={policy.Arn ?? ""} /> },
          { label: "Default version", value: policy.DefaultVersionId ?? "–" },
          { label: "Changed", value: <Moment at={policy.UpdateDate} /> },
        ]}
      />
    </Container>
  );
}
