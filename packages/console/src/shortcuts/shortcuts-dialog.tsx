import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { SHORTCUTS } from "./shortcuts.ts";
import { areSingleKeysOn, switchSingleKeys } from "./use-shortcuts.ts";

/** The keys, and a switch for those that a voice or a slip may press. */
export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const [single, setSingle] = useState(areSingleKeysOn);
  return (
    <Modal visible header="Keyboard shortcuts" onDismiss={onClose}>
      <SpaceBetween size="m">
        <dl className="shortcuts">
          {SHORTCUTS.map(({ keys, does }) => (
            <div key={keys}>
              <dt>
                <kbd>{keys}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <Toggle
          checked={single}
          description="Keys without Ctrl or ⌘, outside of fields."
          onChange={({ detail }) => {
            switchSingleKeys(detail.checked);
            setSingle(detail.checked);
          }}
        >
          Single keys
        </Toggle>
      </SpaceBetween>
    </Modal>
  );
}
