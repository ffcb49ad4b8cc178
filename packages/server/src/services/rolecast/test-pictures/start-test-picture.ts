import type { GetStreamKeyCommandOutput, ListStreamKeysCommandOutput } from "@aws-sdk/client-ivs";
import { AwsError } from "../../../kernel/aws-error.ts";
import { NO_PERMISSION_NEEDED, type OperationHandler } from "../../../kernel/operations.ts";
import type { TestPictures } from "./test-pictures.ts";

/** The name under which IVS sees these reads in `aws:CalledVia` and in CloudTrail's records. */
const INVOKED_BY = "rolecast.amazonaws.com";

interface StartInput {
  readonly ChannelArn: string;
}

/**
 * Streams a test picture to a channel. The caller needs no permission of Rolecast's own: whoever
 * may read the channel's stream key could stream to it anyway, and IVS decides on that.
 */
export function startTestPicture(pictures: TestPictures): OperationHandler<StartInput, object> {
  return {
    authorize: () => NO_PERMISSION_NEEDED,
    async handle({ ChannelArn: channelArn }, context) {
      const region = channelArn.split(":")[3] || context.region;
      const as = { invokedBy: INVOKED_BY, region };
      const keys = { channelArn, maxResults: 1 };
      const { streamKeys: [first] = [] } = await context.forward<ListStreamKeysCommandOutput>(
        "ivs",
        "ListStreamKeys",
        keys,
        as,
      );
      if (!first) {
        const message = `Channel ${channelArn} has no stream key: create one.`;
        throw new AwsError("ResourceNotFoundException", message, { status: 404 });
      }
      const { streamKey } = await context.forward<GetStreamKeyCommandOutput>(
        "ivs",
        "GetStreamKey",
        { arn: first.arn },
        as,
      );
      await pictures.start(channelArn, streamKey?.value ?? "");
      return {};
    },
  };
}
