import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { goTo } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { CallFailure } from "../../shared/call-failure.tsx";
import { CallState } from "../../shared/call-state.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { HiddenValue } from "../../shared/hidden-value.tsx";
import { JsonEditor } from "../../shared/json-editor.tsx";
import { Page } from "../../shared/page.tsx";
import { PageTabs } from "../../shared/page-tabs.tsx";
import { type Call, useCall } from "../../wire/use-call.ts";
import { resourcePlace } from "../cloudformation/resource-place.ts";
import { type Properties, readResource } from "./cloud-control.ts";
import { ResourceAccess } from "./resource-access.tsx";
import {
  arnOf,
  policyOf,
  type ResourcePolicy,
  type ShownProperty,
  shownProperties,
  tagsOfResource,
} from "./resource-facts.ts";
import { shortId } from "./resource-names.ts";

const BUCKET = "AWS::S3::Bucket";
const BUCKET_POLICY = "AWS::S3::BucketPolicy";

/** Any resource: its properties, its tags, the policy on it, and who may reach it. */
export function ResourcePage({ params }: PageProps) {
  const { type = "", id = "" } = params;
  const got = useCall(`${type} ${id}`, (aws) => readResource(aws, type, id));
  const place = resourcePlace(type, id);
  return (
    <Page
      title={shortId(id)}
      description={type}
      actions={
        place !== undefined && <Button onClick={() => goTo(place)}>Open its own page</Button>
      }
    >
      <CallState what="resource" call={got} />
      {got.data && <Resource type={type} id={id} properties={got.data} />}
    </Page>
  );
}

function Resource(props: {
  readonly type: string;
  readonly id: string;
  readonly properties: Properties;
}) {
  const { type, id, properties } = props;
  const policy = usePolicy(type, id, properties);
  const arn = arnOf(type, id, properties);
  const properPart = (
    <SpaceBetween size="l">
      <PropertiesPanel id={id} properties={shownProperties(type, properties)} />
      <Tags tags={tagsOfResource(properties)} />
    </SpaceBetween>
  );
  return (
    <PageTabs
      tabs={[
        { id: "properties", label: "Properties", content: properPart },
        { id: "policy", label: "Policy", content: <Policy policy={policy} /> },
        ...(arn === undefined
          ? []
          : [
              {
                id: "access",
                label: "Who may reach it",
                content: <ResourceAccess type={type} arn={arn} policy={policy} />,
              },
            ]),
      ]}
    />
  );
}

/** The policy on the resource; a bucket's is a resource of its own. */
function usePolicy(
  type: string,
  id: string,
  properties: Properties,
): Call<ResourcePolicy | undefined> {
  const own = policyOf(type, properties);
  const isBucket = type === BUCKET;
  const call = useCall(isBucket ? `policy of bucket ${id}` : "no bucket", async (aws) => {
    if (!isBucket) return undefined;
    try {
      return policyOf(BUCKET_POLICY, await readResource(aws, BUCKET_POLICY, id));
    } catch (error) {
      if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
      throw error;
    }
  });
  return isBucket ? call : { ...call, data: own, loading: false, error: undefined };
}

function PropertiesPanel(props: {
  readonly id: string;
  readonly properties: readonly ShownProperty[];
}) {
  const { id, properties } = props;
  const short = properties.filter(({ isDocument, text }) => !isDocument && text !== id);
  const documents = properties.filter(({ isDocument }) => isDocument);
  return (
    <Container header={<Header variant="h2">Properties</Header>}>
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={3}
          minColumnWidth={FACT_WIDTH_MIN}
          items={[
            { label: "Identifier", value: <CopiedValue label="identifier" value={id} /> },
            ...short.map((property) => ({
              label: property.name,
              value: <Value property={property} />,
            })),
          ]}
        />
        {documents.map(({ name, text }) => (
          <KeyValuePairs
            key={name}
            columns={1}
            items={[{ label: name, value: <pre className="document">{text}</pre> }]}
          />
        ))}
      </SpaceBetween>
    </Container>
  );
}

function Value({ property: { name, text, isSecret } }: { readonly property: ShownProperty }) {
  if (isSecret) return <HiddenValue value={text} label={name} />;
  if (/^(?:arn:|https?:)/.test(text)) return <CopiedValue value={text} label={name} />;
  return text === "" ? "–" : <span className="cli-line">{text}</span>;
}

function Tags({ tags }: { readonly tags: readonly (readonly [string, string])[] }) {
  return (
    <Container
      header={
        <Header variant="h2" counter={`(${tags.length})`}>
          Tags
        </Header>
      }
    >
      {tags.length === 0 ? (
        "No tags"
      ) : (
        <KeyValuePairs
          columns={3}
          minColumnWidth={FACT_WIDTH_MIN}
          items={tags.map(([label, value]) => ({ label, value: value || "–" }))}
        />
      )}
    </Container>
  );
}

function Policy({ policy }: { readonly policy: Call<ResourcePolicy | undefined> }) {
  if (policy.error !== undefined) {
    return (
      <CallFailure title="The policy can't be shown" error={policy.error} onRetry={policy.reload} />
    );
  }
  if (policy.loading && policy.data === undefined) {
    return <CallState what="policy" call={policy} />;
  }
  return (
    <Container header={<Header variant="h2">Policy</Header>}>
      {policy.data ? (
        <JsonEditor
          label="Policy on this resource"
          kind={policy.data.kind}
          value={policy.data.text}
          onChange={() => {}}
          readOnly
        />
      ) : (
        "There is no policy on this resource: policies of users and roles decide alone."
      )}
    </Container>
  );
}
