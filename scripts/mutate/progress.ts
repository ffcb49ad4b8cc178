/** The environment variable that names the tests of a run, as JSON. */
export const TESTS_VARIABLE = "ROLECAST_MUTANT_TESTS";

/** Reported by a run of tests with each test that ended, and with each file. */
export interface Progress {
  /** Relative to the workspace. */
  readonly file: string;
  readonly state: "running" | "passed" | "failed";
}
