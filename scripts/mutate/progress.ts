/**
 * The environment variable that names the tests of a run, as JSON. Servers refuse unknown ones that
 * begin with ROLECAST.
 */
export const TESTS_VARIABLE = "MUTANT_TESTS";

/** Reported by a run of tests with each test that ended, and with each file. */
export interface Progress {
  /** Relative to the workspace. */
  readonly file: string;
  readonly state: "running" | "passed" | "failed";
}
