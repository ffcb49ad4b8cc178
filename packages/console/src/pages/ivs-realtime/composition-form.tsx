import { StartCompositionCommand } from "@aws-sdk/client-ivs-realtime";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { useList } from "../../wire/use-list.ts";
import { listChannels } from "../ivs/ivs-lists.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import {
  type CompositionChoice,
  compositionInput,
  isComplete,
  segmentError,
} from "./composition-input.ts";
import { encoderPages, realTimeOf, stagePages, storagePages } from "./real-time-calls.ts";

const NOTHING: CompositionChoice = {
  stageArn: "",
  layout: "grid",
  encoderArn: "",
  channelArn: "",
  storageArn: "",
  segmentSeconds: "",
  thumbnails: false,
};

/** Starts a composition of a stage to a channel, to a bucket or to both. */
export function CompositionForm(props: {
  readonly onStarted: () => void;
  readonly onClose: () => void;
}) {
  const { onStarted, onClose } = props;
  const client = realTimeOf(useAws());
  const [choice, setChoice] = useState(NOTHING);
  const stages = useList("stages", stagePages);
  const encoders = useList("encoder configurations", encoderPages);
  const storage = useList("storage configurations", storagePages);
  const channels = useCall("channels", listChannels);
  const change = (part: Partial<CompositionChoice>) => setChoice({ ...choice, ...part });
  const start = async () => {
    await client.send(new StartCompositionCommand(compositionInput(choice)));
    onStarted();
  };
  return (
    <ModalForm
      title="Start composition"
      verb="Start"
      disabled={!isComplete(choice)}
      onSubmit={start}
      onClose={onClose}
    >
      <Choice
        label="Stage"
        listed={stages.data}
        value={choice.stageArn}
        onChange={(stageArn) => change({ stageArn })}
      />
      <FormField label="Layout">
        <RadioGroup
          value={choice.layout}
          items={[
            { value: "grid", label: "Grid", description: "Participants beside each other." },
            { value: "pip", label: "Picture in picture", description: "One inside another." },
          ]}
          onChange={({ detail }) => change({ layout: detail.value === "pip" ? "pip" : "grid" })}
        />
      </FormField>
      <Choice
        label="Encoder configuration"
        listed={encoders.data}
        value={choice.encoderArn}
        onChange={(encoderArn) => change({ encoderArn })}
      />
      <Choice
        label="Channel"
        description="It must be offline. A channel, a storage configuration, or both."
        listed={channels.data}
        value={choice.channelArn}
        onChange={(channelArn) => change({ channelArn })}
        optional
      />
      <Choice
        label="Storage configuration"
        listed={storage.data}
        value={choice.storageArn}
        onChange={(storageArn) => change({ storageArn })}
        optional
      />
      {choice.storageArn !== "" && (
        <>
          <FormField
            label="Segment length in seconds"
            description="Optional. Two seconds if left empty."
            errorText={segmentError(choice) ?? ""}
          >
            <Input
              value={choice.segmentSeconds}
              inputMode="numeric"
              onChange={({ detail }) => change({ segmentSeconds: detail.value })}
            />
          </FormField>
          <Checkbox
            checked={choice.thumbnails}
            onChange={({ detail }) => change({ thumbnails: detail.checked })}
          >
            Record a thumbnail each minute
          </Checkbox>
        </>
      )}
    </ModalForm>
  );
}

interface Named {
  readonly arn?: string | undefined;
  readonly name?: string | undefined;
}

const NONE: SelectProps.Option = { value: "", label: "None" };

function Choice(props: {
  readonly label: string;
  readonly description?: string;
  readonly listed: readonly Named[] | undefined;
  readonly value: string;
  readonly onChange: (arn: string) => void;
  readonly optional?: boolean;
}) {
  const { label, description, listed = [], value, onChange, optional = false } = props;
  const options: SelectProps.Option[] = [
    ...(optional ? [NONE] : []),
    ...listed.map((each) => ({ value: each.arn ?? "", label: ivsName(each) })),
  ];
  return (
    <FormField label={label} {...(description === undefined ? {} : { description })}>
      <Select
        options={options}
        placeholder={`Choose the ${label.toLowerCase()}`}
        empty="There is none in this Region"
        selectedOption={options.find((option) => option.value === value) ?? null}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
