/*
 * The API of the authorization details (version 2018-05-10), in the form in which the SDK's clients
 * bring their schemas: no client of it is published. Source: IAM user guide and API reference,
 * GetRequestAuthorizationDetails.
 */

const NAMESPACE = "com.amazonaws.iamtoolbox";
const OPERATION = 9;
const STRUCTURE = 3;
const LIST = 1;
const MAP = 2;
const ERROR = -3;
const STRING = 0;
const INTEGER = 1;
const BOOLEAN = 2;
const LABEL = 1;

type Reference = number | readonly unknown[];

function structure(
  name: string,
  members: Readonly<Record<string, Reference>>,
  requiredCount = 0,
): readonly unknown[] {
  const names = Object.keys(members);
  return [STRUCTURE, NAMESPACE, name, 0, names, Object.values(members), requiredCount];
}

function listOf(name: string, member: Reference): readonly unknown[] {
  return [LIST, NAMESPACE, name, 0, member];
}

function error(name: string, status: number): readonly unknown[] {
  const traits = { error: status < 500 ? "client" : "server", httpError: status };
  return [ERROR, NAMESPACE, name, traits, ["message"], [STRING]];
}

const query = (name: string) => [STRING, { httpQuery: name }];
const strings = listOf("StringList", STRING);
const statement = structure("MatchedStatement", { sid: STRING, evaluatedEffect: STRING });
const matchedPolicy = structure("MatchedPolicy", {
  uri: STRING,
  matchedStatements: listOf("MatchedStatements", statement),
});
const obstacleStatement = structure("ObstacleStatement", {
  uri: STRING,
  sid: STRING,
  index: INTEGER,
  parts: listOf("ObstacleParts", structure("ObstaclePart", { part: STRING, text: STRING })),
  sentence: STRING,
});
/** Not AWS's: what keeps the request from being allowed, and which statements nearly allow it. */
const obstacle = structure("Obstacle", {
  type: STRING,
  effect: STRING,
  statements: listOf("ObstacleStatements", obstacleStatement),
  sentence: STRING,
  proposal: structure("ProposedPolicy", { document: STRING, text: STRING, sentence: STRING }),
});
/** Not AWS's: the answer of each type of policies that took part. */
const layer = structure("Layer", { type: STRING, effect: STRING, decides: BOOLEAN });
const evaluation = structure("Evaluation", {
  action: STRING,
  resource: STRING,
  context: [MAP, NAMESPACE, "ContextMap", 0, STRING, strings],
  evaluatedEffect: STRING,
  matchedPolicies: listOf("MatchedPolicies", matchedPolicy),
  obstacles: listOf("Obstacles", obstacle),
  layers: listOf("Layers", layer),
  reason: STRING,
});
const policy = structure("Policy", {
  uri: STRING,
  type: STRING,
  inline: BOOLEAN,
  attachedTo: structure("AttachedTo", { arn: STRING }),
});
const requestContext = structure("RequestContext", {
  principal: STRING,
  accountId: STRING,
  region: STRING,
  service: STRING,
  operation: STRING,
  requestId: STRING,
  time: STRING,
  reason: STRING,
});

export const iamToolboxSchemas = {
  AccessDeniedException$: error("AccessDeniedException", 403),
  InternalServerException$: error("InternalServerException", 500),
  ResourceNotFoundException$: error("ResourceNotFoundException", 404),
  ValidationException$: error("ValidationException", 400),
  GetRequestAuthorizationDetails$: [
    OPERATION,
    NAMESPACE,
    "GetRequestAuthorizationDetails",
    { http: ["GET", "/authorization-details/{authorizationId}", 200] },
    structure(
      "GetRequestAuthorizationDetailsRequest",
      { authorizationId: [STRING, LABEL], nextToken: query("nextToken") },
      1,
    ),
    structure("GetRequestAuthorizationDetailsResponse", {
      requestContext,
      evaluations: listOf("Evaluations", evaluation),
      policies: listOf("Policies", policy),
      nextToken: STRING,
    }),
  ],
  GetRequestAuthorizationPolicy$: [
    OPERATION,
    NAMESPACE,
    "GetRequestAuthorizationPolicy",
    { http: ["GET", "/authorization-details/{authorizationId}/policy", 200] },
    structure(
      "GetRequestAuthorizationPolicyRequest",
      { authorizationId: [STRING, LABEL], policyUri: query("policyUri") },
      2,
    ),
    structure("GetRequestAuthorizationPolicyResponse", { policyDocument: STRING }),
  ],
};
