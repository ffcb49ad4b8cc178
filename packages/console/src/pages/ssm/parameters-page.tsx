import { DeleteParameterCommand, type ParameterMetadata } from "@aws-sdk/client-ssm";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { nameColumn } from "../../shared/columns.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import type { Removal } from "../../shared/remove-items.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useList } from "../../wire/use-list.ts";
import { foldersIn, parameterPages, ssmOf } from "./parameter-calls.ts";
import { ParameterForm } from "./parameter-form.tsx";

const PAGE = "/ssm/parameters";

/** Parameters, folder by folder. */
export function ParametersPage({ query }: PageProps) {
  const path = query.get("path") ?? "";
  const [creating, setCreating] = useState(false);
  const parameters = useList(`parameters below ${path}`, (aws) => parameterPages(aws, path));
  const folders = foldersIn(
    (parameters.data ?? []).map(({ Name = "" }) => Name),
    path,
  );
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      Create parameter
    </Button>
  );
  return (
    <Page title="Parameters" description="Values by name, which can be encrypted with a key.">
      {(path !== "" || folders.length > 0) && <Folders path={path} folders={folders} />}
      <ResourceTable
        key={path}
        plural="parameters"
        call={parameters}
        idOf={({ Name = "" }) => Name}
        removal={PARAMETER_REMOVAL}
        actions={create}
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>No parameters {path === "" ? "in this Region" : `below ${path}`}</b>
            {create}
          </SpaceBetween>
        }
        columns={COLUMNS}
      />
      {creating && (
        <ParameterForm
          name={path === "" ? "" : `${path}/`}
          onClose={() => setCreating(false)}
          onSaved={parameters.reload}
        />
      )}
    </Page>
  );
}

/** How parameters are deleted. */
export const PARAMETER_REMOVAL: Removal<Pick<ParameterMetadata, "Name">> = {
  one: "parameter",
  nameOf: ({ Name = "" }) => Name,
  remove: async (aws, { Name }) => {
    await ssmOf(aws).send(new DeleteParameterCommand({ Name }));
  },
};

const COLUMNS: readonly Column<ParameterMetadata>[] = [
  nameColumn<ParameterMetadata>(
    ({ Name = "" }) => Name,
    ({ Name = "" }) => placeOf(`${PAGE}/:name`, { name: Name }),
  ),
  { id: "type", header: "Type", value: ({ Type }) => Type },
  { id: "version", header: "Version", value: ({ Version }) => Version },
  { id: "changed", header: "Changed", value: ({ LastModifiedDate }) => LastModifiedDate },
];

/** The way from all parameters to this folder, and the folders in it. */
function Folders({
  path,
  folders,
}: {
  readonly path: string;
  readonly folders: readonly string[];
}) {
  const parts = path.split("/").slice(1);
  const way = parts.map((text, index) => ({
    text,
    href: placeOf(PAGE, {}, { path: `/${parts.slice(0, index + 1).join("/")}` }),
  }));
  return (
    <SpaceBetween size="xs">
      <BreadcrumbGroup
        ariaLabel="Path"
        items={[{ text: "All parameters", href: placeOf(PAGE) }, ...way]}
      />
      <SpaceBetween direction="horizontal" size="m">
        {folders.map((folder) => (
          <PlaceLink key={folder} to={placeOf(PAGE, {}, { path: folder })}>
            {`${folder.slice(path.length)}/`}
          </PlaceLink>
        ))}
      </SpaceBetween>
    </SpaceBetween>
  );
}
