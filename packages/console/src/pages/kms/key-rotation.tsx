import {
  DisableKeyRotationCommand,
  EnableKeyRotationCommand,
  GetKeyRotationStatusCommand,
  paginateListKeyRotations,
  RotateKeyOnDemandCommand,
  type RotationsListEntry,
} from "@aws-sdk/client-kms";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Actions } from "../../shared/actions.tsx";
import { CallState } from "../../shared/call-state.tsx";
import { FactsPanel } from "../../shared/facts-panel.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAction } from "../../shared/use-action.ts";
import { pagesOf } from "../../wire/read-pages.ts";
import { useCall } from "../../wire/use-call.ts";
import { useList } from "../../wire/use-list.ts";
import { kmsOf } from "./key-calls.ts";

/** Whether a key gets new material by itself, and when it did. */
export function KeyRotation({ keyId: KeyId }: { readonly keyId: string }) {
  const status = useCall(`rotation of ${KeyId}`, (aws) =>
    kmsOf(aws).send(new GetKeyRotationStatusCommand({ KeyId })),
  );
  const rotations = useList(`rotations of ${KeyId}`, (aws) =>
    pagesOf(paginateListKeyRotations({ client: kmsOf(aws) }, { KeyId }), (page) => page.Rotations),
  );
  const isOn = status.data?.KeyRotationEnabled === true;
  const toggle = useAction("Rotation wasn't changed", async (aws) => {
    const client = kmsOf(aws);
    if (isOn) await client.send(new DisableKeyRotationCommand({ KeyId }));
    else await client.send(new EnableKeyRotationCommand({ KeyId }));
    status.reload();
    return isOn ? "The key isn't rotated any more." : "The key is rotated each year.";
  });
  const rotate = useAction("The key wasn't rotated", async (aws) => {
    await kmsOf(aws).send(new RotateKeyOnDemandCommand({ KeyId }));
    rotations.reload();
    return "The key has new material. What was encrypted before is decrypted as before.";
  });
  if (!status.data) return <CallState what="rotation" call={status} />;
  return (
    <SpaceBetween size="l">
      <FactsPanel
        title="Rotation"
        actions={
          <Actions>
            <Button loading={rotate.running} onClick={() => rotate.run()}>
              Rotate now
            </Button>
            <Button loading={toggle.running} onClick={() => toggle.run()}>
              {isOn ? "Stop rotating" : "Rotate automatically"}
            </Button>
          </Actions>
        }
        facts={[
          ["Automatic", isOn ? `Every ${status.data.RotationPeriodInDays ?? 365} days` : "No"],
          ["Next", isOn ? status.data.NextRotationDate : undefined],
        ]}
      />
      <ResourceTable
        plural="rotations"
        call={rotations}
        idOf={({ RotationDate }) => String(RotationDate?.getTime())}
        empty="The key hasn't been rotated."
        columns={COLUMNS}
      />
    </SpaceBetween>
  );
}

const COLUMNS: readonly Column<RotationsListEntry>[] = [
  { id: "date", header: "Date", isRowHeader: true, value: ({ RotationDate }) => RotationDate },
  {
    id: "kind",
    header: "Kind",
    value: ({ RotationType }) => (RotationType === "ON_DEMAND" ? "On demand" : "Automatic"),
  },
];
