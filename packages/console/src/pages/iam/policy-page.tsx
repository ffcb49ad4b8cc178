import {
  GetPolicyCommand,
  type Policy,
  TagPolicyCommand,
  UntagPolicyCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
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
import { identityRemoval } from "./deletion/identity-removal.tsx";
import { iamTags, tagFieldsOf } from "./iam-tags.ts";
import { PolicyEntities } from "./policy-entities.tsx";
import { PolicyVersions } from "./policy-versions.tsx";
import { SimulateButton } from "./simulate-button.tsx";

export function PolicyPage({ params }: PageProps) {
  const arn = params.arn ?? "";
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
        <Actions>
          <SimulateButton policy={arn} />
          <Button disabled={!policy || ofAws} onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </Actions>
      }
    >
      <CallState what="policy" call={got} />
      {policy && <Facts policy={policy} />}
      {policy && (
        <PageTabs
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
        <RemoveItems
          removal={identityRemoval("policy", String)}
          items={[arn]}
          plural="policies"
          onClose={() => setDeleting(false)}
          onDone={() => goTo("#/iam/policies")}
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
        minColumnWidth={FACT_WIDTH_MIN}
        items={[
          { label: "ARN", value: <CopiedValue label="ARN" value={policy.Arn ?? ""} /> },
          { label: "Default version", value: policy.DefaultVersionId ?? "–" },
          { label: "Changed", value: <Moment at={policy.UpdateDate} /> },
        ]}
      />
    </Container>
  );
}
