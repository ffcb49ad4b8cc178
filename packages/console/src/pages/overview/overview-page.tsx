import type { RecordingConfigurationSummary } from "@aws-sdk/client-ivs";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense } from "react";
import { CallFailure } from "../../shared/call-failure.tsx";
import { Page } from "../../shared/page.tsx";
import { useSession } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { sourceOf } from "../recordings/recording-source.ts";
import type { RecordedStages } from "../recordings/stage-recordings.ts";
import { TestPictureButton } from "../test-picture/test-picture-button.tsx";
import { Checklist } from "./checklist.tsx";
import { checklistSteps } from "./checklist-steps.ts";
import { LatestDenials } from "./latest-denials.tsx";
import { ServerHealth } from "./server-health.tsx";

/** They need the SDK, which the page is shown without. */
const calls = () => import("./overview-calls.ts");

/** Loaded when there is something to show in them. */
const LatestRecordings = lazy(async () => ({
  default: (await import("./latest-recordings.tsx")).LatestRecordings,
}));
const LiveTiles = lazy(async () => ({ default: (await import("./live-tiles.tsx")).LiveTiles }));

const POLL_MS = 5_000;
/** For lists that change seldom, or take several calls to read. */
const SLOW_POLL_MS = 15_000;
const RECORDINGS_SHOWN = 4;
/** Recordings are looked for in as many buckets. */
const BUCKETS_LOOKED_AT = 3;
/** With more stages than this, whose folders are all looked at, recordings aren't refreshed. */
const POLLED_STAGES_MAX = 5;
const NOTHING: readonly never[] = [];
const NO_STAGES: RecordedStages = { stages: [], buckets: [] };

/** Shows what goes on in the account, and until something does, how to begin. */
export function OverviewPage() {
  const { region } = useSession();
  const channels = useCall("channels", async (aws) => (await calls()).listChannels(aws), {
    everyMs: POLL_MS,
  });
  const live = useCall("streams", async (aws) => (await calls()).listStreams(aws), {
    everyMs: POLL_MS,
  });
  const buckets = useCall("buckets", async (aws) => (await calls()).listBuckets(aws), {
    everyMs: SLOW_POLL_MS,
  });
  const configurations = useCall(
    "configurations",
    async (aws) => (await calls()).listRecordingConfigurations(aws),
    {
      everyMs: SLOW_POLL_MS,
    },
  );
  const staged = useCall("stages", async (aws) => (await calls()).readRecordedStages(aws), {
    everyMs: SLOW_POLL_MS,
  });
  const recordedTo = bucketsOf(configurations.data ?? NOTHING);
  const { stages, buckets: stagesBuckets } = staged.data ?? NO_STAGES;
  const stagedTo = { stages, buckets: stagesBuckets.slice(0, BUCKETS_LOOKED_AT) };
  const recordings = useCall(
    `latest recordings in ${[...recordedTo, "and", ...stagedTo.buckets].join(" ")}`,
    async (aws) => (await calls()).lastRecordings(aws, recordedTo, stagedTo, RECORDINGS_SHOWN),
    stages.length <= POLLED_STAGES_MAX ? { everyMs: SLOW_POLL_MS } : {},
  );
  const entries = recordings.data?.entries ?? NOTHING;
  const steps = checklistSteps({
    buckets: buckets.data?.length,
    configurations: configurations.data?.length,
    recordingChannels: channels.data?.filter((each) => each.recordingConfigurationArn).length,
    liveStreams: live.data?.length,
    recordings: recordings.data && configurations.data && entries.length,
  });
  const failed = [
    { title: "The channels can't be shown", call: channels },
    { title: "The live streams can't be shown", call: live },
    { title: "The buckets can't be counted", call: buckets },
    { title: "The recording configurations can't be shown", call: configurations },
    { title: "The stages can't be shown", call: staged },
    { title: "The recordings can't be shown", call: recordings },
  ].filter(({ call }) => call.error !== undefined);
  const isBegun = steps.every(({ state }) => state === "done");
  const isKnown = steps.every(({ state }) => state !== "unknown") || failed.length > 0;
  const sources =
    channels.data && staged.data && [...channels.data, ...staged.data.stages].map(sourceOf);
  return (
    <Page
      title="Overview"
      description={`Live channels in ${region}, what they record, and who was denied what.`}
      actions={isBegun && <TestPictureButton />}
    >
      {isKnown && !isBegun && <Checklist steps={steps} />}
      {failed.map(({ title, call }) => (
        <CallFailure key={title} title={title} error={call.error} onRetry={call.reload} />
      ))}
      {live.data !== undefined && live.data.length > 0 && (
        <Suspense fallback={<Spinner />}>
          <LiveTiles streams={live.data} channels={channels.data ?? NOTHING} />
        </Suspense>
      )}
      {entries.length > 0 && (
        <Suspense fallback={<Spinner />}>
          <LatestRecordings recordings={entries} sources={sources} />
        </Suspense>
      )}
      <ColumnLayout columns={2} minColumnWidth={320}>
        <LatestDenials />
        <ServerHealth />
      </ColumnLayout>
    </Page>
  );
}

function bucketsOf(configurations: readonly RecordingConfigurationSummary[]): readonly string[] {
  const names = configurations.flatMap(
    ({ destinationConfiguration }) => destinationConfiguration?.s3?.bucketName ?? [],
  );
  return [...new Set(names)].slice(0, BUCKETS_LOOKED_AT);
}
