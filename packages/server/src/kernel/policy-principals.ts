/** Rewrites each `AWS` principal of a document that has passed validation. */
export async function mapAwsPrincipals(
  text: string,
  map: (principal: string) => Promise<string>,
): Promise<string> {
  const document: unknown = JSON.parse(text);
  if (!isObject(document)) return text;
  const { Statement: statements } = document;
  for (const statement of Array.isArray(statements) ? statements : [statements]) {
    if (!isObject(statement)) continue;
    for (const element of [statement.Principal, statement.NotPrincipal]) {
      if (!isObject(element)) continue;
      if (typeof element.AWS === "string") element.AWS = await map(element.AWS);
      else if (Array.isArray(element.AWS)) {
        element.AWS = await Promise.all(element.AWS.map((each) => map(String(each))));
      }
    }
  }
  return JSON.stringify(document);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
