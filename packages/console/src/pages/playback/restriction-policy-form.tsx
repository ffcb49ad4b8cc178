import {
  CreatePlaybackRestrictionPolicyCommand,
  type PlaybackRestrictionPolicySummary,
  UpdatePlaybackRestrictionPolicyCommand,
} from "@aws-sdk/client-ivs";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { words } from "../../shared/typed-lists.ts";
import { useAws } from "../../wire/aws-context.tsx";

/** Makes or changes a restriction policy. */
export function RestrictionPolicyForm(props: {
  readonly policy: PlaybackRestrictionPolicySummary | undefined;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}) {
  const { policy, onSaved, onClose } = props;
  const { ivs } = useAws();
  const [name, setName] = useState(policy?.name ?? "");
  const [countries, setCountries] = useState((policy?.allowedCountries ?? []).join(" "));
  const [origins, setOrigins] = useState((policy?.allowedOrigins ?? []).join("\n"));
  const [strict, setStrict] = useState(policy?.enableStrictOriginEnforcement ?? false);
  const save = async () => {
    const settings = {
      name,
      allowedCountries: words(countries.toUpperCase()),
      allowedOrigins: words(origins),
      enableStrictOriginEnforcement: strict,
    };
    if (policy) {
      const input = { arn: policy.arn, ...settings };
      await ivs.send(new UpdatePlaybackRestrictionPolicyCommand(input));
    } else {
      await ivs.send(new CreatePlaybackRestrictionPolicyCommand(settings));
    }
    onSaved();
  };
  return (
    <ModalForm
      title={policy ? "Edit restriction policy" : "Create restriction policy"}
      verb="Save"
      onSubmit={save}
      onClose={onClose}
    >
      <FormField label="Policy name">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label="Countries" description="Codes of two letters, with spaces. Empty: all.">
        <Input
          value={countries}
          placeholder="DE AT CH"
          onChange={({ detail }) => setCountries(detail.value)}
        />
      </FormField>
      <FormField label="Web sites" description="Origins, one a line. Empty: all.">
        <Textarea
          value={origins}
          placeholder="https://*.example.com"
          onChange={({ detail }) => setOrigins(detail.value)}
        />
      </FormField>
      <Toggle
        checked={strict}
        description="Every request of a player must show its web site."
        onChange={({ detail }) => setStrict(detail.checked)}
      >
        Strict
      </Toggle>
    </ModalForm>
  );
}
