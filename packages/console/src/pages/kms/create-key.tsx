import {
  CreateAliasCommand,
  CreateKeyCommand,
  type KeySpec,
  type KeyUsageType,
} from "@aws-sdk/client-kms";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import type { FormProps } from "../../shared/list-page.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { aliasName, kmsOf } from "./key-calls.ts";

interface Purpose {
  readonly value: string;
  readonly label: string;
  readonly spec: KeySpec;
  readonly usage: KeyUsageType;
}

/** The most usual spec of each use; the AWS CLI makes the others. */
const PURPOSES: readonly [Purpose, ...Purpose[]] = [
  {
    value: "encrypt",
    label: "Encrypt and decrypt (symmetric)",
    spec: "SYMMETRIC_DEFAULT",
    usage: "ENCRYPT_DECRYPT",
  },
  {
    value: "sign",
    label: "Sign and verify (ECC_NIST_P256)",
    spec: "ECC_NIST_P256",
    usage: "SIGN_VERIFY",
  },
  {
    value: "rsa",
    label: "Sign and verify (RSA_2048)",
    spec: "RSA_2048",
    usage: "SIGN_VERIFY",
  },
  {
    value: "mac",
    label: "Generate and verify MACs (HMAC_256)",
    spec: "HMAC_256",
    usage: "GENERATE_VERIFY_MAC",
  },
];

export function CreateKey({ onClose, onCreated }: FormProps) {
  const aws = useAws();
  const { done } = useNotices();
  const [alias, setAlias] = useState("");
  const [description, setDescription] = useState("");
  const [chosen, setChosen] = useState(PURPOSES[0].value);
  const { spec, usage } = PURPOSES.find(({ value }) => value === chosen) ?? PURPOSES[0];
  return (
    <ModalForm
      title="Create key"
      verb="Create"
      onClose={onClose}
      onSubmit={async () => {
        const client = kmsOf(aws);
        const { KeyMetadata } = await client.send(
          new CreateKeyCommand({ Description: description, KeySpec: spec, KeyUsage: usage }),
        );
        const id = KeyMetadata?.KeyId ?? "";
        onCreated();
        if (alias !== "") {
          const AliasName = aliasName(alias);
          await client.send(new CreateAliasCommand({ AliasName, TargetKeyId: id }));
        }
        done(`Key ${alias || id} is created.`);
        goTo(placeOf("/kms/keys/:id", { id }));
      }}
    >
      <FormField label="Alias" description="Optional. A name that another key can get later.">
        <Input
          value={alias}
          spellcheck={false}
          placeholder="films"
          onChange={({ detail }) => setAlias(detail.value)}
        />
      </FormField>
      <FormField label="Description" description="Optional.">
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
      <FormField label="Use">
        <RadioGroup
          value={chosen}
          items={PURPOSES.map(({ value, label }) => ({ value, label }))}
          onChange={({ detail }) => setChosen(detail.value)}
        />
      </FormField>
    </ModalForm>
  );
}
