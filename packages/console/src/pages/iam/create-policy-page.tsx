import { CreatePolicyCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { POLICY_SIZE_LIMITS } from "@rolecast/policy";
import { useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { EnterForm } from "../../shared/enter-form.tsx";
import { JsonEditor, useFindings } from "../../shared/json-editor.tsx";
import { Page } from "../../shared/page.tsx";
import { useAction } from "../../shared/use-action.ts";
import { NEW_POLICY } from "./policy-documents.ts";

export function CreatePolicyPage() {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [text, setText] = useState(NEW_POLICY);
  const findings = useFindings(text, "managed");
  const create = useAction("The policy wasn't created", async ({ iam }) => {
    const { Policy } = await iam.send(
      new CreatePolicyCommand({
        PolicyName: name,
        PolicyDocument: text,
        ...(description === "" ? {} : { Description: description }),
      }),
    );
    goTo(placeOf("/iam/policies/:arn", { arn: Policy?.Arn ?? "" }));
    return `Policy ${name} is created. It counts where it is attached.`;
  });
  return (
    <Page title="Create policy">
      <EnterForm onSubmit={() => create.run()}>
        <Form
          actions={
            <Actions>
              <Button variant="link" formAction="none" onClick={() => goTo("#/iam/policies")}>
                Cancel
              </Button>
              <Button
                variant="primary"
                disabled={name === "" || findings.length > 0}
                loading={create.running}
              >
                Create policy
              </Button>
            </Actions>
          }
        >
          <Container>
            <SpaceBetween size="m">
              <FormField label="Policy name">
                <Input value={name} autoFocus onChange={({ detail }) => setName(detail.value)} />
              </FormField>
              <FormField label="Description" description="It can't be changed later.">
                <Input
                  value={description}
                  onChange={({ detail }) => setDescription(detail.value)}
                />
              </FormField>
              <JsonEditor
                label="Policy"
                kind="managed"
                value={text}
                sizeMax={POLICY_SIZE_LIMITS.managedPolicy}
                onChange={setText}
              />
            </SpaceBetween>
          </Container>
        </Form>
      </EnterForm>
    </Page>
  );
}
