import { TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-ivs-realtime";
import type { TagCalls } from "../../shared/arn-tags.tsx";
import { realTimeOf } from "./real-time-calls.ts";

/** Changes the tags of a resource of IVS Real-Time. */
export const REAL_TIME_TAGS: TagCalls = {
  tag: (aws, input) => realTimeOf(aws).send(new TagResourceCommand(input)),
  untag: (aws, input) => realTimeOf(aws).send(new UntagResourceCommand(input)),
};
