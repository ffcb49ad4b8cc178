import {
  type AccessKey,
  type AccessKeyMetadata,
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { Actions } from "../../shared/actions.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAction } from "../../shared/use-action.ts";
import { useCall } from "../../wire/use-call.ts";

/** A user's access keys; the secret of a new one is shown once and nowhere again. */
export function AccessKeys({ userName }: { readonly userName: string }) {
  const UserName = userName;
  const [created, setCreated] = useState<AccessKey>();
  const keys = useCall(`keys of ${userName}`, async ({ iam }) => {
    const { AccessKeyMetadata: found } = await iam.send(new ListAccessKeysCommand({ UserName }));
    return found ?? [];
  });
  const create = useAction("The access key wasn't created", async ({ iam }) => {
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    setCreated(key);
    keys.reload();
    return undefined;
  });
  const toggle = useAction(
    "The access key wasn't changed",
    async ({ iam }, { AccessKeyId, Status: before }: AccessKeyMetadata) => {
      const Status = before === "Active" ? "Inactive" : "Active";
      await iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status }));
      keys.reload();
      return `Access key ${AccessKeyId} is ${Status.toLowerCase()}.`;
    },
  );
  return (
    <>
      <ResourceTable
        plural="access keys"
        call={keys}
        idOf={(key) => key.AccessKeyId ?? ""}
        removal={{
          one: "access key",
          nameOf: ({ AccessKeyId = "" }) => AccessKeyId,
          consequences: "Programs that sign with it are refused from now on.",
          remove: async ({ iam }, { AccessKeyId }) => {
            await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
          },
        }}
        actions={([chosen, ...others]) => (
          <Actions>
            <Button
              disabled={!chosen || others.length > 0}
              loading={toggle.running}
              onClick={() => chosen && toggle.run(chosen)}
            >
              {chosen?.Status === "Inactive" ? "Activate" : "Deactivate"}
            </Button>
            <Button variant="primary" loading={create.running} onClick={() => create.run()}>
              Create access key
            </Button>
          </Actions>
        )}
        empty="No access keys: this user can't sign in."
        columns={COLUMNS}
      />
      {created && <CreatedKey created={created} onClose={() => setCreated(undefined)} />}
    </>
  );
}

const COLUMNS = [
  {
    id: "id",
    header: "Access key ID",
    isRowHeader: true,
    value: ({ AccessKeyId }: AccessKeyMetadata) => AccessKeyId,
  },
  {
    id: "status",
    header: "Status",
    value: ({ Status }: AccessKeyMetadata) => Status,
    cell: ({ Status }: AccessKeyMetadata) => (
      <StatusIndicator type={Status === "Active" ? "success" : "stopped"}>{Status}</StatusIndicator>
    ),
  },
  {
    id: "created",
    header: "Created",
    value: ({ CreateDate }: AccessKeyMetadata) => CreateDate,
  },
];

function CreatedKey(props: { readonly created: AccessKey; readonly onClose: () => void }) {
  const { created, onClose } = props;
  const [shown, setShown] = useState(false);
  return (
    <Modal visible header="Access key created" onDismiss={onClose}>
      <SpaceBetween size="m">
        <Alert type="warning">
          This is the only time that the secret access key can be seen. Keep it somewhere safe.
        </Alert>
        <KeyValuePairs
          columns={1}
          items={[
            {
              label: "Access key ID",
              value: <CopiedValue label="access key ID" value={created.AccessKeyId ?? ""} />,
            },
            {
              label: "Secret access key",
              value: shown ? (
                <CopiedValue label="secret access key" value={created.SecretAccessKey ?? ""} />
              ) : (
                <Button onClick={() => setShown(true)}>Show</Button>
              ),
            },
          ]}
        />
      </SpaceBetween>
    </Modal>
  );
}
