import type { EvaluationResult, Statement } from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { CallFailure } from "../../shared/call-failure.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { PlaceLink } from "../../shared/place-link.tsx";
import { Proposal } from "../../shared/proposal.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { Sentences } from "../../shared/why.tsx";
import type { ExplainedAction } from "../../wire/explain-simulation.ts";
import { useCall } from "../../wire/use-call.ts";
import { excerpt } from "./excerpt.ts";
import {
  type MatchedPolicies,
  type MatchedPolicy,
  matchedPolicy,
  NO_POLICIES,
  readMatchedPolicies,
} from "./matched-policies.ts";

/**
 * The answers as a table; the one that is chosen says which statements matched, and what would
 * change it.
 */
export function SimulationResults(props: {
  readonly results: readonly EvaluationResult[];
  /** The policy's text, when it is the one that was typed: matched statements are shown of it. */
  readonly policy: string | undefined;
  readonly explained: readonly ExplainedAction[];
  /** The user, group or role whose policies decided; undefined: those of the question did. */
  readonly principal: string | undefined;
}) {
  const { results, policy, principal } = props;
  const named = useCall(`policies of ${principal ?? "the question"}`, async (aws) =>
    principal === undefined ? NO_POLICIES : readMatchedPolicies(aws, principal),
  );
  const policies = named.data ?? NO_POLICIES;
  const denialsOf = ({ EvalActionName }: EvaluationResult) =>
    props.explained.find(({ action }) => action === EvalActionName)?.denials ?? [];
  const details = (result: EvaluationResult) => (
    <Container header={<Header variant="h2">{result.EvalActionName}</Header>}>
      <Answer result={result} denials={denialsOf(result)} policy={policy} policies={policies} />
    </Container>
  );
  const [only] = results;
  return (
    <SpaceBetween size="l">
      {named.error !== undefined && (
        <CallFailure
          title="The policies' pages aren't known"
          error={named.error}
          onRetry={named.reload}
        />
      )}
      <ResourceTable
        plural="answers"
        call={{ data: results, error: undefined, loading: false, reload: () => {} }}
        idOf={answerName}
        columns={columnsOf(policies)}
        empty="Nothing was asked."
        {...(results.length > 1 ? { details } : {})}
      />
      {results.length === 1 && only && details(only)}
    </SpaceBetween>
  );
}

function answerName({ EvalActionName, EvalResourceName }: EvaluationResult): string {
  return `${EvalActionName} on ${EvalResourceName}`;
}

function columnsOf(policies: MatchedPolicies): readonly Column<EvaluationResult>[] {
  const matchedIn = ({ MatchedStatements = [] }: EvaluationResult) => [
    ...new Map(
      MatchedStatements.map((statement) => {
        const policy = matchedPolicy(statement, policies);
        return [`${policy.name} ${policy.href}`, policy];
      }),
    ),
  ];
  return [
    {
      id: "decision",
      header: "Decision",
      value: ({ EvalDecision }) => EvalDecision,
      cell: ({ EvalDecision }) => <Decision decision={EvalDecision} />,
    },
    {
      id: "action",
      header: "Action",
      isRowHeader: true,
      value: ({ EvalActionName }) => EvalActionName,
    },
    { id: "resource", header: "Resource", value: ({ EvalResourceName }) => EvalResourceName },
    {
      id: "statements",
      header: "Matched in",
      value: (result) =>
        matchedIn(result)
          .map(([, { name }]) => name)
          .join(", "),
      cell: (result) => (
        <ul className="plain-list">
          {matchedIn(result).map(([key, policy]) => (
            <li key={key}>
              <PolicyLink policy={policy} />
            </li>
          ))}
        </ul>
      ),
    },
  ];
}

function PolicyLink({ policy: { name, href } }: { readonly policy: MatchedPolicy }) {
  return href === undefined ? name : <PlaceLink to={href}>{name}</PlaceLink>;
}

function Answer(props: {
  readonly result: EvaluationResult;
  readonly denials: ExplainedAction["denials"];
  readonly policy: string | undefined;
  readonly policies: MatchedPolicies;
}) {
  const { result, denials, policy, policies } = props;
  const { MatchedStatements = [], MissingContextValues = [] } = result;
  return (
    <SpaceBetween size="s">
      {result.PermissionsBoundaryDecisionDetail && (
        <Box>
          Permissions boundary:{" "}
          {result.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary
            ? "allows it"
            : "doesn't allow it"}
        </Box>
      )}
      {result.OrganizationsDecisionDetail && (
        <Box>
          Organization:{" "}
          {result.OrganizationsDecisionDetail.AllowedByOrganizations
            ? "allows it"
            : "doesn't allow it"}
        </Box>
      )}
      {MatchedStatements.length === 0 ? (
        <Box>No statement matches.</Box>
      ) : (
        MatchedStatements.map((statement) => (
          <Matched
            key={keyOf(statement)}
            statement={statement}
            text={policy}
            policy={matchedPolicy(statement, policies)}
          />
        ))
      )}
      {MissingContextValues.length > 0 && (
        <Box>
          Conditions look at keys that the question has no values for:{" "}
          {MissingContextValues.join(", ")}
        </Box>
      )}
      {denials.map(({ resource, sentences, proposals }) => (
        <div key={resource}>
          {denials.length > 1 && <Box variant="h4">{resource}</Box>}
          <Sentences of={sentences} />
          {proposals.map(({ statement, sentence }) => (
            <Proposal key={statement} sentence={sentence} text={statement} />
          ))}
        </div>
      ))}
    </SpaceBetween>
  );
}

function Decision({ decision }: { readonly decision: string | undefined }) {
  switch (decision) {
    case "allowed":
      return <StatusIndicator>Allowed</StatusIndicator>;
    case "explicitDeny":
      return <StatusIndicator type="error">Denied by a statement</StatusIndicator>;
    default:
      return <StatusIndicator type="error">Denied, since nothing allows it</StatusIndicator>;
  }
}

function Matched(props: {
  readonly statement: Statement;
  readonly text: string | undefined;
  readonly policy: MatchedPolicy;
}) {
  const { statement, text, policy } = props;
  const { StartPosition: start, EndPosition: end } = statement;
  const place = start ? `line ${start.Line}, column ${start.Column}` : "";
  return (
    <div>
      <Box>
        Statement of <PolicyLink policy={policy} /> ({statement.SourcePolicyType}), {place}
      </Box>
      {text !== undefined && start && end && (
        <pre className="document">{excerpt(text, start, end)}</pre>
      )}
    </div>
  );
}

function keyOf({ SourcePolicyId, StartPosition }: Statement): string {
  return `${SourcePolicyId} ${StartPosition?.Line} ${StartPosition?.Column}`;
}
