import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Black-box tests but for those of one call each, and units that start encoders. */
const STARTS_PROGRAMS = /^test\/(?!contract\/)|\.ffmpeg\.test\.ts$/;

/**
 * Files that start servers, browsers and encoders, which take longest, first: none of them is then
 * what all wait for at the end. A clean clone has no durations to order them by.
 */
export class ProgramsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const startsPrograms = ({ moduleId }: TestSpecification) =>
      STARTS_PROGRAMS.test(relative(this.ctx.config.root, moduleId).replaceAll("\\", "/"));
    const sorted = await super.sort(files);
    return [...sorted.filter(startsPrograms), ...sorted.filter((file) => !startsPrograms(file))];
  }
}
