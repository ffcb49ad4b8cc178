import { useCallback, useEffect, useRef, useState } from "react";
import { inBackground } from "../shared/in-background.ts";
import type { AwsClients } from "./aws-clients.ts";
import { useSession } from "./aws-context.tsx";

/** The state of a call: its latest answer, or why there is none. */
export interface Call<Output> {
  readonly data: Output | undefined;
  readonly error: unknown;
  readonly loading: boolean;
  readonly reload: () => void;
}

export interface CallOptions {
  /** Asks again this often while the page is visible. */
  readonly everyMs?: number | undefined;
}

/**
 * Calls when the page opens and when `key` changes, which names what `call` depends on. An answer
 * that comes after a later question is dropped.
 */
export function useCall<Output>(
  key: string,
  call: (aws: AwsClients) => Promise<Output>,
  { everyMs }: CallOptions = {},
): Call<Output> {
  const { late } = useSession();
  const [state, setState] = useState<State<Output>>({ key, loading: true });
  const [round, setRound] = useState(0);
  const latest = useRef(call);
  latest.current = call;

  const question = `${key} ${round}`;
  useEffect(() => {
    let current = true;
    setState((known) => (known.key === key ? { ...known, loading: true } : { key, loading: true }));
    const answer = late.now ? latest.current(late.now) : late.coming.then(latest.current);
    const shown = answer.then(
      (data) => current && setState({ key, question, data, loading: false }),
      (error: unknown) => current && setState({ key, question, error, loading: false }),
    );
    inBackground("The answer can't be shown", shown);
    return () => {
      current = false;
    };
  }, [key, question, late]);

  const reload = useCallback(() => setRound((value) => value + 1), []);
  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, reload]);
  const own = state.key === key;
  return {
    data: own ? state.data : undefined,
    error: own ? state.error : undefined,
    loading: own ? state.loading : true,
    reload,
  };
}

interface State<Output> {
  readonly key: string;
  readonly question?: string;
  readonly data?: Output;
  readonly error?: unknown;
  readonly loading: boolean;
}
