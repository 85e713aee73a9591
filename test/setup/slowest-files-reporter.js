import { relative } from 'node:path';
import { stderr } from 'node:process';

const SHOWN = 10;

/** Prints the slowest test files of a run. */
export default class SlowestFilesReporter {
  onRunComplete(_contexts, { testResults }) {
    const files = testResults
      .map(({ testFilePath, perfStats }) => {
        return { path: relative('.', testFilePath), ms: perfStats.end - perfStats.start };
      })
      .toSorted((a, b) => b.ms - a.ms)
      .slice(0, SHOWN);
    const lines = files.map(({ path, ms }) => `${(ms / 1_000).toFixed(1).padStart(7)} s  ${path}`);
    // As jest's own summary: with --json, stdout has the results.
    stderr.write(`\nSlowest test files:\n${lines.join('\n')}\n`);
  }
}
