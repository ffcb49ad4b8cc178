import { TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-ivschat";
import type { TagCalls } from "../../shared/arn-tags.tsx";
import { ivsChatOf } from "./chat-calls.ts";

/** Changes the tags of a resource of IVS Chat. */
export const CHAT_TAGS: TagCalls = {
  tag: (aws, input) => ivsChatOf(aws).send(new TagResourceCommand(input)),
  untag: (aws, input) => ivsChatOf(aws).send(new UntagResourceCommand(input)),
};
