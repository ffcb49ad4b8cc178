import {
  type Capability,
  CreateChangeSetCommand,
  GetTemplateSummaryCommand,
  type GetTemplateSummaryOutput,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { Actions } from "../../shared/actions.tsx";
import { EnterForm } from "../../shared/enter-form.tsx";
import { useAction } from "../../shared/use-action.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { ParameterFields, requestParameters, type TypedParameters } from "./parameter-fields.tsx";
import { cloudFormationOf, readStack } from "./stack-calls.ts";
import { TemplateField } from "./template-field.tsx";

interface Prepared {
  readonly stackId: string;
  readonly changeSetId: string;
}

interface FormProps {
  /** The stack that is to change; none if it is to be created. */
  readonly stack?: Stack;
  readonly onPrepared: (prepared: Prepared) => void;
  readonly onClose: () => void;
}

/** A template, of which nothing is known until it has been read. */
interface ReadTemplate {
  /** Undefined: the stack's own is kept. */
  readonly text: string | undefined;
  readonly summary: GetTemplateSummaryOutput;
}

/** Prepares a change set: asks for the template first, then for what the template asks for. */
export function ChangeSetForm(props: FormProps) {
  const { stack, onClose } = props;
  const [name, setName] = useState(stack?.StackName ?? "");
  const [text, setText] = useState("");
  const [found, setFound] = useState<ReadTemplate>();
  const read = useAction("The template wasn't taken", async (aws, given: string | undefined) => {
    const input = given === undefined ? { StackName: stack?.StackId } : { TemplateBody: given };
    const summary = await cloudFormationOf(aws).send(new GetTemplateSummaryCommand(input));
    setFound({ text: given, summary });
    return undefined;
  });
  if (found)
    return (
      <ValuesForm {...props} name={name} template={found} onBack={() => setFound(undefined)} />
    );
  return (
    <Container header={<Header variant="h2">Template</Header>}>
      <EnterForm onSubmit={() => read.run(text)}>
        <SpaceBetween size="l">
          {!stack && (
            <FormField label="Stack name" description="A letter, then letters, digits and hyphens.">
              <Input value={name} onChange={({ detail }) => setName(detail.value)} />
            </FormField>
          )}
          <TemplateField text={text} onChange={setText} />
          <Actions>
            <Button
              variant="primary"
              loading={read.running}
              disabled={name === "" || text.trim() === ""}
            >
              {stack ? "Use this template" : "Next"}
            </Button>
            {stack && (
              <Button formAction="none" onClick={() => read.run(undefined)}>
                Keep the template
              </Button>
            )}
            <Button variant="link" formAction="none" onClick={onClose}>
              Cancel
            </Button>
          </Actions>
        </SpaceBetween>
      </EnterForm>
    </Container>
  );
}

function ValuesForm(
  props: FormProps & {
    readonly name: string;
    readonly template: ReadTemplate;
    readonly onBack: () => void;
  },
) {
  const { stack, name, template, onPrepared, onBack, onClose } = props;
  const { Parameters: declared = [], Capabilities = [], CapabilitiesReason } = template.summary;
  const stored = stack?.Parameters ?? [];
  const [typed, setTyped] = useState<TypedParameters>({});
  const [role, setRole] = useState("");
  const [acknowledged, setAcknowledged] = useState(false);
  const prepare = useAction("The changes can't be shown", async (aws) => {
    const parameters = requestParameters(declared, stored, typed);
    onPrepared(await createChangeSet(aws, { stack, name, template, parameters, role }));
    return undefined;
  });
  return (
    <Container header={<Header variant="h2">Parameters of {name}</Header>}>
      <EnterForm takesFocus onSubmit={() => prepare.run()}>
        <SpaceBetween size="l">
          {declared.length === 0 && <Box>The template has no parameters.</Box>}
          <ParameterFields declared={declared} stored={stored} typed={typed} onChange={setTyped} />
          <FormField
            label="Role"
            description="Optional. The ARN of the role whose permissions change the resources."
          >
            <Input value={role} onChange={({ detail }) => setRole(detail.value)} />
          </FormField>
          {Capabilities.length > 0 && (
            <Checkbox
              checked={acknowledged}
              description={CapabilitiesReason}
              onChange={({ detail }) => setAcknowledged(detail.checked)}
            >
              I acknowledge that this template may change permissions or expand macros:{" "}
              {Capabilities.join(", ")}
            </Checkbox>
          )}
          <Actions>
            <Button
              variant="primary"
              loading={prepare.running}
              disabled={Capabilities.length > 0 && !acknowledged}
            >
              Preview changes
            </Button>
            <Button formAction="none" onClick={onBack}>
              Back
            </Button>
            <Button variant="link" formAction="none" onClick={onClose}>
              Cancel
            </Button>
          </Actions>
        </SpaceBetween>
      </EnterForm>
    </Container>
  );
}

async function createChangeSet(
  aws: AwsClients,
  given: {
    readonly stack: Stack | undefined;
    readonly name: string;
    readonly template: ReadTemplate;
    readonly parameters: ReturnType<typeof requestParameters>;
    readonly role: string;
  },
): Promise<Prepared> {
  const { stack, name, template, parameters, role } = given;
  // It may have been created since the page read it.
  const now = stack && (await readStack(aws, stack.StackId ?? name));
  const isNew = now === undefined || now.StackStatus === "REVIEW_IN_PROGRESS";
  const { StackId = "", Id = "" } = await cloudFormationOf(aws).send(
    new CreateChangeSetCommand({
      StackName: stack?.StackId ?? name,
      ChangeSetName: `console-${new Date().toISOString().replaceAll(/\D/g, "")}`,
      ChangeSetType: isNew ? "CREATE" : "UPDATE",
      ...(template.text === undefined
        ? { UsePreviousTemplate: true }
        : { TemplateBody: template.text }),
      Parameters: parameters,
      Capabilities: (template.summary.Capabilities ?? []) as Capability[],
      ...(role === "" ? {} : { RoleARN: role }),
    }),
  );
  return { stackId: StackId, changeSetId: Id };
}
