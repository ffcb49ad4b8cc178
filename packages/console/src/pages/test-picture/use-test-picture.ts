import { useState } from "react";
import { useAction } from "../../shared/use-action.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { postSigned } from "../../wire/fetch-signed.ts";

/** Makes a channel ready, and returns its ARN. */
export type Prepare = (aws: AwsClients, report: (sentence: string) => void) => Promise<string>;

/** The server streams a test picture to the channel that `prepare` makes ready. */
export function useTestPicture(prepare: Prepare, onStarted: (channelArn: string) => void) {
  const [step, setStep] = useState<string>();
  const action = useAction("The test picture isn't streamed", async (aws) => {
    try {
      const ChannelArn = await prepare(aws, setStep);
      setStep("Starting the test picture");
      await postSigned(aws, "/_rolecast/test-pictures", { ChannelArn });
      onStarted(ChannelArn);
      return "A test picture is streaming. “Stop stream” ends it, and so does an hour.";
    } finally {
      setStep(undefined);
    }
  });
  return { ...action, step };
}
