import {
  type Channel,
  GetStreamKeyCommand,
  type IvsClient,
  paginateListStreamKeys,
} from "@aws-sdk/client-ivs";
import Button from "@cloudscape-design/components/button";
import { useEffect, useRef } from "react";
import { useAction } from "../../shared/use-action.ts";
import { type Broadcast, publishCamera } from "./publish-camera.ts";

/** Publishes this browser's camera and microphone to a channel, as long as the page is open. */
export function BrowserBroadcast(props: {
  readonly channel: Channel;
  readonly isLive: boolean;
  readonly onStarted: () => void;
}) {
  const { channel, isLive, onStarted } = props;
  const broadcast = useRef<Broadcast>(undefined);
  useEffect(() => () => broadcast.current?.stop(), []);
  const start = useAction("The browser can't broadcast", async ({ ivs }) => {
    const streamKey = await streamKeyOf(ivs, channel.arn ?? "");
    broadcast.current?.stop();
    broadcast.current = await publishCamera(streamKey);
    onStarted();
    return "This browser is broadcasting. It ends when you stop it, or leave the page.";
  });
  const stop = useAction("The broadcast wasn't stopped", async () => {
    broadcast.current?.stop();
    broadcast.current = undefined;
    onStarted();
    return "The broadcast is over.";
  });
  if (isLive) {
    return broadcast.current === undefined ? undefined : (
      <Button loading={stop.running} onClick={() => stop.run()}>
        Stop this browser's broadcast
      </Button>
    );
  }
  return (
    <Button iconName="video-on" loading={start.running} onClick={() => start.run()}>
      Broadcast from this browser
    </Button>
  );
}

async function streamKeyOf(ivs: IvsClient, channelArn: string): Promise<string> {
  for await (const { streamKeys = [] } of paginateListStreamKeys({ client: ivs }, { channelArn })) {
    const arn = streamKeys[0]?.arn;
    if (arn !== undefined) {
      const { streamKey } = await ivs.send(new GetStreamKeyCommand({ arn }));
      return streamKey?.value ?? "";
    }
  }
  throw new Error("The channel has no stream key: create one below.");
}
