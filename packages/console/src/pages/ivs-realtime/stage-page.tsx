import { GetStageCommand } from "@aws-sdk/client-ivs-realtime";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { goTo } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { CallState } from "../../shared/call-state.tsx";
import { Page } from "../../shared/page.tsx";
import { PageTabs } from "../../shared/page-tabs.tsx";
import { RemoveItems } from "../../shared/remove-items.tsx";
import { useCall } from "../../wire/use-call.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { JoinLink } from "./join-link-button.tsx";
import { realTimeOf } from "./real-time-calls.ts";
import { StageDetails } from "./stage-details.tsx";
import { StageLive } from "./stage-live.tsx";
import { StageSessions } from "./stage-sessions.tsx";
import { StageTokens } from "./stage-tokens.tsx";
import { STAGE_REMOVAL } from "./stages-page.tsx";

export function StagePage({ params }: PageProps) {
  const arn = params.arn ?? "";
  const [deleting, setDeleting] = useState(false);
  const got = useCall(`stage ${arn}`, (aws) => realTimeOf(aws).send(new GetStageCommand({ arn })));
  const stage = got.data?.stage;
  return (
    <Page
      title={ivsName({ arn, name: stage?.name })}
      actions={
        <Actions>
          <JoinLink stage={stage} />
          <Button disabled={!stage} onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </Actions>
      }
    >
      <CallState what="stage" call={got} />
      {stage && (
        <PageTabs
          tabs={[
            { id: "live", label: "Live", content: <StageLive stage={stage} /> },
            { id: "tokens", label: "Tokens", content: <StageTokens stageArn={arn} /> },
            { id: "sessions", label: "Sessions", content: <StageSessions stageArn={arn} /> },
            {
              id: "configuration",
              label: "Configuration",
              content: <StageDetails stage={stage} onChanged={got.reload} />,
            },
          ]}
        />
      )}
      {deleting && stage && (
        <RemoveItems
          removal={STAGE_REMOVAL}
          items={[stage]}
          plural="stages"
          onClose={() => setDeleting(false)}
          onDone={() => goTo("#/ivs-realtime/stages")}
        />
      )}
    </Page>
  );
}
