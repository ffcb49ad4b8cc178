import type { Stack } from "@aws-sdk/client-cloudformation";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { CopiedValue } from "../../shared/copied-value.tsx";

/** The values that a stack was made with, its outputs, and its tags. */
export function StackValues({ stack }: { readonly stack: Stack }) {
  const { Parameters = [], Outputs = [], Tags = [] } = stack;
  return (
    <SpaceBetween size="l">
      <Values
        title="Outputs"
        rows={Outputs.map(({ OutputKey, OutputValue, Description, ExportName }) => ({
          name: OutputKey,
          value: OutputValue,
          more: [Description, ExportName && `Exported as ${ExportName}`],
        }))}
      />
      <Values
        title="Parameters"
        rows={Parameters.map(({ ParameterKey, ParameterValue, ResolvedValue }) => ({
          name: ParameterKey,
          value: ParameterValue,
          more: [ResolvedValue && `Parameter Store had ${ResolvedValue}`],
        }))}
      />
      <Values
        title="Tags"
        rows={Tags.map(({ Key, Value }) => ({ name: Key, value: Value, more: [] }))}
      />
    </SpaceBetween>
  );
}

interface Row {
  readonly name: string | undefined;
  readonly value: string | undefined;
  readonly more: readonly (string | undefined)[];
}

function Values({ title, rows }: { readonly title: string; readonly rows: readonly Row[] }) {
  return (
    <Table
      header={
        <Header variant="h2" counter={`(${rows.length})`}>
          {title}
        </Header>
      }
      items={rows}
      trackBy={({ name = "" }) => name}
      ariaLabels={{ tableLabel: title }}
      empty={<Box textAlign="center">None.</Box>}
      columnDefinitions={[
        {
          id: "name",
          header: "Name",
          isRowHeader: true,
          cell: ({ name }) => <span className="narrow-cell">{name}</span>,
        },
        {
          id: "value",
          header: "Value",
          cell: ({ name = "", value = "" }) => (
            <span className="name-cell">
              {value === "" ? "–" : <CopiedValue label={name} value={value} />}
            </span>
          ),
        },
        {
          id: "more",
          header: "More",
          cell: ({ more }) => more.filter((text) => text).join(". ") || "–",
        },
      ]}
    />
  );
}
