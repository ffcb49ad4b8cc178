import { ImportPlaybackKeyPairCommand } from "@aws-sdk/client-ivs";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { goTo } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { createSigningKeys, rememberSigningKey } from "./signing-keys.ts";

/** Makes a pair in the browser: IVS gets the public half, the private one is shown once. */
export function CreateKeyPair(props: {
  readonly onCreated: () => void;
  readonly onClose: () => void;
}) {
  const { onCreated, onClose } = props;
  const { ivs } = useAws();
  const [name, setName] = useState("");
  const [privateKey, setPrivateKey] = useState<string>();
  if (privateKey !== undefined) return <PrivateKey pem={privateKey} onClose={onClose} />;
  return (
    <ModalForm
      title="Create key pair"
      verb="Create"
      // The form can't be closed before the private key was seen.
      staysOpen
      onClose={onClose}
      onSubmit={async () => {
        const keys = await createSigningKeys();
        await ivs.send(
          new ImportPlaybackKeyPairCommand({
            publicKeyMaterial: keys.publicKey,
            ...(name === "" ? {} : { name }),
          }),
        );
        rememberSigningKey(keys.privateKey);
        setPrivateKey(keys.privateKey);
        onCreated();
      }}
    >
      <FormField label="Name">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
    </ModalForm>
  );
}

function PrivateKey({ pem, onClose }: { readonly pem: string; readonly onClose: () => void }) {
  return (
    <Modal visible header="Key pair created" onDismiss={onClose}>
      <SpaceBetween size="m">
        <Alert type="warning">
          This is the only time that the private key can be seen. It was made in this browser and is
          kept nowhere; until the page is reloaded, “Make a token” has it.
        </Alert>
        <FormField label="Private key, PEM">
          <Textarea rows={7} readOnly value={pem} />
        </FormField>
        <Actions>
          <Button onClick={() => goTo("#/ivs/playback-tokens")}>Make a token</Button>
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        </Actions>
      </SpaceBetween>
    </Modal>
  );
}
