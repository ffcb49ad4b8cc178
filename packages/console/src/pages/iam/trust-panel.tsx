import { type Role, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { POLICY_SIZE_LIMITS } from "@rolecast/policy";
import { useState } from "react";
import { JsonEditor, useFindings } from "../../shared/json-editor.tsx";
import { useAction } from "../../shared/use-action.ts";
import { trustPolicyOf } from "./role-facts.ts";

/** The principals that may assume the role. */
export function TrustPanel(props: {
  readonly role: Role;
  readonly locked: boolean;
  readonly onSaved: () => void;
}) {
  const { role, locked, onSaved } = props;
  const [text, setText] = useState(() => trustPolicyOf(role));
  const findings = useFindings(text, "trust");
  const save = useAction("The trust policy wasn't saved", async ({ iam }) => {
    const { RoleName } = role;
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: text }));
    onSaved();
    return "The trust policy is saved.";
  });
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button
              variant="primary"
              disabled={locked || findings.length > 0}
              loading={save.running}
              onClick={() => save.run()}
            >
              Save trust policy
            </Button>
          }
        >
          Trust policy
        </Header>
      }
    >
      <JsonEditor
        label="Who may assume this role"
        kind="trust"
        value={text}
        readOnly={locked}
        sizeMax={POLICY_SIZE_LIMITS.trustPolicy}
        onChange={setText}
      />
    </Container>
  );
}
