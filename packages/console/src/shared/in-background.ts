type Report = (failing: string, error: unknown) => void;

let report: Report = showAbovePage;

/**
 * Leaves work to itself: nothing waits for it. An error that nothing else shows becomes a notice
 * with this header. A tidy rule bans promises that are dropped in any other way.
 */
export function inBackground(failing: string, work: Promise<unknown> | undefined): void {
  work?.catch((error: unknown) => report(failing, error));
}

/** Has errors shown there from now on, until the function that it returns is called. */
export function showBackgroundErrors(to: Report): () => void {
  report = to;
  return () => {
    if (report === to) report = showAbovePage;
  };
}

/** There is no place for notices before the console is shown, and while nobody is signed in. */
function showAbovePage(failing: string, error: unknown): void {
  const line = document.createElement("p");
  line.setAttribute("role", "alert");
  line.textContent = `${failing}: ${error instanceof Error ? error.message : String(error)}`;
  document.body.prepend(line);
}
