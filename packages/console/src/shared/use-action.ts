import { useCallback, useRef, useState } from "react";
import type { AwsClients } from "../wire/aws-clients.ts";
import { useSession } from "../wire/aws-context.tsx";
import { inBackground } from "./in-background.ts";
import { useNotices } from "./notices.tsx";

export interface Action<Arguments extends readonly unknown[]> {
  readonly running: boolean;
  /** Begins it. A notice says how it ended. */
  readonly run: (...given: Arguments) => void;
}

/** Something that a button does: one at a time, and said to have worked or why it hasn't. */
export function useAction<Arguments extends readonly unknown[]>(
  failing: string,
  act: (aws: AwsClients, ...given: Arguments) => Promise<string | undefined>,
): Action<Arguments> {
  const { late } = useSession();
  const { done, failed } = useNotices();
  const [running, setRunning] = useState(false);
  const busy = useRef(false);
  const perform = useCallback(
    async (...given: Arguments) => {
      if (busy.current) return;
      busy.current = true;
      setRunning(true);
      try {
        const sentence = await act(await late.coming, ...given);
        if (sentence !== undefined) done(sentence);
      } catch (error) {
        failed(failing, error);
      } finally {
        busy.current = false;
        setRunning(false);
      }
    },
    [late, act, done, failed, failing],
  );
  const run = useCallback(
    (...given: Arguments) => inBackground(failing, perform(...given)),
    [perform, failing],
  );
  return { running, run };
}
