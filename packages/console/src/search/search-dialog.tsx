import Box from "@cloudscape-design/components/box";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useCall } from "../wire/use-call.ts";
import { foundEntries, type SearchEntry } from "./found-entries.ts";
import { searchedEntries } from "./search-sources.ts";

const SHOWN_MAX = 20;
const NOTHING: readonly never[] = [];

/** One search over everything; Enter opens the best, arrows walk through the others. */
export function SearchDialog({ onClose }: { readonly onClose: () => void }) {
  const [question, setQuestion] = useState("");
  const searched = useCall("search", searchedEntries);
  const frame = useRef<HTMLElement>(null);
  const found = foundEntries(searched.data?.entries ?? NOTHING, question, SHOWN_MAX);
  useEffect(() => {
    // After the dialog around it, which remembers first whom to give the focus back to.
    queueMicrotask(() => frame.current?.querySelector("input")?.focus());
  }, []);
  const walk = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
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
            <span role="status">{stateText(question, found.length, searched.data?.missing)}</span>
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

function stateText(
  question: string,
  count: number,
  missing: readonly string[] | undefined,
): string {
  if (missing === undefined) return "Reading what there is";
  const left =
    missing.length === 0 ? "" : ` Not searched, since they can't be read: ${missing.join(", ")}.`;
  if (question.trim() === "") return `Type a name, an ARN or a word.${left}`;
  if (count === 0) return `Nothing is called “${question.trim()}”.${left}`;
  return `${count === SHOWN_MAX ? `The best ${count}` : `${count} found`}.${left}`;
}
