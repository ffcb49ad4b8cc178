import type { AwsClients } from "../wire/aws-clients.ts";
import { tagsOf } from "./tags.ts";
import { TagsPanel } from "./tags-panel.tsx";

/** TagResource and UntagResource of a service that keeps tags by ARN. */
export interface TagCalls {
  readonly tag: (
    aws: AwsClients,
    input: { readonly resourceArn: string; readonly tags: Record<string, string> },
  ) => Promise<unknown>;
  readonly untag: (
    aws: AwsClients,
    input: { readonly resourceArn: string; readonly tagKeys: string[] },
  ) => Promise<unknown>;
}

/** The tags of a service's resource, and changing them. */
export function ArnTags(props: {
  readonly calls: TagCalls;
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly onChanged: () => void;
}) {
  const { calls, arn: resourceArn, tags = {}, onChanged } = props;
  return (
    <TagsPanel
      tags={tags}
      put={(aws, changed) => calls.tag(aws, { resourceArn, tags: tagsOf(changed) })}
      remove={(aws, tagKeys) => calls.untag(aws, { resourceArn, tagKeys })}
      onChanged={onChanged}
    />
  );
}
