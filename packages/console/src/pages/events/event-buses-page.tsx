import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  type EventBus,
} from "@aws-sdk/client-eventbridge";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { nameColumn } from "../../shared/columns.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { type FormProps, ListPage } from "../../shared/list-page.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import type { Removal } from "../../shared/remove-items.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { busPages, eventsOf } from "./event-calls.ts";

export function EventBusesPage() {
  return (
    <ListPage
      title="Event buses"
      description="Services and applications send events to a bus; its rules send them on."
      plural="event buses"
      pages={busPages}
      idOf={({ Name = "" }) => Name}
      removal={REMOVAL}
      columns={COLUMNS}
      none={["No event buses", "Services send their events to the bus default."]}
      create={{ button: "Create event bus", form: (props) => <CreateBus {...props} /> }}
    />
  );
}

const COLUMNS: readonly Column<EventBus>[] = [
  nameColumn<EventBus>(
    ({ Name = "" }) => Name,
    ({ Name = "" }) => placeOf("/events/buses/:name", { name: Name }),
  ),
  {
    id: "policy",
    header: "Open to others",
    value: ({ Policy }) => (Policy ? "By its policy" : "No"),
  },
  {
    id: "description",
    header: "Description",
    value: ({ Description }) => Description || undefined,
  },
  { id: "created", header: "Created", value: ({ CreationTime }) => CreationTime },
];

const REMOVAL: Removal<EventBus> = {
  one: "event bus",
  nameOf: ({ Name = "" }) => Name,
  consequences: "Its rules must be deleted first. Events sent to it are lost.",
  remove: async (aws, { Name }) => {
    await eventsOf(aws).send(new DeleteEventBusCommand({ Name }));
  },
};

function CreateBus({ onClose, onCreated }: FormProps) {
  const aws = useAws();
  const [name, setName] = useState("");
  return (
    <ModalForm
      title="Create event bus"
      verb="Create"
      disabled={name === ""}
      onClose={onClose}
      onSubmit={async () => {
        await eventsOf(aws).send(new CreateEventBusCommand({ Name: name }));
        onCreated();
      }}
    >
      <FormField label="Name" description="Letters, digits, dots, hyphens and underscores.">
        <Input value={name} spellcheck={false} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
    </ModalForm>
  );
}
