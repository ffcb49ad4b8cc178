import { DeleteChannelCommand } from "@aws-sdk/client-ivs";
import type { Removal } from "../../shared/remove-items.tsx";
import { ivsName } from "./ivs-name.ts";

/** How channels are deleted. */
export const CHANNEL_REMOVAL: Removal<{
  readonly arn: string;
  readonly channel: { readonly name?: string | undefined };
}> = {
  one: "channel",
  nameOf: ({ arn, channel }) => ivsName({ arn, name: channel.name }),
  consequences: "Stream keys and sessions go along. Recordings stay in their bucket.",
  remove: async ({ ivs }, { arn }) => {
    await ivs.send(new DeleteChannelCommand({ arn }));
  },
};
