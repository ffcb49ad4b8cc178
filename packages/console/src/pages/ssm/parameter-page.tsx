import {
  AddTagsToResourceCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  type ParameterHistory,
  paginateGetParameterHistory,
  RemoveTagsFromResourceCommand,
} from "@aws-sdk/client-ssm";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { goTo } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { CallState } from "../../shared/call-state.tsx";
import { FactsPanel } from "../../shared/facts-panel.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { Page } from "../../shared/page.tsx";
import { RemoveItems } from "../../shared/remove-items.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { TagsPanel } from "../../shared/tags-panel.tsx";
import { useAction } from "../../shared/use-action.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { pagesOf } from "../../wire/read-pages.ts";
import { useCall } from "../../wire/use-call.ts";
import { useList } from "../../wire/use-list.ts";
import { ssmOf } from "./parameter-calls.ts";
import { ParameterForm } from "./parameter-form.tsx";
import { PARAMETER_REMOVAL } from "./parameters-page.tsx";

/** One parameter: its value, read and decrypted when somebody asks, its versions, its tags. */
export function ParameterPage({ params }: PageProps) {
  const { name: Name = "" } = params;
  const [deleting, setDeleting] = useState(false);
  const [value, setValue] = useState<string>();
  const [editing, setEditing] = useState(false);
  const got = useCall(`parameter ${Name}`, (aws) => describe(aws, Name));
  const show = useAction("The value can't be shown", async (aws) => {
    setValue(await readValue(aws, Name));
    return undefined;
  });
  const edit = useAction("The value can't be read", async (aws) => {
    setValue(await readValue(aws, Name));
    setEditing(true);
    return undefined;
  });
  const { data: parameter } = got;
  return (
    <Page
      title={Name}
      description={parameter?.Description}
      actions={
        parameter && (
          <Actions>
            <Button loading={edit.running} onClick={() => edit.run()}>
              Edit value
            </Button>
            <Button onClick={() => setDeleting(true)}>Delete</Button>
          </Actions>
        )
      }
    >
      <CallState what="parameter" call={got} />
      {parameter && (
        <SpaceBetween size="l">
          <FactsPanel
            arn={parameter.ARN}
            facts={[
              [
                "Value",
                value ?? (
                  <Button key="show" loading={show.running} onClick={() => show.run()}>
                    Show value
                  </Button>
                ),
              ],
              ["Type", parameter.Type],
              ["Key", parameter.KeyId],
              ["Tier", parameter.Tier],
              ["Version", parameter.Version],
              ["Changed", parameter.LastModifiedDate],
            ]}
          />
          <Versions key={parameter.Version} name={Name} />
          <Tags name={Name} />
        </SpaceBetween>
      )}
      {editing && value !== undefined && (
        <ParameterForm
          name={Name}
          known={{ type: parameter?.Type ?? "String", value }}
          onClose={() => setEditing(false)}
          onSaved={() => {
            setValue(undefined);
            got.reload();
          }}
        />
      )}
      {deleting && (
        <RemoveItems
          removal={PARAMETER_REMOVAL}
          items={[{ Name }]}
          plural="parameters"
          onClose={() => setDeleting(false)}
          onDone={() => goTo("#/ssm/parameters")}
        />
      )}
    </Page>
  );
}

async function describe(aws: AwsClients, name: string) {
  const ParameterFilters = [{ Key: "Name", Option: "Equals", Values: [name] }];
  const { Parameters = [] } = await ssmOf(aws).send(
    new DescribeParametersCommand({ ParameterFilters }),
  );
  const [found] = Parameters;
  if (!found) throw new Error(`There is no parameter ${name} in this Region.`);
  return found;
}

async function readValue(aws: AwsClients, Name: string): Promise<string> {
  const { Parameter } = await ssmOf(aws).send(
    new GetParameterCommand({ Name, WithDecryption: true }),
  );
  return Parameter?.Value ?? "";
}

function Versions({ name: Name }: { readonly name: string }) {
  const versions = useList(`versions of ${Name}`, (aws) => {
    const pages = paginateGetParameterHistory({ client: ssmOf(aws) }, { Name });
    return pagesOf(pages, (page) => page.Parameters?.toReversed());
  });
  return (
    <ResourceTable
      plural="versions"
      call={versions}
      idOf={({ Version }) => String(Version)}
      empty="No versions"
      columns={COLUMNS}
    />
  );
}

const COLUMNS: readonly Column<ParameterHistory>[] = [
  { id: "version", header: "Version", isRowHeader: true, value: ({ Version }) => Version },
  { id: "labels", header: "Labels", value: ({ Labels = [] }) => Labels.join(", ") || undefined },
  {
    id: "by",
    header: "Changed by",
    value: ({ LastModifiedUser = "" }) => LastModifiedUser.split(":").at(-1),
  },
  { id: "changed", header: "Changed", value: ({ LastModifiedDate }) => LastModifiedDate },
];

function Tags({ name: ResourceId }: { readonly name: string }) {
  const of = { ResourceType: "Parameter", ResourceId } as const;
  const tags = useCall(`tags of parameter ${ResourceId}`, async (aws) => {
    return (await ssmOf(aws).send(new ListTagsForResourceCommand(of))).TagList ?? [];
  });
  if (!tags.data) return <CallState what="tags" call={tags} />;
  return (
    <TagsPanel
      tags={Object.fromEntries(tags.data.map(({ Key = "", Value = "" }) => [Key, Value]))}
      put={(aws, changed) => {
        const Tags = changed.map(({ key, value }) => ({ Key: key, Value: value }));
        return ssmOf(aws).send(new AddTagsToResourceCommand({ ...of, Tags }));
      }}
      remove={(aws, TagKeys) =>
        ssmOf(aws).send(new RemoveTagsFromResourceCommand({ ...of, TagKeys }))
      }
      onChanged={tags.reload}
    />
  );
}
