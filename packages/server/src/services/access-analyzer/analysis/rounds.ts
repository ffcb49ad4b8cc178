import { ReadableRows } from "../../../kernel/readable-rows.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { arnOf } from "../arns.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";
import { allAnalyzers } from "../rows/analyzers.ts";
import type { AccessAnalyzerTables } from "../tables.ts";
import type { Analysis } from "./analysis.ts";

/** How late events about findings are that nobody asks for; AWS takes up to 30 minutes. */
const ROUND_MS = 60_000;
const JITTER = 0.2;

/** Looks at all analyzers' resources every minute, so that findings are published unasked. */
export function analysisRounds(
  { store, log }: AnalyzerDependencies,
  analysis: () => Promise<Analysis>,
): Periodic {
  const rows = new ReadableRows("access-analyzer", log);
  return new Periodic({
    everyMs: ROUND_MS,
    jitter: store.shared ? JITTER : 0,
    round: async (closing) => {
      const analyzers = await allAnalyzers(store.tables<AccessAnalyzerTables>().db);
      await rows.each("analyzer", analyzers, arnOf, async (analyzer) => {
        if (!closing.aborted) await (await analysis()).refresh(analyzer);
      });
    },
    failed: (err) => log.error({ err }, "Analyzers couldn't look at resources; tried again later."),
  });
}
