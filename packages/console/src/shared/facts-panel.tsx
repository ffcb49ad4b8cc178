import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { ReactNode } from "react";
import { CopiedValue } from "./copied-value.tsx";
import { FACT_WIDTH_MIN } from "./fact-width.ts";
import { Moment } from "./moment.tsx";

export type Fact = readonly [label: string, value: ReactNode | Date];

/** The settings of a resource as labels and values; a dash where there is none. */
export function FactsPanel(props: {
  readonly title?: string;
  readonly arn?: string | undefined;
  readonly actions?: ReactNode;
  readonly facts: readonly Fact[];
}) {
  const { title = "Settings", arn, actions, facts } = props;
  const own: readonly Fact[] =
    arn === undefined ? [] : [["ARN", <CopiedValue key="arn" label="ARN" value={arn} />]];
  return (
    <Container
      header={
        <Header variant="h2" actions={actions}>
          {title}
        </Header>
      }
    >
      <KeyValuePairs
        columns={3}
        minColumnWidth={FACT_WIDTH_MIN}
        items={[...own, ...facts].map(([label, value]) => ({ label, value: shown(value) }))}
      />
    </Container>
  );
}

function shown(value: ReactNode | Date): ReactNode {
  if (value instanceof Date) return <Moment at={value} />;
  if (value === undefined || value === null || value === "") return "–";
  return typeof value === "string" ? <span className="cli-line">{value}</span> : value;
}
