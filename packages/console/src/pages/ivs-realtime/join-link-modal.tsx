import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { EnterForm } from "../../shared/enter-form.tsx";
import { OwnMachineNote } from "../../shared/own-machine-note.tsx";
import { QrCode } from "../../shared/qr-code.tsx";
import type { Guest, MadeLink } from "./join-link.ts";

/** Shows a join link and its QR code, and makes another one for somebody else. */
export function JoinLinkModal(props: {
  readonly made: MadeLink;
  readonly running: boolean;
  readonly onMake: (guest: Guest) => void;
  readonly onClose: () => void;
}) {
  const { made, running, onMake, onClose } = props;
  const [userId, setUserId] = useState("");
  const [onlyWatches, setOnlyWatches] = useState(false);
  const does = made.onlyWatches ? "watches" : "joins";
  return (
    <Modal visible header="Join link" onDismiss={onClose}>
      <SpaceBetween size="m">
        <FormField
          label={`For ${made.userId}, to be opened within 12 hours`}
          description={
            <>
              Whoever opens it {does} without signing in. It is for one person: opened again
              elsewhere, it takes the first one's place.
            </>
          }
          stretch
        >
          <SpaceBetween size="xs">
            <QrCode text={made.address} label="QR code of the join link" />
            {made.isCopied && <StatusIndicator>The link is copied</StatusIndicator>}
            <span className="document">
              <CopiedValue label="join link" value={made.address} />
            </span>
          </SpaceBetween>
        </FormField>
        <OwnMachineNote />
        <ExpandableSection headerText="A link for somebody else">
          <EnterForm onSubmit={() => onMake({ userId, onlyWatches })}>
            <SpaceBetween size="s">
              <FormField label="Name" description="The others on the stage see it.">
                <Input value={userId} onChange={({ detail }) => setUserId(detail.value)} />
              </FormField>
              <Toggle
                checked={onlyWatches}
                onChange={({ detail }) => setOnlyWatches(detail.checked)}
              >
                Only watches
              </Toggle>
              <Button loading={running} disabled={userId === ""}>
                Make link
              </Button>
            </SpaceBetween>
          </EnterForm>
        </ExpandableSection>
      </SpaceBetween>
    </Modal>
  );
}
