import {
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  paginateListPolicyVersions,
  SetDefaultPolicyVersionCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { POLICY_SIZE_LIMITS } from "@rolecast/policy";
import { useState } from "react";
import { Actions } from "../../shared/actions.tsx";
import { CallFailure } from "../../shared/call-failure.tsx";
import { JsonEditor, useFindings } from "../../shared/json-editor.tsx";
import { useAction } from "../../shared/use-action.ts";
import { allPages } from "../../wire/all-pages.ts";
import { useCall } from "../../wire/use-call.ts";
import { readPolicyVersion } from "./policy-documents.ts";

/** The document of a managed policy in its versions; saving makes a new one the default. */
export function PolicyVersions(props: {
  readonly arn: string;
  readonly locked: boolean;
  readonly onChanged: () => void;
}) {
  const { arn, locked, onChanged } = props;
  const PolicyArn = arn;
  const [chosen, setChosen] = useState<string>();
  const [typed, setTyped] = useState<string>();
  const versions = useCall(`versions of ${arn}`, ({ iam: client }) =>
    allPages(paginateListPolicyVersions({ client }, { PolicyArn }), (page) => page.Versions),
  );
  const standard = versions.data?.find(({ IsDefaultVersion }) => IsDefaultVersion)?.VersionId;
  const VersionId = chosen ?? standard ?? "v1";
  const stored = useCall(`document ${VersionId} of ${arn}`, ({ iam }) =>
    readPolicyVersion(iam, arn, VersionId),
  );
  const text = typed ?? stored.data;
  const findings = useFindings(text ?? "", "managed");
  const changed = () => {
    setTyped(undefined);
    setChosen(undefined);
    versions.reload();
    onChanged();
  };
  const save = useAction("The policy wasn't saved", async ({ iam }) => {
    await iam.send(
      new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: text, SetAsDefault: true }),
    );
    changed();
    return "The new version counts from now on.";
  });
  const restore = useAction("The version wasn't made the default", async ({ iam }) => {
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId }));
    changed();
    return `Version ${VersionId} counts from now on.`;
  });
  const remove = useAction("The version wasn't deleted", async ({ iam }) => {
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    changed();
    return `Version ${VersionId} is deleted.`;
  });
  const failed = [versions, stored].find(({ error }) => error !== undefined);
  if (failed) {
    return (
      <CallFailure
        title="The policy's document can't be shown"
        error={failed.error}
        onRetry={failed.reload}
      />
    );
  }
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Actions>
              <Button
                disabled={locked || VersionId === standard}
                loading={remove.running}
                onClick={() => remove.run()}
              >
                Delete version
              </Button>
              <Button
                disabled={locked || VersionId === standard}
                loading={restore.running}
                onClick={() => restore.run()}
              >
                Set as default
              </Button>
              <Button
                variant="primary"
                disabled={locked || typed === undefined || findings.length > 0}
                loading={save.running}
                onClick={() => save.run()}
              >
                Save as new version
              </Button>
            </Actions>
          }
        >
          Document
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FormField label="Version">
          <Select
            selectedOption={{ value: VersionId }}
            options={(versions.data ?? []).map((version) => ({
              value: version.VersionId ?? "",
              description: version.IsDefaultVersion ? "Default" : "",
            }))}
            onChange={({ detail }) => {
              setChosen(detail.selectedOption.value);
              setTyped(undefined);
            }}
          />
        </FormField>
        {text === undefined ? (
          <Spinner />
        ) : (
          <JsonEditor
            label="Policy"
            kind="managed"
            value={text}
            readOnly={locked}
            sizeMax={POLICY_SIZE_LIMITS.managedPolicy}
            onChange={setTyped}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}
