import { PolicyCompileError } from "../document/policy-compile-error.ts";
import type { PolicyDocument, PolicyStatement } from "../document/policy-document.ts";
import { TextPositions } from "../document/position.ts";
import { readPolicyDocument } from "../document/read-policy-document.ts";
import { adviseActions } from "./action-advice.ts";
import type { AuthorizationData } from "./authorization-data.ts";
import { adviseConditions } from "./condition-advice.ts";
import type { PolicyWarning } from "./policy-warning.ts";
import { adviseResources } from "./resource-advice.ts";

/**
 * Warns of what AWS takes in a policy, but what hardly does what was meant: actions and condition
 * keys that there aren't, operators that don't fit their keys, resources that don't fit actions.
 * Empty for a text that is no policy, of which `validatePolicy` says why.
 */
export function advisePolicy(text: string, data: AuthorizationData): readonly PolicyWarning[] {
  const document = readDocument(text);
  if (!document) return [];
  const positions = new TextPositions(text);
  return document.statements.flatMap((statement) => {
    const { advice, known } = adviseActions(statement, data);
    const all = [
      ...advice,
      ...adviseConditions(statement, known, data),
      ...adviseResources(statement, known),
    ];
    return all.map(({ code, message, about }): PolicyWarning => {
      const [start, end] = placeOf(about, statement, text);
      return {
        code,
        message: `${message}${/\?$/.test(message) ? "" : "."}`,
        position: positions.range(start, end),
      };
    });
  });
}

function readDocument(text: string): PolicyDocument | undefined {
  try {
    return readPolicyDocument(text);
  } catch (error) {
    if (error instanceof PolicyCompileError) return undefined;
    throw error;
  }
}

/** The first place of a string in a statement; of one with JSON's escapes, the statement's. */
function placeOf(about: string, { start, end }: PolicyStatement, text: string): [number, number] {
  const written = JSON.stringify(about);
  const at = text.indexOf(written, start);
  return at < 0 || at >= end ? [start, end] : [at, at + written.length];
}
