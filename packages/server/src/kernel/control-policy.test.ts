import { expect, test } from "vitest";
import { readAuthorizationData } from "../services/access-analyzer/authorization-data.ts";
import { findControlPolicyProblem } from "./control-policy.ts";

/** Source: Organizations User Guide, "List of AWS services that support RCPs". */
const REACHED = `
  aoss appconfig appstream autoscaling autoscaling-plans budgets clouddirectory cloudfront
  cloudsearch cloudtrail-data codeartifact codebuild codecommit codepipeline cognito-identity
  cognito-idp cognito-sync comprehend comprehendmedical compute-optimizer cost-optimization-hub
  dax dsql dynamodb ecr ecr-public events firehose fis fms gamelift health inspector-scan kendra
  kinesisvideo kms logs memorydb networkmonitor notifications opensearch pca-connector-ad
  personalize polly pricing resource-groups rolesanywhere s3 secretsmanager servicediscovery
  signin sqs sts support swf textract timestream-influxdb transcribe transfer translate wafv2
  workspaces xray
`;

const denial = (Action: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Principal: "*", Action, Resource: "*" }],
  });

test("of AWS's services, resource control policies reach these alone", async () => {
  const { services } = await readAuthorizationData();
  const reached = Object.keys(services).filter(
    (service) => findControlPolicyProblem(denial(`${service}:*`), "rcp") === undefined,
  );
  expect(reached.toSorted()).toEqual(REACHED.trim().split(/\s+/));
});
