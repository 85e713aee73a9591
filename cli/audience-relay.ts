#!/usr/bin/env node
/** `audience-relay`: the operator's command line. */
import { createProgram } from './program.ts';
import { explainProblem } from './command-problem.ts';

try {
  await createProgram().parseAsync();
} catch (error) {
  const { text, exitCode } = explainProblem(error);
  if (text !== '') console.error(text);
  // Clients that were not answered go on trying, and would keep the process alive.
  process.exit(exitCode);
}
