import {
  AccessAnalyzerClient,
  type AccessCheckResourceType,
  CheckNoPublicAccessCommand,
  type FindingSummary,
  paginateListAnalyzers,
  paginateListFindings,
} from "@aws-sdk/client-accessanalyzer";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { CallFailure } from "../../shared/call-failure.tsx";
import { CallState } from "../../shared/call-state.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { ownValue } from "../../shared/own-value.ts";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useCall } from "../../wire/use-call.ts";

/** The types that analyzers look at, and what CheckNoPublicAccess calls their policies. */
const ANALYZED: Readonly<Record<string, AccessCheckResourceType>> = {
  "AWS::IAM::Role": "AWS::IAM::AssumeRolePolicyDocument",
  "AWS::KMS::Key": "AWS::KMS::Key",
  "AWS::S3::Bucket": "AWS::S3::Bucket",
};

export function accessAnalyzerOf(aws: AwsClients): AccessAnalyzerClient {
  return aws.client("accessanalyzer", (options) => new AccessAnalyzerClient(options));
}

/** Access from outside of the account: whether it is public, and what analyzers found. */
export function OutsideAccess(props: {
  readonly type: string;
  readonly arn: string;
  readonly policy: string | undefined;
}) {
  const { arn, policy } = props;
  const checkedAs = ownValue(ANALYZED, props.type);
  const verdict = useCall(`public ${arn} ${policy}`, (aws) => isPublic(aws, checkedAs, policy));
  const found = useCall(`findings of ${arn}`, async (aws) =>
    checkedAs === undefined ? undefined : readFindings(aws, arn),
  );
  if (checkedAs === undefined) return null;
  return (
    <Container header={<Header variant="h2">From outside of the account</Header>}>
      <SpaceBetween size="m">
        {verdict.error !== undefined && (
          <CallFailure
            title="Whether the policy is public can't be shown"
            error={verdict.error}
            onRetry={verdict.reload}
          />
        )}
        {verdict.data !== undefined && (
          <StatusIndicator type={verdict.data ? "warning" : "success"}>
            {verdict.data ? "The policy lets everybody in" : "The policy isn't public"}
          </StatusIndicator>
        )}
        <CallState what="findings" call={found} />
        {found.data && <Findings {...found.data} />}
      </SpaceBetween>
    </Container>
  );
}

function Findings({ analyzers, findings }: Found) {
  if (analyzers === 0)
    return "No analyzer of Access Analyzer looks for access from outside in this Region.";
  if (findings.length === 0)
    return <StatusIndicator>Access Analyzer found no access from outside</StatusIndicator>;
  return (
    <ResourceTable
      plural="findings"
      call={{ data: findings, error: undefined, loading: false, reload: () => {} }}
      idOf={({ id = "" }) => id}
      empty="None"
      columns={COLUMNS}
    />
  );
}

const COLUMNS: readonly Column<FindingSummary>[] = [
  {
    id: "who",
    header: "Principal",
    isRowHeader: true,
    value: ({ principal = {} }) =>
      Object.values(principal)
        .map((name) => (name === "*" ? "Everybody" : name))
        .join(", "),
  },
  { id: "what", header: "Actions", value: ({ action = [] }) => action.join(", ") },
  { id: "found", header: "Found", value: ({ createdAt }) => createdAt },
];

/** Undefined where there is no policy to judge. */
async function isPublic(
  aws: AwsClients,
  resourceType: AccessCheckResourceType | undefined,
  policyDocument: string | undefined,
): Promise<boolean | undefined> {
  if (resourceType === undefined || policyDocument === undefined) return undefined;
  const { result } = await accessAnalyzerOf(aws).send(
    new CheckNoPublicAccessCommand({ resourceType, policyDocument }),
  );
  return result === "FAIL";
}

interface Found {
  readonly analyzers: number;
  readonly findings: readonly FindingSummary[];
}

/** The active findings on a resource, of every analyzer that looks for access from outside. */
async function readFindings(aws: AwsClients, arn: string): Promise<Found> {
  const client = accessAnalyzerOf(aws);
  const analyzers = await allPages(paginateListAnalyzers({ client }, {}), (page) =>
    page.analyzers?.filter(({ type }) => type === "ACCOUNT" || type === "ORGANIZATION"),
  );
  const filter = { resource: { eq: [arn] }, status: { eq: ["ACTIVE"] } };
  const found = await Promise.all(
    analyzers.map(({ arn: analyzerArn }) =>
      allPages(paginateListFindings({ client }, { analyzerArn, filter }), (page) => page.findings),
    ),
  );
  return { analyzers: analyzers.length, findings: found.flat() };
}
