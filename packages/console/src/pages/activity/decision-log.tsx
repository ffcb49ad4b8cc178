import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { timeColumn } from "../../shared/columns.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { FeedState } from "../../shared/feed-state.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { WhyLink } from "../../shared/why.tsx";
import { useFeed } from "../../wire/use-feed.ts";
import { CalledBy } from "./called-by.tsx";
import { callerName, type Decision, parseDecision } from "./decision.ts";
import { DecisionEffect } from "./decision-effect.tsx";
import { LayersPicture } from "./layers-picture.tsx";
import { PolicyName } from "./policy-name.tsx";
import { Reasons } from "./reasons.tsx";

/** The latest denials and every decision while this page is open, and why it came out as it did. */
export function DecisionLog() {
  const feed = useFeed("/_rolecast/decisions", parseDecision, RETOLD);
  const [deniedOnly, setDeniedOnly] = useState(false);
  const [withConsole, setWithConsole] = useState(false);
  const shown = feed.items.filter(
    ({ effect, isConsole }) => (!deniedOnly || effect !== "ALLOW") && (withConsole || !isConsole),
  );
  return (
    <SpaceBetween size="l">
      <SpaceBetween size="l" direction="horizontal">
        <Toggle checked={deniedOnly} onChange={({ detail }) => setDeniedOnly(detail.checked)}>
          Denials only
        </Toggle>
        <Toggle checked={withConsole} onChange={({ detail }) => setWithConsole(detail.checked)}>
          The console's own requests too
        </Toggle>
      </SpaceBetween>
      <ResourceTable
        plural="decisions"
        call={{ data: shown, error: undefined, loading: false, reload: () => {} }}
        idOf={idOf}
        actions={<FeedState feed={feed} />}
        empty="Nothing was denied lately. Call something, from anywhere: every decision appears here."
        columns={COLUMNS}
        details={(decision) => <Details decision={decision} />}
      />
    </SpaceBetween>
  );
}

function idOf({ id }: Decision): string {
  return id;
}

/** A client that connects again gets the latest denials again. */
const RETOLD = { idOf, timeOf: ({ at }: Decision) => at };

/** The decision comes first, so that a telephone shows it; what doesn't fit is scrolled to. */
const COLUMNS = [
  {
    id: "effect",
    header: "Decision",
    value: ({ effect }: Decision) => effect,
    cell: ({ id, effect }: Decision) => (
      <span className="narrow-cell">
        <DecisionEffect effect={effect} /> {effect !== "ALLOW" && <WhyLink id={id} />}
      </span>
    ),
  },
  {
    id: "action",
    header: "Action",
    isRowHeader: true,
    value: ({ action }: Decision) => action,
    cell: ({ action, principalArn }: Decision) => (
      <CalledBy name={action} caller={callerName(principalArn)} />
    ),
  },
  {
    id: "caller",
    header: "Caller",
    value: ({ principalArn }: Decision) => principalArn,
    cell: ({ principalArn }: Decision) => (
      <span className="narrow-cell" title={principalArn}>
        {callerName(principalArn)}
      </span>
    ),
  },
  timeColumn(({ at }: Decision) => at),
  { id: "resource", header: "Resource", value: ({ resource }: Decision) => resource },
];

function Details({ decision }: { readonly decision: Decision }) {
  const { id, action, resource, reason, matched, obstacles, layers } = decision;
  return (
    <Container header={<Header variant="h2">{action}</Header>}>
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={2}
          minColumnWidth={FACT_WIDTH_MIN}
          items={[
            { label: "Caller", value: decision.principalArn },
            { label: "Resource", value: resource },
            { label: "Reason", value: reason === "" ? "–" : reason },
            {
              label: "Policies and condition keys, for a day after a denial",
              value: (
                <PlaceLink to={placeOf("/authorization-details/:id", { id })}>
                  Authorization details
                </PlaceLink>
              ),
            },
          ]}
        />
        <LayersPicture layers={layers} />
        {matched.length === 0 && <Box>No statement of any policy matches.</Box>}
        {matched.map(({ uri, statements }) => (
          <Box key={uri}>
            <PolicyName uri={uri} />: {statements.join(", ")}
          </Box>
        ))}
        <Reasons id={id} action={action} resource={resource} obstacles={obstacles} />
      </SpaceBetween>
    </Container>
  );
}
