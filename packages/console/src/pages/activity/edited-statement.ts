interface Policy {
  readonly Statement?: unknown;
}

/** A policy of one of a policy's statements, to be edited by itself. */
export function onlyStatement(policy: string, index: number): string {
  const document = JSON.parse(policy) as Policy;
  const statement = [document.Statement].flat()[index];
  return JSON.stringify({ ...document, Statement: [statement] }, null, 2);
}

/**
 * The policy with the edited statement in its place, or with several there. Text that isn't JSON is
 * returned as it is: the server says where the mistake is.
 */
export function withStatement(policy: string, index: number, edited: string): string {
  const statements = statementsOf(edited);
  if (statements === undefined) return edited;
  const document = JSON.parse(policy) as Policy;
  const Statement = [document.Statement].flat().toSpliced(index, 1, ...statements);
  return JSON.stringify({ ...document, Statement });
}

/** The policy with the statements of another added, or the other where there is none. */
export function withStatements(policy: string | undefined, added: string): string {
  if (policy === undefined) return added;
  const document = JSON.parse(policy) as Policy;
  const Statement = [document.Statement, statementsOf(added)].flat(2);
  return JSON.stringify({ ...document, Statement });
}

/** Whether two texts are the same policy, however they are laid out. */
export function isSamePolicy(one: string, other: string): boolean {
  return JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other));
}

function statementsOf(text: string): readonly unknown[] | undefined {
  try {
    const { Statement } = JSON.parse(text) as Policy;
    return [Statement].flat();
  } catch {
    return undefined;
  }
}
