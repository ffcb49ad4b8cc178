import { paginateListBuckets } from "@aws-sdk/client-s3";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import { allPages } from "../wire/all-pages.ts";
import { useCall } from "../wire/use-call.ts";

/** Names a bucket: one of the list, or another that the user may not list. */
export function BucketField(props: {
  readonly description: string;
  readonly value: string;
  readonly onChange: (bucket: string) => void;
}) {
  const { description, value, onChange } = props;
  const buckets = useCall("buckets", ({ s3 }) =>
    allPages(paginateListBuckets({ client: s3 }, {}), (page) => page.Buckets),
  );
  return (
    <FormField label="Bucket" description={description}>
      <Autosuggest
        value={value}
        enteredTextLabel={(entered) => `Use: “${entered}”`}
        options={(buckets.data ?? []).map(({ Name = "" }) => ({ value: Name }))}
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}
