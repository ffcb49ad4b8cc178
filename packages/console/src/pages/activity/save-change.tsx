import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useAction } from "../../shared/use-action.ts";
import { policyPlaceOf, type TriedPolicy } from "./policy-place.ts";
import { saveIn } from "./saved-change.ts";

/** Saves what was tried in the place where the policy is stored. */
export function SaveChange(props: {
  readonly tried: TriedPolicy;
  /** The policy that decided; undefined for a new one. */
  readonly before: string | undefined;
  /** The whole policy that was tried. */
  readonly edited: string;
  /** A name for a new policy. */
  readonly name: string;
}) {
  const { tried, before, edited } = props;
  const [name, setName] = useState(props.name);
  const [saved, setSaved] = useState(false);
  const place = policyPlaceOf(tried, name);
  const isNamed = tried.uri === undefined && tried.type === "IDENTITY_BASED_POLICY";
  const save = useAction("The change wasn't saved", async (aws) => {
    if (!place) return undefined;
    await saveIn(place, aws, { before, edited, isInline: isNamed });
    setSaved(true);
    return `Saved in ${place.title}.`;
  });
  if (!place) return <div>Nothing was saved: this policy can't be changed from here.</div>;
  if (saved) return <div>Saved in {place.title}. Repeat the call.</div>;
  return (
    <SpaceBetween size="s">
      {isNamed && (
        <FormField label="Policy name">
          <Input value={name} onChange={({ detail }) => setName(detail.value)} />
        </FormField>
      )}
      <Box>Nothing is saved yet. Saving changes {place.title}.</Box>
      <Button
        formAction="none"
        disabled={name === ""}
        loading={save.running}
        onClick={() => save.run()}
      >
        Save the change
      </Button>
    </SpaceBetween>
  );
}
