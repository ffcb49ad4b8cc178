import { GetLoggingConfigurationCommand } from "@aws-sdk/client-ivschat";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { placeOf } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { ArnTags } from "../../shared/arn-tags.tsx";
import { CallState } from "../../shared/call-state.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { useCall } from "../../wire/use-call.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { ivsChatOf } from "./chat-calls.ts";
import { CHAT_TAGS } from "./chat-tags.ts";
import { destinationOf } from "./logging-facts.ts";

/** One logging configuration: its state, its destination, its tags. */
export function LoggingConfigurationPage({ params }: PageProps) {
  const arn = params.arn ?? "";
  const got = useCall(`logging configuration ${arn}`, (aws) =>
    ivsChatOf(aws).send(new GetLoggingConfigurationCommand({ identifier: arn })),
  );
  const { data: configuration } = got;
  const [kind, destination] = destinationOf(configuration?.destinationConfiguration);
  return (
    <Page title={ivsName({ arn, ...configuration })}>
      <CallState what="logging configuration" call={got} />
      {configuration && (
        <SpaceBetween size="l">
          <Container header={<Header variant="h2">Settings</Header>}>
            <KeyValuePairs
              columns={3}
              minColumnWidth={FACT_WIDTH_MIN}
              items={[
                { label: "ARN", value: <CopiedValue label="ARN" value={arn} /> },
                { label: "State", value: configuration.state },
                {
                  label: kind,
                  value:
                    kind === "S3" ? (
                      <PlaceLink to={placeOf("/s3/buckets/:bucket", { bucket: destination })}>
                        {destination}
                      </PlaceLink>
                    ) : (
                      destination
                    ),
                },
              ]}
            />
          </Container>
          <ArnTags calls={CHAT_TAGS} arn={arn} tags={configuration.tags} onChanged={got.reload} />
        </SpaceBetween>
      )}
    </Page>
  );
}
