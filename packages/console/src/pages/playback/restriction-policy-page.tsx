import { GetPlaybackRestrictionPolicyCommand } from "@aws-sdk/client-ivs";
import type { PageProps } from "../../routing/page-route.ts";
import { useCall } from "../../wire/use-call.ts";
import { IvsResource } from "../ivs/ivs-resource.tsx";
import { RESTRICTIONS } from "./restriction-facts.ts";

/** One restriction policy: from where its channels may be watched. */
export function RestrictionPolicyPage({ params }: PageProps) {
  const arn = params.arn ?? "";
  const call = useCall(
    `restriction policy ${arn}`,
    async ({ ivs }) =>
      (await ivs.send(new GetPlaybackRestrictionPolicyCommand({ arn }))).playbackRestrictionPolicy,
  );
  return (
    <IvsResource
      arn={arn}
      kind="restriction policy"
      call={call}
      settings={(policy) =>
        RESTRICTIONS.map(({ label, shown }) => ({ label, value: shown(policy) }))
      }
      channels={{ filterByPlaybackRestrictionPolicyArn: arn }}
    />
  );
}
