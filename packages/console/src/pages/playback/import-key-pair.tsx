import { ImportPlaybackKeyPairCommand } from "@aws-sdk/client-ivs";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useAws } from "../../wire/aws-context.tsx";

/** Takes the public half of a key pair that was made elsewhere. */
export function ImportKeyPair(props: {
  readonly onImported: () => void;
  readonly onClose: () => void;
}) {
  const { onImported, onClose } = props;
  const { ivs } = useAws();
  const [name, setName] = useState("");
  const [publicKeyMaterial, setMaterial] = useState("");
  return (
    <ModalForm
      title="Import public key"
      verb="Import"
      disabled={publicKeyMaterial === ""}
      onClose={onClose}
      onSubmit={async () => {
        await ivs.send(
          new ImportPlaybackKeyPairCommand({
            publicKeyMaterial,
            ...(name === "" ? {} : { name }),
          }),
        );
        onImported();
      }}
    >
      <FormField label="Name">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label="Public key, PEM" description="ECDSA on the curve P-384.">
        <Textarea
          rows={6}
          spellcheck={false}
          value={publicKeyMaterial}
          placeholder="-----BEGIN PUBLIC KEY-----"
          onChange={({ detail }) => setMaterial(detail.value)}
        />
      </FormField>
    </ModalForm>
  );
}
