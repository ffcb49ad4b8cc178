import { TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-ivs-realtime";
import { tagsOf } from "../../shared/tags.ts";
import { TagsPanel } from "../../shared/tags-panel.tsx";
import { realTimeOf } from "./real-time-calls.ts";

/** The tags of a resource of IVS Real-Time. */
export function RealTimeTags(props: {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly onChanged: () => void;
}) {
  const { arn: resourceArn, tags = {}, onChanged } = props;
  return (
    <TagsPanel
      tags={tags}
      put={(aws, changed) =>
        realTimeOf(aws).send(new TagResourceCommand({ resourceArn, tags: tagsOf(changed) }))
      }
      remove={(aws, tagKeys) =>
        realTimeOf(aws).send(new UntagResourceCommand({ resourceArn, tagKeys }))
      }
      onChanged={onChanged}
    />
  );
}
