import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useId, useState } from "react";
import type { AwsClients } from "../wire/aws-clients.ts";
import { Actions } from "./actions.tsx";
import { EnterForm } from "./enter-form.tsx";
import { FACT_WIDTH_MIN } from "./fact-width.ts";
import { TagFields } from "./tag-fields.tsx";
import { type TagField, tagChanges } from "./tags.ts";
import { useAction } from "./use-action.ts";

/** A resource's tags, and changing them: what is new is put, what is gone is removed. */
export function TagsPanel(props: {
  readonly tags: Readonly<Record<string, string>>;
  readonly put: (aws: AwsClients, tags: readonly TagField[]) => Promise<unknown>;
  readonly remove: (aws: AwsClients, keys: string[]) => Promise<unknown>;
  readonly onChanged: () => void;
  readonly locked?: boolean;
}) {
  const { tags, put, remove, onChanged, locked = false } = props;
  const id = useId();
  const [fields, setFields] = useState<readonly TagField[]>();
  const save = useAction("The tags weren't saved", async (aws) => {
    const changes = tagChanges(tags, fields ?? []);
    if (changes.put.length > 0) await put(aws, changes.put);
    if (changes.remove.length > 0) await remove(aws, [...changes.remove]);
    setFields(undefined);
    onChanged();
    return "The tags are saved.";
  });
  const entries = Object.entries(tags);
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${entries.length})`}
          actions={
            fields ? (
              <Actions>
                <Button variant="link" formAction="none" onClick={() => setFields(undefined)}>
                  Cancel
                </Button>
                <Button variant="primary" form={id} loading={save.running}>
                  Save tags
                </Button>
              </Actions>
            ) : (
              <Button
                disabled={locked}
                onClick={() => setFields(entries.map(([key, value]) => ({ key, value })))}
              >
                Edit tags
              </Button>
            )
          }
        >
          Tags
        </Header>
      }
    >
      <SpaceBetween size="s">
        {fields ? (
          <EnterForm id={id} onSubmit={() => save.run()}>
            <TagFields tags={fields} onChange={setFields} />
          </EnterForm>
        ) : entries.length === 0 ? (
          "No tags. Policies can allow or deny by tag: aws:ResourceTag/…"
        ) : (
          <KeyValuePairs
            columns={3}
            minColumnWidth={FACT_WIDTH_MIN}
            items={entries.map(([label, value]) => ({ label, value: value || "–" }))}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}
