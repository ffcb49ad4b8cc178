import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Spinner from "@cloudscape-design/components/spinner";
import { CallFailure } from "../../shared/call-failure.tsx";
import { Moment } from "../../shared/moment.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { WhyLink } from "../../shared/why.tsx";
import { latestDecisions } from "../../wire/latest-denials.ts";
import { useCall } from "../../wire/use-call.ts";
import { callerName, type Decision, parseDecision } from "../activity/decision.ts";

const DENIALS_SHOWN = 5;
const POLL_MS = 10_000;

/** The account's latest denials, each with the way to its reasons. */
export function LatestDenials() {
  const denials = useCall("latest denials", latestDenials, { everyMs: POLL_MS });
  return (
    <Container
      header={
        <Header variant="h2" actions={<PlaceLink to="#/activity?tab=decisions">All</PlaceLink>}>
          Last denials
        </Header>
      }
    >
      {denials.error !== undefined && (
        <CallFailure
          title="The denials can't be shown"
          error={denials.error}
          onRetry={denials.reload}
        />
      )}
      {!denials.data && denials.error === undefined && <Spinner />}
      {denials.data?.length === 0 && <Box>Nobody was denied anything lately.</Box>}
      <ul className="plain-list">
        {denials.data?.map(({ id, action, principalArn, at }) => (
          <li key={id}>
            <strong>{action}</strong> to {callerName(principalArn)} <Moment at={at} />{" "}
            <WhyLink id={id} />
          </li>
        ))}
      </ul>
    </Container>
  );
}

async function latestDenials(
  aws: Parameters<typeof latestDecisions>[0],
): Promise<readonly Decision[]> {
  const decisions = (await latestDecisions(aws)).flatMap((value) => parseDecision(value) ?? []);
  return decisions
    .filter(({ effect, isConsole }) => effect !== "ALLOW" && !isConsole)
    .sort((one, other) => other.at.getTime() - one.at.getTime())
    .slice(0, DENIALS_SHOWN);
}
