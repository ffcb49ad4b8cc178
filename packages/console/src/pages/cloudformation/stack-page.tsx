import type { Stack } from "@aws-sdk/client-cloudformation";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { type ReactNode, useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { CallState } from "../../shared/call-state.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { Moment } from "../../shared/moment.tsx";
import { Page } from "../../shared/page.tsx";
import { PageTabs } from "../../shared/page-tabs.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { RemoveItems } from "../../shared/remove-items.tsx";
import { useCall } from "../../wire/use-call.ts";
import { POLL_MS, readStack, stackNameOf } from "./stack-calls.ts";
import { StackChanges } from "./stack-changes.tsx";
import { StackDrift } from "./stack-drift.tsx";
import { Reason, StackEvents } from "./stack-events.tsx";
import { STACK_REMOVAL } from "./stack-removal.ts";
import { StackResources } from "./stack-resources.tsx";
import { StackTemplate } from "./stack-template.tsx";
import { StackValues } from "./stack-values.tsx";
import { StatusText } from "./status-text.tsx";

/** One stack: what happens to it, what it consists of, and how it is changed. */
export function StackPage({ params }: PageProps) {
  const id = params.arn ?? "";
  const stack = useCall(`stack ${id}`, (aws) => readStack(aws, id), { everyMs: POLL_MS });
  const { data } = stack;
  return (
    <Page title={stackNameOf(id)} actions={data && <DeleteStack stack={data} />}>
      {data === undefined && <CallState what="stack" call={stack} />}
      {data && (
        <>
          <Facts stack={data} />
          <PageTabs tabs={tabsOf(data, stack.reload)} />
        </>
      )}
    </Page>
  );
}

function tabsOf(stack: Stack, reload: () => void) {
  const { StackId = "" } = stack;
  return [
    { id: "events", label: "Events", content: <StackEvents stackId={StackId} /> },
    { id: "resources", label: "Resources", content: <StackResources stack={stack} /> },
    { id: "changes", label: "Changes", content: <StackChanges stack={stack} onChanged={reload} /> },
    { id: "drift", label: "Drift", content: <StackDrift stack={stack} /> },
    { id: "values", label: "Parameters and outputs", content: <StackValues stack={stack} /> },
    { id: "template", label: "Template", content: <StackTemplate stack={stack} /> },
  ];
}

function DeleteStack({ stack }: { readonly stack: Stack }) {
  const [asked, setAsked] = useState(false);
  return (
    <>
      <Button disabled={stack.StackStatus === "DELETE_COMPLETE"} onClick={() => setAsked(true)}>
        Delete
      </Button>
      {asked && (
        <RemoveItems
          removal={STACK_REMOVAL}
          items={[stack]}
          plural="stacks"
          onClose={() => setAsked(false)}
          onDone={() => goTo("#/cloudformation/stacks")}
        />
      )}
    </>
  );
}

function Facts({ stack }: { readonly stack: Stack }) {
  const { StackId = "", StackStatus, StackStatusReason, Description, RoleARN, RootId } = stack;
  const role = RoleARN?.split("/").at(-1) ?? "";
  return (
    <Container>
      <KeyValuePairs
        columns={3}
        minColumnWidth={FACT_WIDTH_MIN}
        items={[
          { label: "Status", value: <StatusText status={StackStatus} /> },
          ...shownIf(StackStatusReason, "Reason", (text) => <Reason text={text} />),
          ...shownIf(Description, "Description", (text) => text),
          { label: "ARN", value: <CopiedValue label="ARN" value={StackId} /> },
          {
            label: "Changed",
            value: (
              <Moment at={stack.DeletionTime ?? stack.LastUpdatedTime ?? stack.CreationTime} />
            ),
          },
          {
            label: "Changed with the permissions of",
            value:
              RoleARN === undefined ? (
                "whoever changes it"
              ) : (
                <PlaceLink to={placeOf("/iam/roles/:name", { name: role })}>{role}</PlaceLink>
              ),
          },
          ...shownIf(RootId, "Part of", (arn) => (
            <PlaceLink to={placeOf("/cloudformation/stacks/:arn", { arn })}>
              {stackNameOf(arn)}
            </PlaceLink>
          )),
        ]}
      />
    </Container>
  );
}

function shownIf(value: string | undefined, label: string, shown: (value: string) => ReactNode) {
  return value === undefined ? [] : [{ label, value: shown(value) }];
}
