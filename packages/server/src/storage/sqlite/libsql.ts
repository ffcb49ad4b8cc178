import { createRequire } from "node:module";

/**
 * libsql's class. When it is loaded, libsql has Node write a report on the whole process, 10 ms of
 * a start, only to tell glibc from musl. It gets an empty one, and takes what it finds in the
 * system's `ldd`; where that says nothing, it asks for a report once more.
 */
export const Libsql = loadLibsql();

function loadLibsql(): typeof import("libsql") {
  const { report } = process;
  const { getReport } = report;
  report.getReport = () => {
    report.getReport = getReport;
    return {};
  };
  try {
    return createRequire(import.meta.url)("libsql");
  } finally {
    report.getReport = getReport;
  }
}
