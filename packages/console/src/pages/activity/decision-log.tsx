import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { FeedState } from "../../shared/feed-state.tsx";
import { pretty } from "../../shared/pretty-json.ts";
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
  const { id, action, resource, reason, effect, policies, context } = decision;
  const deciding = policies.filter(({ matched }) => matched.length > 0);
  const remedy = remedyFor({
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision:
      effect === "ALLOW" ? "allowed" : effect === "EXPLICIT_DENY" ? "explicitDeny" : "implicitDeny",
    MatchedStatements: deciding.map(({ uri }) => ({ SourcePolicyId: uri })),
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
            { label: "Authorization ID", value: id },
          ]}
        />
        {deciding.length === 0 && <Box>No statement of any policy matches.</Box>}
        {policies.map((policy) => (
          <ExpandableSection
            key={policy.uri}
            headerText={`${policy.type} ${policy.uri}`}
            headerDescription={
              policy.matched.length === 0 ? "Nothing in it matches." : policy.matched.join("; ")
            }
          >
            <pre className="document">{pretty(policy.document)}</pre>
          </ExpandableSection>
        ))}
        {remedy && (
          <div>
            <Box variant="h4">{remedy.sentence}</Box>
            {remedy.statement !== undefined && <pre className="document">{remedy.statement}</pre>}
          </div>
        )}
        <ExpandableSection headerText="Condition keys of the request">
          <KeyValuePairs
            columns={3}
            items={context.map(([label, value]) => ({ label, value: value === "" ? "–" : value }))}
          />
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  );
}
