import { createContext, useContext } from "react";

/** The part of the frame that a page can change. */
interface PageFrame {
  /** Sets what the page shows: the last of the breadcrumbs, and the window's title. */
  readonly nameIt: (title: string) => void;
  /** Undefined where there is no help. */
  readonly openHelp: (() => void) | undefined;
}

export const PageFrameContext = createContext<PageFrame>({
  nameIt: () => {},
  openHelp: undefined,
});

export function usePageFrame(): PageFrame {
  return useContext(PageFrameContext);
}
