import { CreateEncoderConfigurationCommand } from "@aws-sdk/client-ivs-realtime";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { realTimeOf } from "./real-time-calls.ts";

/** IVS's defaults. Source: IVS Real-Time API Reference, Video. */
const VIDEO = { width: "1280", height: "720", framerate: "30", kilobits: "2500" };

const FIELDS: readonly (readonly [keyof typeof VIDEO, string])[] = [
  ["width", "Width"],
  ["height", "Height"],
  ["framerate", "Frames a second"],
  ["kilobits", "Kilobits a second"],
];

/** Makes an encoder configuration. */
export function EncoderConfigurationForm(props: {
  readonly onCreated: () => void;
  readonly onClose: () => void;
}) {
  const { onCreated, onClose } = props;
  const client = realTimeOf(useAws());
  const [name, setName] = useState("");
  const [video, setVideo] = useState(VIDEO);
  const create = async () => {
    const { width, height, framerate, kilobits } = video;
    await client.send(
      new CreateEncoderConfigurationCommand({
        name,
        video: {
          width: Number(width),
          height: Number(height),
          framerate: Number(framerate),
          bitrate: Number(kilobits) * 1_000,
        },
      }),
    );
    onCreated();
  };
  return (
    <ModalForm
      title="Create encoder configuration"
      verb="Create"
      onSubmit={create}
      onClose={onClose}
    >
      <FormField label="Configuration name">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <ColumnLayout columns={2}>
        {FIELDS.map(([field, label]) => (
          <FormField key={field} label={label}>
            <Input
              type="number"
              value={video[field]}
              onChange={({ detail }) => setVideo({ ...video, [field]: detail.value })}
            />
          </FormField>
        ))}
      </ColumnLayout>
    </ModalForm>
  );
}
