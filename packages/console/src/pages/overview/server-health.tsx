import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { CallFailure } from "../../shared/call-failure.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { useCall } from "../../wire/use-call.ts";
import { healthFacts } from "./health-facts.ts";

const POLL_MS = 10_000;

/** The server's health; from another machine only what its owner shows to everybody. */
export function ServerHealth() {
  const health = useCall("health", readHealth, { everyMs: POLL_MS });
  return (
    <Container header={<Header variant="h2">Health</Header>}>
      {health.error !== undefined && (
        <CallFailure title="No health" error={health.error} onRetry={health.reload} />
      )}
      <KeyValuePairs
        columns={2}
        minColumnWidth={FACT_WIDTH_MIN}
        items={healthFacts(health.data).map(({ label, text, type }) => ({
          label,
          value: (
            <span className="health">
              <StatusIndicator type={type}>{text}</StatusIndicator>
            </span>
          ),
        }))}
      />
    </Container>
  );
}

/** Unsigned: an unhealthy server says so with another status, and as much. */
async function readHealth(): Promise<unknown> {
  return (await fetch("/_rolecast/health")).json();
}
