import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import type { PageProps } from "../../routing/page-route.ts";
import { CallState } from "../../shared/call-state.tsx";
import { commandLine } from "../../shared/command-line.ts";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { Moment } from "../../shared/moment.tsx";
import { Page } from "../../shared/page.tsx";
import {
  type AuthorizationDetails,
  authorizationDetails,
  type Evaluation,
  type InvolvedPolicy,
} from "../../wire/authorization-details.ts";
import { useCall } from "../../wire/use-call.ts";
import { DecisionEffect } from "./decision-effect.tsx";
import { LayersPicture } from "./layers-picture.tsx";
import { PolicyName } from "./policy-name.tsx";
import { Reasons } from "./reasons.tsx";

/**
 * Why one request was refused: who asked for what, which statements had a say, with which condition
 * keys.
 */
export function AuthorizationDetailsPage({ params }: PageProps) {
  const id = params.id ?? "";
  const details = useCall(`authorization ${id}`, (aws) => authorizationDetails(aws, id));
  return (
    <Page
      title="Authorization details"
      description="What decided about a request. A denial's details are kept for 24 hours."
    >
      <CallState what="details" call={details} />
      {details.data && <Request id={id} details={details.data} />}
      {details.data?.evaluations.map((evaluation) => (
        <Decided
          key={`${evaluation.action} ${evaluation.resource}`}
          id={id}
          evaluation={evaluation}
          policies={details.data?.policies ?? []}
        />
      ))}
    </Page>
  );
}

function Request({ id, details }: { readonly id: string; readonly details: AuthorizationDetails }) {
  const { principal, time, reason, service, operation, region } = details.requestContext;
  return (
    <Container header={<Header variant="h2">Request</Header>}>
      <KeyValuePairs
        columns={2}
        minColumnWidth={FACT_WIDTH_MIN}
        items={[
          { label: "Caller", value: principal },
          { label: "Time", value: <Moment at={time === undefined ? undefined : new Date(time)} /> },
          { label: "Operation", value: `${service}:${operation} in ${region}` },
          { label: "Reason", value: reason === "" ? "–" : reason },
          {
            label: "In a shell",
            value: <CopiedValue label="explain command" value={commandLine("explain", id)} />,
          },
        ]}
      />
    </Container>
  );
}

function Decided(props: {
  readonly id: string;
  readonly evaluation: Evaluation;
  readonly policies: readonly InvolvedPolicy[];
}) {
  const { id, evaluation, policies } = props;
  const { action, resource, evaluatedEffect, matchedPolicies, context, obstacles } = evaluation;
  const statementsOf = (uri: string) =>
    matchedPolicies
      .find((policy) => policy.uri === uri)
      ?.matchedStatements.map(({ sid, evaluatedEffect: effect }) => `${sid}: ${effect}`)
      .join(", ");
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{action}</Header>}>
        <SpaceBetween size="m">
          <KeyValuePairs
            columns={2}
            minColumnWidth={FACT_WIDTH_MIN}
            items={[
              { label: "Resource", value: resource },
              { label: "Decision", value: <DecisionEffect effect={evaluatedEffect} /> },
            ]}
          />
          <LayersPicture layers={evaluation.layers ?? []} />
          <Reasons id={id} action={action} resource={resource} obstacles={obstacles ?? []} />
        </SpaceBetween>
      </Container>
      <Table
        header={<Header variant="h2">Policies evaluated</Header>}
        items={policies}
        empty={<Box textAlign="center">No policy: nothing was there to allow it.</Box>}
        columnDefinitions={[
          {
            id: "policy",
            header: "Policy",
            isRowHeader: true,
            cell: ({ uri }) => <PolicyName uri={uri} />,
          },
          { id: "type", header: "Kind", cell: ({ type }) => type },
          { id: "on", header: "Attached to", cell: ({ attachedTo }) => attachedName(attachedTo) },
          {
            id: "statements",
            header: "Statements that apply",
            cell: ({ uri }) => statementsOf(uri) ?? "none",
          },
        ]}
      />
      <Table
        header={<Header variant="h2">Condition keys</Header>}
        items={Object.entries(context)}
        empty={<Box textAlign="center">None.</Box>}
        columnDefinitions={[
          { id: "key", header: "Key", isRowHeader: true, cell: ([key]) => key },
          { id: "values", header: "Values", cell: ([, values]) => values.join(", ") },
        ]}
      />
    </SpaceBetween>
  );
}

/** "via group editors", for what a user has through a group. */
function attachedName(attachedTo: InvolvedPolicy["attachedTo"]): string {
  const group = /:group\/(?:.*\/)?([^/]+)$/.exec(attachedTo?.arn ?? "")?.[1];
  return group === undefined ? (attachedTo?.arn ?? "–") : `via group ${group}`;
}
