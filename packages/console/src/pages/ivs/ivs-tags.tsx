import { TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-ivs";
import { tagsOf } from "../../shared/tags.ts";
import { TagsPanel } from "../../shared/tags-panel.tsx";

/** The tags of a resource of IVS. */
export function IvsTags(props: {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly onChanged: () => void;
}) {
  const { arn: resourceArn, tags = {}, onChanged } = props;
  return (
    <TagsPanel
      tags={tags}
      put={({ ivs }, changed) =>
        ivs.send(new TagResourceCommand({ resourceArn, tags: tagsOf(changed) }))
      }
      remove={({ ivs }, tagKeys) => ivs.send(new UntagResourceCommand({ resourceArn, tagKeys }))}
      onChanged={onChanged}
    />
  );
}
