import {
  CreateRoomCommand,
  type GetRoomResponse,
  UpdateRoomCommand,
} from "@aws-sdk/client-ivschat";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { TagFields } from "../../shared/tag-fields.tsx";
import { type TagField, tagsOf } from "../../shared/tags.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { ivsChatOf, listLoggingConfigurations } from "./chat-calls.ts";
import { NEW_ROOM, type RoomSettings, roomInput, roomSettings } from "./room-facts.ts";

/** Makes or changes a chat room. */
export function RoomForm(props: {
  readonly room: GetRoomResponse | undefined;
  /** Gets the room's ARN. */
  readonly onSaved: (arn: string) => void;
  readonly onClose: () => void;
}) {
  const { room, onSaved, onClose } = props;
  const client = ivsChatOf(useAws());
  const [settings, setSettings] = useState<RoomSettings>(room ? roomSettings(room) : NEW_ROOM);
  const [tags, setTags] = useState<readonly TagField[]>([]);
  const change = (part: Partial<RoomSettings>) => setSettings({ ...settings, ...part });
  const save = async () => {
    const input = roomInput(settings);
    if (room) {
      await client.send(new UpdateRoomCommand({ identifier: room.arn, ...input }));
      return onSaved(room.arn ?? "");
    }
    const { arn = "" } = await client.send(
      new CreateRoomCommand({ ...input, ...(tags.length === 0 ? {} : { tags: tagsOf(tags) }) }),
    );
    onSaved(arn);
  };
  return (
    <ModalForm
      title={room ? "Edit chat room" : "Create chat room"}
      verb={room ? "Save" : "Create"}
      onSubmit={save}
      onClose={onClose}
    >
      <FormField label="Room name" description="Several rooms may have the same one.">
        <Input value={settings.name} onChange={({ detail }) => change({ name: detail.value })} />
      </FormField>
      <FormField label="Messages a second" description="Of all members together, 1 to 100.">
        <Input
          type="number"
          value={settings.messagesPerSecond}
          onChange={({ detail }) => change({ messagesPerSecond: detail.value })}
        />
      </FormField>
      <FormField label="Characters a message" description="1 to 500.">
        <Input
          type="number"
          value={settings.messageLength}
          onChange={({ detail }) => change({ messageLength: detail.value })}
        />
      </FormField>
      <FormField
        label="Message review handler"
        description="The ARN of a function in the setting chatReviewHandlers; or none."
      >
        <Input
          value={settings.handler}
          placeholder="arn:aws:lambda:us-east-1:000000000000:function:review"
          onChange={({ detail }) => change({ handler: detail.value })}
        />
      </FormField>
      {settings.handler !== "" && (
        <FormField label="When the handler fails">
          <RadioGroup
            value={settings.fallback}
            items={[
              { value: "ALLOW", label: "Allow the message" },
              { value: "DENY", label: "Deny the message" },
            ]}
            onChange={({ detail }) =>
              change({ fallback: detail.value === "DENY" ? "DENY" : "ALLOW" })
            }
          />
        </FormField>
      )}
      <LoggingChoice
        chosen={settings.loggingConfigurations}
        onChange={(loggingConfigurations) => change({ loggingConfigurations })}
      />
      {!room && (
        <FormField label="Tags">
          <TagFields tags={tags} onChange={setTags} />
        </FormField>
      )}
    </ModalForm>
  );
}

function LoggingChoice(props: {
  readonly chosen: readonly string[];
  readonly onChange: (arns: readonly string[]) => void;
}) {
  const { chosen, onChange } = props;
  const configurations = useCall("logging configurations", listLoggingConfigurations);
  const options = (configurations.data ?? []).map((each) => ({
    value: each.arn ?? "",
    label: ivsName(each),
  }));
  const known = new Map(options.map((option) => [option.value, option]));
  return (
    <FormField
      label="Logging configurations"
      description="Messages and events are written there; three at most."
      errorText={configurations.error === undefined ? "" : "They can't be listed."}
    >
      <Multiselect
        placeholder="Choose logging configurations"
        empty="There is none in this Region"
        options={options}
        selectedOptions={chosen.map((arn) => known.get(arn) ?? { value: arn, label: arn })}
        onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value = "" }) => value))}
      />
    </FormField>
  );
}
