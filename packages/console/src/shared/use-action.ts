import { useCallback, useRef, useState } from "react";
import type { AwsClients } from "../wire/aws-clients.ts";
import { useSession } from "../wire/aws-context.tsx";
import { useNotices } from "./notices.tsx";

export interface Action<Arguments extends readonly unknown[]> {
  readonly running: boolean;
  /** Resolves to whether it worked; the notice is shown either way. */
  readonly run: (...given: Arguments) => Promise<boolean>;
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
  const run = useCallback(
    async (...given: Arguments) => {
      if (busy.current) return false;
      busy.current = true;
      setRunning(true);
      try {
        const sentence = await act(await late.coming, ...given);
        if (sentence !== undefined) done(sentence);
        return true;
      } catch (error) {
        failed(failing, error);
        return false;
      } finally {
        busy.current = false;
        setRunning(false);
      }
    },
    [late, act, done, failed, failing],
  );
  return { running, run };
}
