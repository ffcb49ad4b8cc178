import HelpPanel from "@cloudscape-design/components/help-panel";
import Link from "@cloudscape-design/components/link";
import { HELPED_PAGES } from "./helped-pages.ts";
import { TOPICS } from "./topics.ts";

/** The help of a page, with links to AWS's guides. */
export function Help({ pattern }: { readonly pattern: string }) {
  const page = HELPED_PAGES.find((known) => known === pattern);
  if (page === undefined) return null;
  const { title, text, more } = TOPICS[page];
  return (
    <HelpPanel
      header={<h2>{title}</h2>}
      footer={
        <>
          <h3>Read on</h3>
          <ul>
            <li>
              <Link external href="/_rolecast/docs/" externalIconAriaLabel="Opens in a new tab">
                Rolecast's documentation
              </Link>
            </li>
            {more.map(([name, address]) => (
              <li key={address}>
                <Link external href={address} externalIconAriaLabel="Opens in a new tab">
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </>
      }
    >
      {text.map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
    </HelpPanel>
  );
}
