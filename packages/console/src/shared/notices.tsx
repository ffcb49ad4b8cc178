import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from "react";
import { parsePlace, usePlace } from "../routing/hash-route.ts";
import { showBackgroundErrors } from "./in-background.ts";
import { Refusal } from "./refusal.tsx";

type Message = FlashbarProps.MessageDefinition;

interface Notice extends Message {
  /** The page that it was shown on: it ends with it. */
  readonly path: string;
}

interface Notices {
  readonly items: readonly Message[];
  /** Says that something was done. */
  readonly done: (what: string) => void;
  /** Says that something couldn't be done, in the words of who refused. */
  readonly failed: (what: string, error: unknown) => void;
}

const NoticesContext = createContext<Notices | undefined>(undefined);
const SUCCESS_SHOWN_MS = 12_000;
let lastId = 0;

export function NoticesProvider(props: {
  /** Shown on the first page. */
  readonly greeting?: ReactNode;
  readonly children: ReactNode;
}) {
  const { greeting, children } = props;
  const [items, setItems] = useState<readonly Notice[]>([]);
  const { path } = usePlace();
  const show = useCallback((item: Message) => {
    const id = `notice-${++lastId}`;
    const dismiss = () => setItems((known) => known.filter((other) => other.id !== id));
    // Errors stay until they were read.
    if (item.type === "success") setTimeout(dismiss, SUCCESS_SHOWN_MS);
    // What leads to another page after its notice does so by then: the notice is of that page.
    queueMicrotask(() => {
      const shownOn = parsePlace(window.location.hash).path;
      const notice = { ...item, id, dismissible: true, dismissLabel: "Dismiss", path: shownOn };
      // What fails again and again is said once, in its latest words.
      const isSame = ({ type, header }: Notice) =>
        type === "error" && header !== undefined && header === item.header;
      setItems((known) => {
        const others = known.filter((other) => !isSame(other));
        return [{ ...notice, onDismiss: dismiss }, ...others.slice(0, 4)];
      });
    });
  }, []);
  useEffect(() => {
    if (greeting !== undefined) show({ type: "info", content: greeting });
  }, [greeting, show]);
  useEffect(() => setItems((known) => known.filter((notice) => notice.path === path)), [path]);
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
  useEffect(() => showBackgroundErrors(notices.failed), [notices]);
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
