import Box from "@cloudscape-design/components/box";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { inBackground } from "../shared/in-background.ts";
import { ownValue } from "../shared/own-value.ts";
import type { AwsClients } from "../wire/aws-clients.ts";
import { useSession } from "../wire/aws-context.tsx";
import { foundEntries, type SearchEntry } from "./found-entries.ts";
import { NOTHING_SEARCHED, type Searched, searchEntries } from "./search-sources.ts";

const SHOWN_MAX = 20;
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** One search over everything; Enter opens the best, arrows walk through the others. */
export function SearchDialog({ onClose }: { readonly onClose: () => void }) {
  const [question, setQuestion] = useState("");
  const searched = useSearched();
  const frame = useRef<HTMLElement>(null);
  const found = foundEntries(searched.entries, question, SHOWN_MAX);
  useEffect(() => {
    // After the dialog around it, which remembers first whom to give the focus back to.
    queueMicrotask(() => frame.current?.querySelector("input")?.focus());
  }, []);
  const walk = (event: KeyboardEvent) => {
    const step = ownValue(STEPS, event.key);
    const stops = [...(frame.current?.querySelectorAll<HTMLElement>("input, a") ?? [])];
    if (step !== undefined) {
      event.preventDefault();
      const at = stops.findIndex((stop) => stop.matches(":focus"));
      stops.at((at + step) % stops.length)?.focus();
    } else if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      stops[1]?.click();
    }
  };
  return (
    <Modal visible header="Search" size="medium" onDismiss={onClose}>
      <search ref={frame} onKeyDown={walk}>
        <SpaceBetween size="s">
          <Input
            type="search"
            value={question}
            ariaLabel="Search"
            placeholder="Channels, recordings, buckets, users, roles, policies, pages, docs"
            onChange={({ detail }) => setQuestion(detail.value)}
          />
          <Box variant="small">
            <span role="status">{stateText(question, found.length, searched)}</span>
          </Box>
          <ul className="plain-list">
            {found.map((entry) => (
              <Found key={entry.href} entry={entry} onFollow={onClose} />
            ))}
          </ul>
        </SpaceBetween>
      </search>
    </Modal>
  );
}

/** Everything that has been read since the dialog opened. */
function useSearched(): Searched {
  const { late } = useSession();
  const [searched, setSearched] = useState(NOTHING_SEARCHED);
  useEffect(() => {
    let current = true;
    const show = (now: Searched) => current && setSearched(now);
    const search = (aws: AwsClients) => searchEntries(aws, show);
    if (late.now) search(late.now);
    else {
      const nothing = () => show({ ...NOTHING_SEARCHED, reading: false });
      inBackground("Nothing can be searched", late.coming.then(search, nothing));
    }
    return () => {
      current = false;
    };
  }, [late]);
  return searched;
}

function Found(props: { readonly entry: SearchEntry; readonly onFollow: () => void }) {
  const { kind, name, detail, href, external = false } = props.entry;
  return (
    <li>
      <a
        className="search-result"
        href={href}
        {...(external ? { target: "_blank", rel: "noopener" } : {})}
        onClick={props.onFollow}
      >
        {name}
      </a>{" "}
      <Box variant="small">
        {kind}
        {external && detail !== undefined && `, ${detail}`}
      </Box>
    </li>
  );
}

function stateText(question: string, count: number, { missing, reading }: Searched): string {
  const asked = question.trim();
  const left =
    missing.length === 0 ? "" : ` Not searched, since they can't be read: ${missing.join(", ")}.`;
  const rest = reading ? ` Still reading.${left}` : left;
  if (asked === "") return `Type a name, an ARN or a word.${rest}`;
  if (count === 0) return `Nothing ${reading ? "so far " : ""}is called “${asked}”.${rest}`;
  return `${count === SHOWN_MAX ? `The best ${count}` : `${count} found`}.${rest}`;
}
