import { GetPlaybackKeyPairCommand } from "@aws-sdk/client-ivs";
import type { PageProps } from "../../routing/page-route.ts";
import { useCall } from "../../wire/use-call.ts";
import { IvsResource } from "../ivs/ivs-resource.tsx";

/** One playback key; IVS has its public half, and shows that one's fingerprint. */
export function PlaybackKeyPage({ params }: PageProps) {
  const arn = params.arn ?? "";
  const call = useCall(
    `playback key ${arn}`,
    async ({ ivs }) => (await ivs.send(new GetPlaybackKeyPairCommand({ arn }))).keyPair,
  );
  return (
    <IvsResource
      arn={arn}
      kind="playback key"
      call={call}
      settings={({ fingerprint = "" }) => [{ label: "Fingerprint", value: fingerprint }]}
    />
  );
}
