import {
  paginateListResourceTags,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-kms";
import { CallState } from "../../shared/call-state.tsx";
import { TagsPanel } from "../../shared/tags-panel.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useCall } from "../../wire/use-call.ts";
import { kmsOf } from "./key-calls.ts";

export function KeyTags({ keyId: KeyId }: { readonly keyId: string }) {
  const tags = useCall(`tags of key ${KeyId}`, (aws) =>
    allPages(paginateListResourceTags({ client: kmsOf(aws) }, { KeyId }), (page) => page.Tags),
  );
  if (!tags.data) return <CallState what="tags" call={tags} />;
  return (
    <TagsPanel
      tags={Object.fromEntries(
        tags.data.map(({ TagKey = "", TagValue = "" }) => [TagKey, TagValue]),
      )}
      put={(aws, changed) => {
        const Tags = changed.map(({ key, value }) => ({ TagKey: key, TagValue: value }));
        return kmsOf(aws).send(new TagResourceCommand({ KeyId, Tags }));
      }}
      remove={(aws, TagKeys) => kmsOf(aws).send(new UntagResourceCommand({ KeyId, TagKeys }))}
      onChanged={tags.reload}
    />
  );
}
