import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Input from "@cloudscape-design/components/input";
import type { TagField } from "./tags.ts";

/** AWS's quota of tags on one resource. */
const TAGS_MAX = 50;

/** Rows of key and value. */
export function TagFields(props: {
  readonly tags: readonly TagField[];
  readonly onChange: (tags: readonly TagField[]) => void;
}) {
  const { tags, onChange } = props;
  const change = (index: number, tag: TagField) =>
    onChange(tags.map((known, at) => (at === index ? tag : known)));
  return (
    <AttributeEditor
      items={tags}
      addButtonText="Add tag"
      removeButtonText="Remove"
      empty="No tags."
      disableAddButton={tags.length >= TAGS_MAX}
      onAddButtonClick={() => onChange([...tags, { key: "", value: "" }])}
      onRemoveButtonClick={({ detail }) =>
        onChange(tags.filter((_, at) => at !== detail.itemIndex))
      }
      definition={[
        {
          label: "Key",
          control: (tag, index) => (
            <Input
              value={tag.key}
              ariaLabel={`Key of tag ${index + 1}`}
              onChange={({ detail }) => change(index, { ...tag, key: detail.value })}
            />
          ),
        },
        {
          label: "Value",
          control: (tag, index) => (
            <Input
              value={tag.value}
              ariaLabel={`Value of tag ${index + 1}`}
              onChange={({ detail }) => change(index, { ...tag, value: detail.value })}
            />
          ),
        },
      ]}
    />
  );
}
