import { TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-ivs";
import type { TagCalls } from "../../shared/arn-tags.tsx";

/** Changes the tags of a resource of IVS. */
export const IVS_TAGS: TagCalls = {
  tag: ({ ivs }, input) => ivs.send(new TagResourceCommand(input)),
  untag: ({ ivs }, input) => ivs.send(new UntagResourceCommand(input)),
};
