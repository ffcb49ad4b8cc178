import type { Channel } from "@aws-sdk/client-ivs";
import Button from "@cloudscape-design/components/button";
import { Actions } from "../../shared/actions.tsx";
import { recordChannel } from "./stage.ts";
import { useTestPicture } from "./use-test-picture.ts";

/** Streams a test picture to a channel; one that doesn't record may be made to. */
export function ChannelTestPicture(props: {
  readonly channel: Channel;
  readonly onStarted: () => void;
  /** The channel has a recording configuration now. */
  readonly onChanged: () => void;
}) {
  const { channel, onStarted, onChanged } = props;
  const { arn = "", recordingConfigurationArn } = channel;
  const picture = useTestPicture(async () => arn, onStarted);
  const recorded = useTestPicture(async (aws, report) => {
    await recordChannel(aws, arn, report);
    onChanged();
    return arn;
  }, onStarted);
  const running = picture.running || recorded.running;
  return (
    <Actions>
      <Button loading={picture.running} disabled={running} onClick={() => picture.run()}>
        Stream a test picture
      </Button>
      {!recordingConfigurationArn && (
        <Button loading={recorded.running} disabled={running} onClick={() => recorded.run()}>
          {recorded.step ?? "Stream and record one"}
        </Button>
      )}
    </Actions>
  );
}
