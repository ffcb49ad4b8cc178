import { GetAdConfigurationCommand } from "@aws-sdk/client-ivs";
import type { PageProps } from "../../routing/page-route.ts";
import { useCall } from "../../wire/use-call.ts";
import { playbackArns, shownPostRoll } from "./ad-facts.ts";
import { IvsResource } from "./ivs-resource.tsx";

/** One ad configuration: what fills the breaks, and of which channels. */
export function AdConfigurationPage({ params }: PageProps) {
  const arn = params.arn ?? "";
  const call = useCall(
    `ad configuration ${arn}`,
    async ({ ivs }) => (await ivs.send(new GetAdConfigurationCommand({ arn }))).adConfiguration,
  );
  return (
    <IvsResource
      arn={arn}
      kind="ad configuration"
      call={call}
      settings={(ads) => [
        { label: "Playback configurations", value: playbackArns(ads).join(", ") },
        { label: "Post-roll", value: shownPostRoll(ads) },
      ]}
      channels={{ filterByAdConfigurationArn: arn }}
    />
  );
}
