import type { AwsClients } from "./aws-clients.ts";
import { fetchSigned, refusalOf } from "./fetch-signed.ts";

/** The answer of GetRequestAuthorizationDetails; no client of that API is published. */
export interface AuthorizationDetails {
  readonly requestContext: Readonly<Record<string, string>>;
  readonly evaluations: readonly Evaluation[];
  readonly policies: readonly InvolvedPolicy[];
}

export interface Evaluation {
  readonly action: string;
  readonly resource: string;
  /** Condition keys and their values. */
  readonly context: Readonly<Record<string, readonly string[]>>;
  readonly evaluatedEffect: "ALLOW" | "EXPLICIT_DENY" | "IMPLICIT_DENY";
  readonly matchedPolicies: readonly {
    readonly uri: string;
    readonly matchedStatements: readonly { sid: string; evaluatedEffect: string }[];
  }[];
  /** The reasons for a denial. */
  readonly obstacles?: readonly Obstacle[];
  readonly layers?: readonly DecisionLayer[];
  /** AWS's phrase. */
  readonly reason?: string;
}

/** The answer of one type of policies; all levels of an organization's are one. */
export interface DecisionLayer {
  /** AWS's name of the policies' type. */
  readonly type: string;
  readonly effect: Evaluation["evaluatedEffect"];
  readonly decides: boolean;
}

export interface Obstacle {
  /** AWS's name of the policies' type. */
  readonly type: string;
  readonly effect: "DENY" | "NO_ALLOW";
  /** Statements that deny, or that nearly allow. */
  readonly statements: readonly {
    readonly uri: string;
    /** From 0. */
    readonly index: number;
    readonly sentence: string;
  }[];
  /** Said where no statement is named. */
  readonly sentence?: string;
  /** A policy of one statement that would allow the request; only if none comes near or denies. */
  readonly proposal?: {
    readonly document: string;
    /** Its statement alone where there is a policy to add it to. */
    readonly text: string;
    readonly sentence: string;
  };
}

/** The sentences that explain a denial, the most useful first. */
export function reasonsOf({ obstacles = [], action }: Evaluation): readonly string[] {
  const sentences = sentencesOf(obstacles);
  return sentences.length > 0 ? sentences : [`No policy allows \`${action}\`.`];
}

/** The statements to add, one for each layer that has nothing near. */
export function proposalsOf(evaluations: readonly Evaluation[]) {
  return evaluations.flatMap(({ obstacles = [] }) =>
    obstacles.flatMap(({ proposal }) => proposal ?? []),
  );
}

export function sentencesOf(obstacles: readonly Obstacle[]): readonly string[] {
  return obstacles.flatMap(({ statements, sentence }) => [
    ...statements.map((statement) => statement.sentence),
    ...(sentence === undefined ? [] : [sentence]),
  ]);
}

/** A policy that had a say, whether or not a statement of it applied. */
export interface InvolvedPolicy {
  /** A managed policy's ARN; `inline/<layer>/<owner> <name>` of any other. */
  readonly uri: string;
  readonly type: string;
  readonly attachedTo?: { readonly arn: string };
}

/**
 * @throws Error with AWS's code as its name when the caller may not see it, or it is no longer
 * kept.
 */
export async function authorizationDetails(
  aws: AwsClients,
  id: string,
): Promise<AuthorizationDetails> {
  const path = `/authorization-details/${encodeURIComponent(id)}`;
  const response = await fetchSigned(aws, { path, service: "iam" });
  if (response.ok) return (await response.json()) as AuthorizationDetails;
  throw await refusalOf(response);
}

/** A policy that had a say, as it was then. @throws Error as `authorizationDetails` */
export async function decidingPolicy(
  aws: AwsClients,
  id: string,
  policyUri: string,
): Promise<string> {
  const path = `/authorization-details/${encodeURIComponent(id)}/policy`;
  const response = await fetchSigned(aws, { path, query: { policyUri }, service: "iam" });
  if (!response.ok) throw await refusalOf(response);
  const { policyDocument } = (await response.json()) as { readonly policyDocument: string };
  return policyDocument;
}
