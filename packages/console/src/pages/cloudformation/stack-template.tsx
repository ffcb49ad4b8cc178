import { GetTemplateCommand, type Stack, type TemplateStage } from "@aws-sdk/client-cloudformation";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { useAddressState } from "../../routing/address-state.ts";
import { Actions } from "../../shared/actions.tsx";
import { CallState } from "../../shared/call-state.tsx";
import { pretty } from "../../shared/pretty-json.ts";
import { useCall } from "../../wire/use-call.ts";
import { cloudFormationOf, versionOf } from "./stack-calls.ts";

/** A stack's template as it was given, or with its transforms carried out. */
export function StackTemplate({ stack }: { readonly stack: Stack }) {
  const { StackId = "" } = stack;
  const [stage, choose] = useAddressState("stage", "Original");
  const key = `${stage} template of ${StackId} ${versionOf(stack)}`;
  const template = useCall(key, (aws) => {
    const input = { StackName: StackId, TemplateStage: stage as TemplateStage };
    return cloudFormationOf(aws).send(new GetTemplateCommand(input));
  });
  const text = template.data?.TemplateBody ?? "";
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Actions>
              <SegmentedControl
                label="Stage"
                selectedId={stage}
                options={[
                  { id: "Original", text: "As given" },
                  { id: "Processed", text: "With transforms" },
                ]}
                onChange={({ detail }) => choose(detail.selectedId)}
              />
              <CopyToClipboard
                copyButtonText="Copy"
                textToCopy={text}
                copySuccessText="Copied"
                copyErrorText="The browser refused"
              />
            </Actions>
          }
        >
          Template
        </Header>
      }
    >
      <CallState what="template" call={template} />
      {template.data && (
        <pre className="document">{text.startsWith("{") ? pretty(text) : text}</pre>
      )}
    </Container>
  );
}
