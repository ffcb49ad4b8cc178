import { TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-ivschat";
import { tagsOf } from "../../shared/tags.ts";
import { TagsPanel } from "../../shared/tags-panel.tsx";
import { ivsChatOf } from "./chat-calls.ts";

/** The tags of a resource of IVS Chat. */
export function ChatTags(props: {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly onChanged: () => void;
}) {
  const { arn: resourceArn, tags = {}, onChanged } = props;
  return (
    <TagsPanel
      tags={tags}
      put={(aws, changed) =>
        ivsChatOf(aws).send(new TagResourceCommand({ resourceArn, tags: tagsOf(changed) }))
      }
      remove={(aws, tagKeys) =>
        ivsChatOf(aws).send(new UntagResourceCommand({ resourceArn, tagKeys }))
      }
      onChanged={onChanged}
    />
  );
}
