import { Chance, type FuzzTarget } from "./chance.ts";

/** Something that went wrong, and how to see it again. */
export interface FuzzFinding {
  readonly target: string;
  /** The seed of the one input. */
  readonly seed: number;
  readonly input: unknown;
  readonly error: unknown;
}

export interface FuzzReport {
  readonly tried: number;
  readonly findings: readonly FuzzFinding[];
  readonly slowestMs: number;
  readonly slowest: unknown;
}

/** Findings after which a target isn't tried any more: they are mostly one and the same. */
const FINDINGS_MAX = 20;

/** Tries inputs of consecutive seeds until `goesOn` says no. */
export async function fuzz(
  target: FuzzTarget,
  firstSeed: number,
  goesOn: (tried: number) => boolean,
): Promise<FuzzReport> {
  const findings: FuzzFinding[] = [];
  let tried = 0;
  let slowestMs = 0;
  let slowest: unknown;
  while (goesOn(tried) && findings.length < FINDINGS_MAX) {
    const seed = firstSeed + tried;
    tried += 1;
    const { input, run } = target.next(new Chance(seed));
    const startedMs = performance.now();
    try {
      await run();
    } catch (error) {
      findings.push({ target: target.name, seed, input, error });
    }
    const tookMs = performance.now() - startedMs;
    if (tookMs > slowestMs) [slowestMs, slowest] = [tookMs, input];
  }
  return { tried, findings, slowestMs, slowest };
}
