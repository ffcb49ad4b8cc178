import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { Refusal } from "./refusal.tsx";

interface Notices {
  readonly items: readonly FlashbarProps.MessageDefinition[];
  /** Says that something was done. */
  readonly done: (what: string) => void;
  /** Says that something couldn't be done, in the words of who refused. */
  readonly failed: (what: string, error: unknown) => void;
}

const NoticesContext = createContext<Notices | undefined>(undefined);
const SUCCESS_SHOWN_MS = 12_000;
let lastId = 0;

export function NoticesProvider({ children }: { readonly children: ReactNode }) {
  const [items, setItems] = useState<readonly FlashbarProps.MessageDefinition[]>([]);
  const show = useCallback((item: FlashbarProps.MessageDefinition) => {
    const id = `notice-${++lastId}`;
    const dismiss = () => setItems((known) => known.filter((other) => other.id !== id));
    // Errors stay until they were read.
    if (item.type === "success") setTimeout(dismiss, SUCCESS_SHOWN_MS);
    setItems((known) => [
      { ...item, id, dismissible: true, dismissLabel: "Dismiss", onDismiss: dismiss },
      ...known.slice(0, 4),
    ]);
  }, []);
  const notices = useMemo<Notices>(
    () => ({
      items,
      done: (what) => show({ type: "success", content: what }),
      failed: (what, error) => {
        show({ type: "error", header: what, content: <Refusal error={error} inverted /> });
      },
    }),
    [items, show],
  );
  return <NoticesContext value={notices}>{children}</NoticesContext>;
}

export function useNotices(): Notices {
  const notices = useContext(NoticesContext);
  if (!notices) throw new Error("no place for notices");
  return notices;
}

/** The place of notices: above the page. */
export function NoticeBar() {
  return <Flashbar stackItems items={useNotices().items} />;
}
