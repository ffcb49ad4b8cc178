import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FeedState } from "../../shared/feed-state.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { shownDate } from "../../shared/shown-values.ts";
import { useFeed } from "../../wire/use-feed.ts";
import { remedyFor } from "../simulator/remedy.ts";
import { type Decision, parseDecision } from "./decision.ts";

/** Every decision while this page is open, and why it came out as it did. */
export function DecisionLog({ accountId }: { readonly accountId: string }) {
  const feed = useFeed("/_rolecast/decisions", parseDecision);
  const [deniedOnly, setDeniedOnly] = useState(false);
  const [selected, setSelected] = useState<readonly Decision[]>([]);
  const shown = feed.items.filter(
    (decision) => decision.accountId === accountId && (!deniedOnly || decision.effect !== "ALLOW"),
  );
  const chosen = selected[0];
  return (
    <SpaceBetween size="l">
      <Toggle checked={deniedOnly} onChange={({ detail }) => setDeniedOnly(detail.checked)}>
        Denials only
      </Toggle>
      <ResourceTable
        plural="decisions"
        call={{ data: shown, error: undefined, loading: false, reload: () => {} }}
        idOf={({ id }) => id}
        selected={selected}
        onSelect={setSelected}
        actions={<FeedState state={feed.state} />}
        empty="Nothing was decided since this page was opened. Call something, from anywhere."
        columns={COLUMNS}
      />
      {chosen && <Details decision={chosen} />}
    </SpaceBetween>
  );
}

const COLUMNS = [
  { id: "time", header: "Time", cell: ({ at }: Decision) => shownDate(at) },
  { id: "effect", header: "Decision", cell: ({ effect }: Decision) => <Effect effect={effect} /> },
  { id: "action", header: "Action", isRowHeader: true, cell: ({ action }: Decision) => action },
  { id: "resource", header: "Resource", cell: ({ resource }: Decision) => resource },
  { id: "caller", header: "Caller", cell: ({ principalArn }: Decision) => principalArn },
];

function Effect({ effect }: { readonly effect: Decision["effect"] }) {
  switch (effect) {
    case "ALLOW":
      return <StatusIndicator>Allowed</StatusIndicator>;
    case "EXPLICIT_DENY":
      return <StatusIndicator type="error">Denied by a statement</StatusIndicator>;
    default:
      return <StatusIndicator type="stopped">Denied, nothing allows it</StatusIndicator>;
  }
}

function Details({ decision }: { readonly decision: Decision }) {
  const { id, action, resource, reason, effect, matched } = decision;
  const remedy = remedyFor({
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: DECISIONS[effect],
    MatchedStatements: matched.map(({ uri }) => ({ SourcePolicyId: uri })),
  });
  return (
    <Container header={<Header variant="h2">{action}</Header>}>
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={2}
          items={[
            { label: "Caller", value: decision.principalArn },
            { label: "Resource", value: resource },
            { label: "Reason", value: reason === "" ? "–" : reason },
            {
              label: "Policies and condition keys, for a day after a denial",
              value: <CopiedValue label="explain command" value={`rolecast explain ${id}`} />,
            },
          ]}
        />
        {matched.length === 0 && <Box>No statement of any policy matches.</Box>}
        {matched.map(({ uri, statements }) => (
          <Box key={uri}>
            <PolicyName uri={uri} />: {statements.join(", ")}
          </Box>
        ))}
        {remedy && (
          <div>
            <Box variant="h4">{remedy.sentence}</Box>
            {remedy.statement !== undefined && <pre className="document">{remedy.statement}</pre>}
          </div>
        )}
      </SpaceBetween>
    </Container>
  );
}

/** The simulator's words for the same. */
const DECISIONS = {
  ALLOW: "allowed",
  EXPLICIT_DENY: "explicitDeny",
  IMPLICIT_DENY: "implicitDeny",
} as const;

function PolicyName({ uri }: { readonly uri: string }) {
  if (!uri.startsWith("arn:aws:iam::")) return <>{uri}</>;
  return <PlaceLink to={placeOf("/iam/policies/:arn", { arn: uri })}>{uri}</PlaceLink>;
}
