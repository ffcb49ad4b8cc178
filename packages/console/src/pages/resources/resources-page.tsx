import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";
import { useAddressState } from "../../routing/address-state.ts";
import { CallFailure } from "../../shared/call-failure.tsx";
import { nameColumn } from "../../shared/columns.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { Page } from "../../shared/page.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import type { ListedResource, Listing } from "./cloud-control.ts";
import { placeOfResource, shortId } from "./resource-names.ts";
import { useResources } from "./use-resources.ts";

const NOTHING: readonly ListedResource[] = [];

/** Everything there is, of every service, with the types that the caller may not list. */
export function ResourcesPage() {
  const listing = useResources();
  const [type, setType] = useAddressState("type");
  const all = listing.data?.resources ?? NOTHING;
  const shown = useMemo(
    () => (type === "" ? all : all.filter((one) => one.type === type)),
    [all, type],
  );
  return (
    <Page title="Resources" description="Everything in this Region, of every service.">
      <ResourceTable
        plural="resources"
        call={{ ...listing, data: listing.data && shown }}
        idOf={({ type, id }) => `${type} ${id}`}
        actions={<TypeChoice resources={all} type={type} onChange={setType} />}
        empty={type === "" ? "Nothing has been created yet." : `No ${type} in this Region.`}
        columns={COLUMNS}
      />
      {listing.data && <Refused refused={listing.data.refused} />}
    </Page>
  );
}

const COLUMNS: readonly Column<ListedResource>[] = [
  nameColumn<ListedResource>(
    ({ id }) => shortId(id),
    ({ type, id }) => placeOfResource(type, id),
    "Resource",
  ),
  { id: "type", header: "Type", value: ({ type }) => type },
];

/** The types that there is something of, with how much. */
function TypeChoice(props: {
  readonly resources: readonly ListedResource[];
  readonly type: string;
  readonly onChange: (type: string) => void;
}) {
  const { resources, type, onChange } = props;
  const counts = new Map<string, number>(type === "" ? [] : [[type, 0]]);
  for (const one of resources) counts.set(one.type, (counts.get(one.type) ?? 0) + 1);
  const all = { value: "", label: "All types" };
  const options = [...counts].map(([value, count]) => ({
    value,
    label: value,
    labelTag: count.toLocaleString("en"),
  }));
  return (
    <Select
      ariaLabel="Type"
      selectedOption={options.find(({ value }) => value === type) ?? all}
      options={[all, ...options]}
      filteringType={options.length > 10 ? "auto" : "none"}
      expandToViewport
      onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
    />
  );
}

/** Types that can't be listed, each with why. */
function Refused({ refused }: Pick<Listing, "refused">) {
  if (refused.length === 0) return null;
  const count = `${refused.length} ${refused.length === 1 ? "type isn't" : "types aren't"} listed`;
  return (
    <ExpandableSection headerText={count} defaultExpanded={refused.length <= 5}>
      <SpaceBetween size="xs">
        {refused.map(({ type, error }) => (
          <CallFailure key={type} title={`${type} isn't listed`} error={error} />
        ))}
      </SpaceBetween>
    </ExpandableSection>
  );
}
