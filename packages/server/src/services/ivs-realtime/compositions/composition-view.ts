import type * as realTime from "@aws-sdk/client-ivs-realtime";
import { readTags } from "../../../kernel/tagged-resources/tags.ts";
import { arnOf } from "../resource-arn.ts";
import { destinationsOf, recordingPrefix, type StoredDestination } from "../rows/compositions.ts";
import type { CompositionRow } from "../tables.ts";

export function compositionView(row: CompositionRow): realTime.Composition {
  const layout: realTime.LayoutConfiguration = JSON.parse(row.layout);
  const destinations = destinationsOf(row).map((destination) => ({
    ...destinationSummary(destination),
    configuration: destination.configuration,
    ...(destination.configuration.s3 && {
      detail: { s3: { recordingPrefix: recordingPrefix(row.stage_arn, row.id, destination.id) } },
    }),
  }));
  return { ...compositionSummary(row), layout, destinations };
}

export function compositionSummary(row: CompositionRow): realTime.CompositionSummary {
  return {
    arn: arnOf("composition", row),
    stageArn: row.stage_arn,
    state: row.state,
    destinations: destinationsOf(row).map(destinationSummary),
    tags: readTags(row.tags),
    startTime: new Date(row.created_at_ms),
    ...(row.ended_at_ms === null ? {} : { endTime: new Date(row.ended_at_ms) }),
  };
}

function destinationSummary(destination: StoredDestination): realTime.DestinationSummary {
  const { id, state, startedAtMs, endedAtMs } = destination;
  return {
    ...{ id, state },
    ...(startedAtMs === undefined ? {} : { startTime: new Date(startedAtMs) }),
    ...(endedAtMs === undefined ? {} : { endTime: new Date(endedAtMs) }),
  };
}
